/**
 * Entries of the document's head, from any component: each kind once, removed with the component,
 * kept up to date.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import { headOf } from "../ctx/page_ctx.ts";
import type { HeadEntry } from "../html/head.ts";
import { onCleanup } from "../signals/signals.ts";
import { textOf } from "../tree/slots.ts";

/** Attributes of a head entry; `key` tells apart entries that would count as the same. */
export interface HeadAttributes {
  /** Tells entries apart that would count as one. */
  readonly key?: string;
  /** Any attribute. */
  readonly [name: string]: unknown;
}

/**
 * The title of the document: the innermost component's counts.
 *
 * @example
 * ```tsx
 * import { Title } from "@vango/vango";
 * const page = () => <main><Title>{3} unread</Title></main>;
 * console.assert(typeof page === "function");
 * ```
 */
export function Title(props: { children?: Renderable }, ctx: Ctx): () => null {
  return entry(ctx, () => ({ tag: "title", attributes: {}, text: readText(props.children) }));
}

/** A `<meta>`, one for each `name`, `property` or `http-equiv`. */
export function Meta(props: HeadAttributes, ctx: Ctx): () => null {
  return entry(ctx, () => ({ tag: "meta", attributes: { ...props }, text: "" }));
}

/** A `<link>`, one for each `rel` and `href`. */
export function Link(props: HeadAttributes, ctx: Ctx): () => null {
  return entry(ctx, () => ({ tag: "link", attributes: { ...props }, text: "" }));
}

/** A `<script>` with `src`, one for each address; it gets the page's nonce. */
export function Script(props: HeadAttributes & { readonly src: string }, ctx: Ctx): () => null {
  return entry(ctx, () => ({ tag: "script", attributes: { ...props }, text: "" }));
}

function entry(ctx: Ctx, read: () => HeadEntry): () => null {
  const placed = headOf(ctx).add(read());
  let first = true;
  onCleanup(() => placed.remove());
  return () => {
    const now = read();
    if (!first) placed.set(now);
    first = false;
    return null;
  };
}

/** The text of a title, signals read. */
function readText(value: unknown): string {
  if (Array.isArray(value)) return value.map(readText).join("");
  if (typeof value === "object" && value !== null && "value" in value && "peek" in value) {
    return readText(value.value);
  }
  if (typeof value === "object" && value !== null && "tpl" in value) return readTemplate(value);
  return textOf(value);
}

/** Precompiled `<Title>{n} unread</Title>` is a template of text and slots. */
function readTemplate(node: object): string {
  const { tpl, slots } = node as { tpl: { strings: readonly string[] }; slots: unknown[] };
  let text = tpl.strings[0] ?? "";
  slots.forEach((slot, i) => text += readText(slot) + (tpl.strings[i + 1] ?? ""));
  return text;
}
