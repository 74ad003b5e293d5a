/** @jsxImportSource @vango/vango */
/**
 * Cards: a frame around what belongs together, and one that says what has failed.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import { componentStyle, useStyle } from "./style.ts";

/** What stands in a {@linkcode Card}. */
export interface CardProps {
  /** Classes of its element. */
  readonly class?: string;
  /** Its content; give it a heading. */
  readonly children?: Renderable;
}

/** What an {@linkcode ErrorCard} says. */
export interface ErrorCardProps {
  /** What has failed, in the user's words: "Failed to load users". */
  readonly title: string;
  /** Why, or what to do. Show no message of an exception to users: it may hold a secret. */
  readonly message?: string | undefined;
  /** What can be done about it: a button that tries again. */
  readonly children?: Renderable;
  /** Classes of its element. */
  readonly class?: string;
}

const STYLE = componentStyle(
  "vango-card",
  `.vango-card{
    padding:1.25rem;border:1px solid var(--vango-line,color-mix(in srgb,currentColor 15%,transparent));
    border-radius:var(--vango-radius,.75rem);
    background:var(--vango-surface,light-dark(#fff,#17181c))}
  .vango-card>:first-child{margin-block-start:0}
  .vango-card>:last-child{margin-block-end:0}
  .vango-error-card{
    --state:var(--vango-danger,light-dark(#b3202c,#ff8a90));
    border-color:color-mix(in srgb,var(--state) 45%,transparent);
    background:color-mix(in srgb,var(--state) 7%,var(--vango-surface,light-dark(#fff,#17181c)))}
  .vango-error-card-title{margin:0;font-weight:600;color:var(--state)}
  .vango-error-card-message{margin:.35em 0 0;
    color:var(--vango-soft,color-mix(in srgb,currentColor 75%,transparent))}
  .vango-error-card-actions{display:flex;flex-wrap:wrap;gap:.5rem;margin-block-start:.85rem}`,
);

/**
 * A card: an `article`.
 *
 * @example
 * ```tsx
 * import { Card } from "@vango/vango";
 * const Product = () => <Card><h3>Lamp</h3><p>€ 40</p></Card>;
 * console.assert(typeof Product === "function");
 * ```
 */
export function Card(props: CardProps, ctx: Ctx): () => Renderable {
  useStyle(ctx, STYLE);
  return () => <article class={["vango-card", props.class]}>{props.children}</article>;
}

/**
 * Says what has failed, where it has: the usual view of `ctx.async.renderWithError`, or an error
 * boundary's. Screen readers tell it when it appears.
 *
 * @example
 * ```tsx
 * import { type Ctx, ErrorCard, Skeleton } from "@vango/vango";
 * const recentUsers = () => Promise.reject(new Error("ECONNREFUSED 10.0.0.5:5432"));
 *
 * const Users = (ctx: Ctx) =>
 *   ctx.async.renderWithError(
 *     <Skeleton lines={3} />,
 *     async () => <p>{await recentUsers()}</p>,
 *     () => <ErrorCard title="Failed to load users" message="Please try again in a minute." />,
 *   );
 * console.assert(typeof Users === "function");
 * ```
 */
export function ErrorCard(props: ErrorCardProps, ctx: Ctx): () => Renderable {
  useStyle(ctx, STYLE);
  return () => {
    const { title, message, children } = props;
    return (
      <div class={["vango-card vango-error-card", props.class]} role="alert">
        <p class="vango-error-card-title">{title}</p>
        {message !== undefined && <p class="vango-error-card-message">{message}</p>}
        {children !== undefined && <div class="vango-error-card-actions">{children}</div>}
      </div>
    );
  };
}
