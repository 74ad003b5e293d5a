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
  tpl: Template;
  /** Slot values; once mounted, what the player was last sent. */
  slots: unknown[];
  /** Number of the node's first place in its region, 0 until mounted, -1 once unmounted. */
  base = 0;
  /** Pairs (place, shift): places after a slot with nested places are moved on by the shift. */
  shifts: number[] | undefined = undefined;

  constructor(tpl: Template, slots: unknown[]) {
    this.tpl = tpl;
    this.slots = slots;
  }
}

/** A component call: not run before the node is mounted. */
export class ComponentNode {
  readonly type: ComponentFunction;
  readonly props: Record<string, unknown>;
  readonly key: unknown;

  constructor(type: ComponentFunction, props: Record<string, unknown>, key: unknown) {
    this.type = type;
    this.props = props;
    this.key = key;
  }
}

/** The untyped view of a component; the typed one is `Component` in the contract. */
// deno-lint-ignore no-explicit-any
export type ComponentFunction = (props: any, ctx: any) => unknown;

/** The value of an attribute slot together with its name. */
export class Attr {
  readonly name: string;
  readonly value: unknown;

  constructor(name: string, value: unknown) {
    this.name = name;
    this.value = value;
  }
}

/** Markup that is written as it is; made by `dangerouslyUnescapedHtml` alone. */
export class RawHtml {
  readonly html: string;

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
  return new RawHtml(String(html));
}

/** Options of a handler, for {@linkcode on}. */
export interface HandlerOptions<F extends string = string> {
  /** Names of event fields that travel besides the type's own, such as `clientX`. */
  readonly fields: readonly F[];
}

/** A handler with declared fields; made by {@linkcode on}. */
export class Handler {
  readonly run: (event: never) => unknown;
  readonly fields: readonly string[];

  constructor(run: (event: never) => unknown, fields: readonly string[]) {
    this.run = run;
    this.fields = fields;
  }
}
