/**
 * What a person sees of an error: everything in development, an id in production.
 *
 * @module
 */
import { jsx } from "../jsx/element.ts";
import { escapeHtml } from "../html/escape.ts";
import type { TemplateNode } from "../jsx/node.ts";

/** The card that stands where a part of a page failed and no boundary caught it. */
export function errorCard(error: unknown, id: string, development: boolean): TemplateNode {
  const details = development ? describe(error) : undefined;
  return jsx("div", {
    class: "vango-error",
    role: "alert",
    children: [
      jsx("strong", { children: "This part of the page could not be shown." }),
      jsx("p", { children: details ? details.message : `Error ${id}` }),
      details ? jsx("pre", { children: details.trace }) : null,
    ],
  }) as TemplateNode;
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
