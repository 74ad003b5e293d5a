/**
 * The HTML document around a page.
 *
 * @module
 */
import { escapeHtml } from "../html/escape.ts";
import { attributeValue } from "../jsx/attributes.ts";

/** Attributes of an element of the document. */
export type DocumentAttributes = Readonly<Record<string, unknown>>;

/** What the document of a page is made of. */
export interface DocumentParts {
  readonly lang: string;
  readonly htmlAttributes: DocumentAttributes;
  readonly bodyAttributes: DocumentAttributes;
  /** Markup of the head's entries. */
  readonly head: string;
  /** Page token; `""` for a page without a player. */
  readonly token: string;
  readonly clientSrc: string;
  /** Path of the socket when it is not the usual one. */
  readonly socket: string | undefined;
  readonly nonce: string;
}

/** The document up to the page's content. */
export function documentStart(parts: DocumentParts): string {
  const nonce = parts.nonce ? ` nonce="${escapeHtml(parts.nonce)}"` : "";
  let html = `<!doctype html><html lang="${escapeHtml(parts.lang)}"` +
    attributes(parts.htmlAttributes) + `><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">`;
  if (parts.token) {
    const socket = parts.socket ? ` data-socket="${escapeHtml(parts.socket)}"` : "";
    html += `<meta name="vango" content="${escapeHtml(parts.token)}">` +
      `<script type="module" src="${escapeHtml(parts.clientSrc)}"${socket}${nonce}></script>`;
  }
  return html + parts.head + `</head><body` + attributes(parts.bodyAttributes) + `>`;
}

/** The end of every document. */
export const DOCUMENT_END = "</body></html>";

function attributes(given: DocumentAttributes): string {
  let text = "";
  for (const [name, value] of Object.entries(given)) {
    const written = attributeValue(name, value);
    if (written === true) text += " " + name;
    else if (written !== null) text += ` ${name}="${escapeHtml(written)}"`;
  }
  return text;
}
