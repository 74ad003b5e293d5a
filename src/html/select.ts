/**
 * `<select value>`: HTML knows the chosen option, not the chosen value.
 *
 * @module
 */

const OPTION = /<option\b((?:[^>"]|"[^"]*")*)>(.*?)<\/option>/gs;
const VALUE = /\svalue="([^"]*)"/;
const TAGS = /<(?:[^>"]|"[^"]*")*>/g;
const ENTITY = /&(?:amp|lt|gt|quot|#39|#13);/g;

const CHARACTERS: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#13;": "\r",
};

/**
 * Marks the option of `value` in the markup of a select's content. The markup is our own: attribute
 * values are in double quotes, and nothing but the characters of markup is escaped.
 */
export function selectOption(content: string, value: string | true | null): string {
  if (typeof value !== "string") return content;
  let found = false;
  return content.replace(OPTION, (option, attributes: string, inner: string) => {
    if (found || valueOf(attributes, inner) !== value) return option;
    found = true;
    return `<option${attributes} selected>${inner}</option>`;
  });
}

/** An option without a value has its text for one, without blanks around it. */
function valueOf(attributes: string, inner: string): string {
  const given = VALUE.exec(attributes)?.[1];
  if (given !== undefined) return unescapeHtml(given);
  return unescapeHtml(inner.replace(TAGS, "")).replace(/[\t\n\f\r ]+/g, " ").replace(/^ | $/g, "");
}

function unescapeHtml(text: string): string {
  return text.replace(ENTITY, (entity) => CHARACTERS[entity]!);
}
