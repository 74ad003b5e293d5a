/**
 * The one kind of node that both JSX transforms make: a template and its slot values, or a
 * component and its props. Everything after this file (tree, HTML, patches) knows only these.
 *
 * @module
 */
import type { Template } from "./template.ts";

/**
 * An instance of a template. It is made by JSX, and the live tree keeps this very object: mounting
 * it gives it a place number and unwraps its slots, so that a first render allocates nothing more.
 */
export class TemplateNode {
  /** What was compiled from its constant strings. */
  tpl: Template;
  /** Slot values; once mounted, what the player was last sent. */
  slots: unknown[];
  /** Number of the node's first place in its region, 0 until mounted, -1 once unmounted. */
  base = 0;
  /** Pairs (place, shift): places after a slot with nested places are moved on by the shift. */
  shifts: number[] | undefined = undefined;
  /** Whether the live tree alone knows it: only such a node is changed by patches. */
  own = false;

  /** Called by JSX. */
  constructor(tpl: Template, slots: unknown[]) {
    this.tpl = tpl;
    this.slots = slots;
  }
}

/** A component call: not run before the node is mounted. */
export class ComponentNode {
  /** The function to call. */
  readonly type: ComponentFunction;
  /** What it is called with. */
  props: Record<string, unknown>;
  /** Tells it apart from the other items of a list. */
  readonly key: unknown;
  #claimed = false;

  /** Called by JSX. */
  constructor(type: ComponentFunction, props: Record<string, unknown>, key: unknown) {
    this.type = type;
    this.props = props;
    this.key = key;
  }

  /**
   * Props that a mounted component may keep and change: JSX makes them anew for each call. Before
   * it changes them, `releaseProps` gives the node a copy of its own, because it may come again.
   */
  claimProps(): Record<string, unknown> {
    if (this.#claimed) return { ...this.props };
    this.#claimed = true;
    return this.props;
  }

  /** The component is about to change `props`. */
  releaseProps(props: Record<string, unknown>): void {
    if (this.props === props) this.props = { ...props };
  }
}

/** The untyped view of a component; the typed one is `Component` in the contract. */
// deno-lint-ignore no-explicit-any
export type ComponentFunction = (props: any, ctx: any) => unknown;

/** The value of an attribute slot together with its name. */
export class Attr {
  /** As written in the source. */
  readonly name: string;
  /** A text, a handler, a signal of either, or whatever the attribute takes. */
  readonly value: unknown;

  /** Called by precompiled JSX. */
  constructor(name: string, value: unknown) {
    this.name = name;
    this.value = value;
  }
}

/** How an async region behaves; times are in milliseconds. */
export interface AsyncOptions {
  /** How long its function may take before its error view shows. Default: 30,000. */
  readonly timeout?: number;
  /**
   * Names what the region shows. A parent that renders again keeps a region whose key stays the
   * same; another key starts it anew.
   */
  readonly key?: string | number;
  /** Tag of the placeholder. Default: what its parent allows, mostly `div`. */
  readonly as?: string;
  /** Classes of the placeholder, behind the framework's own. */
  readonly class?: string;
  /** Show it together with the other work of this batch. */
  readonly batch?: RegionBatch;
  /** Let the browser animate the change by a view transition, where it can. Default: false. */
  readonly transition?: boolean;
}

/** Work that is shown together. */
export interface RegionBatch {
  /**
   * A region joins.
   *
   * @param show Called once, when everything in the batch has settled.
   * @returns To be called when the region has settled or gone. Safe to call twice.
   */
  join(show: () => void): () => void;
}

/** A slow part of a page; made by `ctx.async.render`. */
export class AsyncNode {
  /** What stands in the page meanwhile. */
  readonly fallback: unknown;
  /** Gives the content. */
  readonly component: (signal: AbortSignal) => unknown;
  /** What to show instead of an error. */
  readonly errorFn: ((error: unknown) => unknown) | undefined;
  /** Timeout, key, placeholder. */
  readonly options: AsyncOptions;

  /** Called by `ctx.async`. */
  constructor(
    fallback: unknown,
    component: (signal: AbortSignal) => unknown,
    errorFn: ((error: unknown) => unknown) | undefined,
    options: AsyncOptions,
  ) {
    this.fallback = fallback;
    this.component = component;
    this.errorFn = errorFn;
    this.options = options;
  }
}

/** Markup that is written as it is; made by `dangerouslyUnescapedHtml` alone. */
export class RawHtml {
  /** Written as it is. */
  readonly html: string;

  /** Called by `dangerouslyUnescapedHtml`. */
  constructor(html: string) {
    this.html = html;
  }
}

/**
 * Writes `html` into the page without escaping. The one way around escaping: text from a user that
 * reaches it is a script injection.
 *
 * @param html Balanced markup that you wrote or sanitised.
 *
 * @example
 * ```ts
 * import { dangerouslyUnescapedHtml } from "@vango/vango";
 * const rule = dangerouslyUnescapedHtml("<hr>");
 * console.assert(rule.html === "<hr>");
 * ```
 */
export function dangerouslyUnescapedHtml(html: string): RawHtml {
  // What would end it for a player, and what parsers drop or replace by the way it comes.
  return new RawHtml(String(html).replaceAll("<!--/v!-->", "").replaceAll("\0", "\ufffd"));
}

/** Options of a handler, for {@linkcode on}. */
export interface HandlerOptions<F extends string = string> {
  /** Names of event fields that travel besides the type's own, such as `clientX`. */
  readonly fields: readonly F[];
}

/** A handler with declared fields, of an event of type `E`; made by {@linkcode on}. */
export class Handler<E = never> {
  /** Takes the event. */
  readonly run: (event: E) => unknown;
  /** Names of the fields that the player sends with it. */
  readonly fields: readonly string[];

  /** Called by `on`. */
  constructor(run: (event: E) => unknown, fields: readonly string[]) {
    this.run = run;
    this.fields = fields;
  }
}
