/** @jsxImportSource @vango/vango */
/**
 * A word or two about the state of something.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import { componentStyle, useStyle } from "./style.ts";

/** How much a {@linkcode Badge} says, and of what kind. */
export type BadgeVariant = "solid" | "secondary" | "outline" | "success" | "warning" | "danger";

/** What a {@linkcode Badge} looks like and says. */
export interface BadgeProps {
  /** Default: `solid`. */
  readonly variant?: BadgeVariant;
  /**
   * Whether screen readers are to tell when it changes, as for "Offline". The badge must then stay
   * in the page, empty if need be: what appears together with its text is not told. Default: false.
   */
  readonly live?: boolean;
  /** Classes of its element. */
  readonly class?: string;
  /** A few words: colour alone says nothing to many. */
  readonly children?: Renderable;
}

const STYLE = componentStyle(
  "vango-badge",
  `.vango-badge{
    display:inline-flex;align-items:center;gap:.4em;padding:.1em .65em;
    border:1px solid transparent;border-radius:999px;
    font-size:.8em;font-weight:600;line-height:1.6;white-space:nowrap;
    color:var(--vango-on-accent,light-dark(#fff,#101114));
    background:var(--vango-accent,light-dark(#2a2d35,#e6e7ea))}
  .vango-badge:empty{display:none}
  .vango-badge[data-variant=secondary]{color:inherit;
    background:color-mix(in srgb,currentColor 12%,transparent)}
  .vango-badge[data-variant=outline]{color:inherit;background:none;
    border-color:var(--vango-line,color-mix(in srgb,currentColor 35%,transparent))}
  .vango-badge:is([data-variant=success],[data-variant=warning],[data-variant=danger]){
    color:var(--state);background:color-mix(in srgb,var(--state) 14%,transparent)}
  .vango-badge[data-variant=success]{--state:var(--vango-success,light-dark(#0b6b42,#5fd6a0))}
  .vango-badge[data-variant=warning]{--state:var(--vango-warning,light-dark(#8a4b00,#f2b65c))}
  .vango-badge[data-variant=danger]{--state:var(--vango-danger,light-dark(#b3202c,#ff8a90))}`,
);

/**
 * A badge: a `span`, so that it can stand in a heading or a button.
 *
 * @example
 * ```tsx
 * import { Badge } from "@vango/vango";
 * const Header = (props: { online: boolean }) => (
 *   <h1>My todos {!props.online && <Badge variant="outline">Offline</Badge>}</h1>
 * );
 * console.assert(typeof Header === "function");
 * ```
 */
export function Badge(props: BadgeProps, ctx: Ctx): () => Renderable {
  useStyle(ctx, STYLE);
  return () => {
    const { variant = "solid", live = false } = props;
    return (
      <span
        class={["vango-badge", props.class]}
        data-variant={variant}
        role={live ? "status" : null}
      >
        {props.children}
      </span>
    );
  };
}
