/**
 * What a person sees of an error: everything in development, an id in production.
 *
 * @module
 */
import { jsx } from "../jsx/element.ts";
import { escapeHtml } from "../html/escape.ts";
import type { TemplateNode } from "../jsx/node.ts";

const WORDS = "This part of the page could not be shown.";

/** What has to be around a card, where a placeholder has this tag. */
const FRAMES: Readonly<Record<string, readonly string[]>> = {
  div: [],
  li: ["li"],
  td: ["td"],
  th: ["th"],
  tr: ["tr", "td"],
  table: ["table", "tbody", "tr", "td"],
  thead: ["thead", "tr", "td"],
  tbody: ["tbody", "tr", "td"],
  tfoot: ["tfoot", "tr", "td"],
};

/**
 * The card that stands where a part of a page failed and no boundary caught it.
 *
 * @param tag That of a placeholder there. The parser would move a card that does not fit: out of a
 *   table, or behind a paragraph that it ends.
 */
export function errorCard(
  error: unknown,
  id: string,
  development: boolean,
  tag = "div",
): TemplateNode {
  const details = development ? describe(error) : undefined;
  const what = details ? details.message : `Error ${id}`;
  const words = `${WORDS} ${what}`;
  const look = { class: "vango-error", role: "alert" };
  if (tag === "option") return element("option", { disabled: true, children: words });
  if (tag === "g") return element("text", { ...look, y: "1em", children: words });
  const frame = FRAMES[tag];
  const title = jsx("strong", { children: WORDS });
  // Where some other element may stand a span may, too.
  if (!frame) return element("span", { ...look, children: [title, ` ${what}`] });
  const card = element("div", {
    ...look,
    children: [
      title,
      jsx("p", { children: what }),
      details ? jsx("pre", { children: details.trace }) : null,
    ],
  });
  return frame.reduceRight((children, around) => element(around, { children }), card);
}

function element(tag: string, props: Record<string, unknown>): TemplateNode {
  return jsx(tag, props) as TemplateNode;
}

/** The page that answers a GET whose page failed. */
export function errorPage(error: unknown, id: string, development: boolean): string {
  const details = development ? describe(error) : undefined;
  const body = details
    ? `<h1>${escapeHtml(details.message)}</h1><pre>${escapeHtml(details.trace)}</pre>`
    : `<h1>Something went wrong</h1><p>Error ${escapeHtml(id)}</p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>Error</title></head><body>${body}</body></html>`;
}

/** Message, components from the inside out, and the stack with its source positions. */
function describe(error: unknown): { message: string; trace: string } {
  const message = error instanceof Error ? error.message : String(error);
  const components = (error as { stackOfComponents?: readonly string[] })?.stackOfComponents ?? [];
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const stack = cause instanceof Error ? cause.stack ?? "" : "";
  const trace = components.map((name) => `in <${name}>`).join("\n") + "\n\n" + stack;
  return { message, trace: trace.trim() };
}
