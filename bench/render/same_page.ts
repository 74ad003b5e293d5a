/**
 * Whether two contenders rendered the same page, however they write it.
 *
 * @module
 */

/**
 * Markup without what may differ between libraries: comments, our marks, keys, the order of
 * attributes, ways to write an entity, a void element or an attribute without a value.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plainMarkup } from "./same_page.ts";
 * assertEquals(plainMarkup(`<p v=a><!>1<?><br/>`), "<p>1<br>");
 * ```
 */
export function plainMarkup(html: string): string {
  return html
    .replace(/<!--.*?-->|<!>|<\?>/g, "")
    .replace(/<[a-z][^\s>/]*([^>]*)>/g, (tag, attributes: string) => {
      const name = /^<[^\s>/]+/.exec(tag)![0];
      const kept = [...attributes.matchAll(/([^\s=/]+)(?:=("[^"]*"|[^\s>"]+))?/g)]
        .filter(([, attribute]) => attribute !== "v" && attribute !== "key")
        .map(([, attribute, value]) => plainAttribute(attribute!, value))
        .sort();
      return [name, ...kept].join(" ") + ">";
    })
    .replace(/&#x27;|&#39;|&apos;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&gt;/g, ">");
}

function plainAttribute(name: string, value: string | undefined): string {
  return value === undefined || value === '""' || value === `"${name}"` ? name : `${name}=${value}`;
}

/** A short piece of both from where they first differ, or `undefined` when they are the same. */
export function firstDifference(a: string, b: string): string | undefined {
  const left = plainMarkup(a);
  const right = plainMarkup(b);
  if (left === right) return undefined;
  let at = 0;
  while (left[at] === right[at]) at++;
  const from = Math.max(0, at - 30);
  return `…${left.slice(from, at + 30)}… and …${right.slice(from, at + 30)}…`;
}
