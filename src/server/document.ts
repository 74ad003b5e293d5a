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
  /** Address of the whole page, for browsers without script; "" when this one is whole. */
  readonly noScript: string;
  readonly nonce: string;
}

/** The document up to the page's content. */
export function documentStart(parts: DocumentParts): string {
  let html = `<!doctype html><html lang="${escapeHtml(parts.lang)}"` +
    attributes(parts.htmlAttributes) + `><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">`;
  if (parts.token) {
    html += `<meta name="vango" content="${escapeHtml(parts.token)}">`;
  }
  if (parts.noScript) {
    const whole = `<meta http-equiv="refresh" content="0;url=${escapeHtml(parts.noScript)}">`;
    html += `<noscript>${whole}</noscript>`;
  }
  const nonce = nonceAttribute(parts.nonce);
  return html + parts.head + `<style${nonce}>${STYLE}</style></head><body` +
    attributes(parts.bodyAttributes) + `>`;
}

/**
 * The script of a page. It stands behind the page's content and runs as soon as it is there, while
 * async regions are still on their way.
 */
export function documentScript(src: string, socket: string | undefined, nonce: string): string {
  const path = socket ? ` data-socket="${escapeHtml(socket)}"` : "";
  return `<script type="module" async src="${escapeHtml(src)}"${path}${nonceAttribute(nonce)}>` +
    `</script>`;
}

function nonceAttribute(nonce: string): string {
  return nonce ? ` nonce="${escapeHtml(nonce)}"` : "";
}

/** Placeholders of async regions, as specified, and the fade for those who want motion. */
const STYLE = ".vango-async-placeholder{min-height:100px;position:relative}" +
  "span.vango-async-placeholder{min-height:0}" +
  "::view-transition{pointer-events:none}" +
  ".vango-skeleton,.vango-skeleton-bar{display:block}" +
  ".vango-skeleton-bar{background:currentColor;opacity:.12}" +
  ".vango-skeleton-bar+.vango-skeleton-bar{margin-top:.6em}" +
  "@media(prefers-reduced-motion:no-preference){.vango-async-replacing{" +
  "animation:vango-fade-out .15s ease-out forwards}" +
  ".vango-skeleton{animation:vango-pulse 1.6s ease-in-out infinite}}" +
  "@keyframes vango-fade-out{to{opacity:0}}@keyframes vango-pulse{50%{opacity:.5}}";

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
