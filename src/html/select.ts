/**
 * `<select value>`: HTML knows the chosen option, not the chosen value.
 *
 * @module
 */
import { escapeHtml } from "./escape.ts";

const OPTION = /<option\b([^>]*)>([^<]*)/g;
const VALUE = /\svalue="([^"]*)"/;

/**
 * Marks the option of `value` in the markup of a select's content. The markup is our own: attribute
 * values are quoted and hold no `>`.
 */
export function selectOption(content: string, value: string | true | null): string {
  if (typeof value !== "string") return content;
  const wanted = escapeHtml(value);
  let found = false;
  return content.replace(OPTION, (tag, attributes: string, text: string) => {
    const own = VALUE.exec(attributes)?.[1] ?? text.trim();
    if (found || own !== wanted) return tag;
    found = true;
    return tag.replace(">", " selected>");
  });
}
