/**
 * Escaping. One set of characters for text and quoted attributes alike, so that no value can be
 * safe in one position and unsafe in the other.
 *
 * @module
 */

const SPECIAL = /[&<>"'\r\0]/;

/**
 * `text` with the characters of markup replaced. A carriage return and NUL, which the parser would
 * change, keep their meaning or become U+FFFD as the parser would make them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { escapeHtml } from "./escape.ts";
 * assertEquals(escapeHtml(`a<b & "c"`), "a&lt;b &amp; &quot;c&quot;");
 * ```
 */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? escapeSlow(text) : text;
}

/** What replaces a character, by its code; all that are replaced are up to `>`. */
const REPLACEMENTS: readonly string[] = Array.from(
  { length: 63 },
  (_, code) => replacementOf(code),
);

function escapeSlow(text: string): string {
  let out = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 62) continue;
    const replacement = REPLACEMENTS[code]!;
    if (replacement === "") continue;
    if (i > from) out += text.slice(from, i);
    out += replacement;
    from = i + 1;
  }
  return from < text.length ? out + text.slice(from) : out;
}

function replacementOf(code: number): string {
  switch (code) {
    case 38:
      return "&amp;";
    case 60:
      return "&lt;";
    case 62:
      return "&gt;";
    case 34:
      return "&quot;";
    case 39:
      return "&#39;";
    case 13:
      return "&#13;";
    case 0:
      return "\ufffd";
    default:
      return "";
  }
}
