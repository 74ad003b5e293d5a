/**
 * Nodes to markup: for people, snapshots and comparisons.
 *
 * @module
 */
import { Namespace, type PlayerElement, type PlayerNode } from "./dom.ts";

const VOID: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta source track wbr".split(" "),
);
const RAW_TEXT: ReadonlySet<string> = new Set(
  "script style iframe noembed noframes noscript xmp plaintext".split(" "),
);
const MARK_COMMENT = /^(?:|\?|\/?v(?:\d+|!))$/;

/** How markup is written. */
export interface MarkupOptions {
  /** Write the marks that live pages carry (the attribute `v` and comments). Default: false. */
  readonly marks?: boolean;
}

/**
 * The markup of a node.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseNodes } from "./parse.ts";
 * import { innerMarkup } from "./serialize.ts";
 * assertEquals(innerMarkup(parseNodes("<p v>a<!>b<?></p>")), "<p>ab</p>");
 * ```
 */
export function markup(node: PlayerNode, options: MarkupOptions = {}): string {
  if (node.type === "comment") {
    const show = options.marks || !MARK_COMMENT.test(node.data);
    return show ? `<!--${node.data}-->` : "";
  }
  if (node.type === "text") {
    const { parent } = node;
    const raw = parent && RAW_TEXT.has(parent.tag) && parent.namespace === Namespace.HTML;
    return raw ? node.data : escapeText(node.data);
  }
  if (node.tag.startsWith("#")) return innerMarkup(node, options);
  let start = "<" + node.tag;
  for (const [name, value] of node.attributes) {
    if (name === "v" && !options.marks) continue;
    start += ` ${name}="${escapeText(value).replaceAll('"', "&quot;")}"`;
  }
  if (VOID.has(node.tag) && node.namespace === Namespace.HTML) return start + ">";
  // The parser drops a line feed right behind these start tags.
  const first = node.first;
  const line = /^(?:pre|textarea|listing)$/.test(node.tag) && first?.type === "text" &&
    first.data.startsWith("\n");
  return `${start}>${line ? "\n" : ""}${innerMarkup(node, options)}</${node.tag}>`;
}

/** The markup of what stands in an element. */
export function innerMarkup(element: PlayerElement, options: MarkupOptions = {}): string {
  let text = "";
  for (const node of element.content ?? element) text += markup(node, options);
  return text;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("\u00a0", "&nbsp;")
    .replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
