/**
 * Finding elements: by selector, by text, and by role as a screen reader would name them.
 *
 * @module
 */
import { isOn } from "./controls.ts";
import type { PlayerElement } from "./dom.ts";
import { parseSelector, type Selector } from "./selector.ts";

const selectors = new Map<string, Selector>();

/** Whether an element is what a selector says. */
export function matches(element: PlayerElement, selector: string): boolean {
  return compiled(selector)(element);
}

/**
 * The elements below `root` that a selector names, in document order.
 *
 * @param selector CSS without pseudo-elements: type, id, class, attribute, `:not()`, `:first-child`,
 * `:last-child`, `:checked`, `:disabled`, lists and all combinators.
 * @throws {SyntaxError} for anything else.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseNodes } from "./parse.ts";
 * import { queryAll } from "./query.ts";
 * const list = parseNodes(`<ul><li class="on">a</li><li>b</li></ul>`);
 * assertEquals(queryAll(list, "ul > li:not(.on)").map((item) => item.text), ["b"]);
 * ```
 */
export function queryAll(root: PlayerElement, selector: string): PlayerElement[] {
  const test = compiled(selector);
  return [...root.descendants()].filter(test);
}

function compiled(selector: string): Selector {
  let test = selectors.get(selector);
  if (!test) {
    if (selectors.size > 500) selectors.clear();
    selectors.set(selector, test = parseSelector(selector));
  }
  return test;
}

/** Elements that stand apart from the text around them. */
const APART = new Set(
  ("address article aside blockquote br button dd div dl dt fieldset figcaption figure footer form " +
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section select table tbody td textarea " +
    "tfoot th thead tr ul").split(" "),
);
const UNSEEN = new Set(["script", "style", "template", "title"]);

/** Text as a reader sees it: blocks apart, blanks joined, none around it. */
export function shownText(element: PlayerElement): string {
  return textIn(element).replace(/\s+/g, " ").trim();
}

function textIn(element: PlayerElement): string {
  let text = "";
  for (const node of element) {
    if (node.type === "text") text += node.data;
    else if (node.type === "comment" || UNSEEN.has(node.tag)) continue;
    else if (APART.has(node.tag)) text += ` ${textIn(node)} `;
    else text += textIn(node);
  }
  return text;
}

/** The innermost elements below `root` whose text is `text`, or matches it. */
export function byText(root: PlayerElement, text: string | RegExp): PlayerElement[] {
  const says = (element: PlayerElement): boolean => matchesText(shownText(element), text);
  return [...root.descendants()].filter((element) =>
    says(element) && ![...element.elements()].some(says)
  );
}

function matchesText(actual: string, wanted: string | RegExp): boolean {
  return typeof wanted === "string" ? actual === wanted : wanted.test(actual);
}

const ROLES: Readonly<Record<string, string>> = {
  article: "article",
  aside: "complementary",
  button: "button",
  dialog: "dialog",
  fieldset: "group",
  figure: "figure",
  footer: "contentinfo",
  form: "form",
  h1: "heading",
  h2: "heading",
  h3: "heading",
  h4: "heading",
  h5: "heading",
  h6: "heading",
  header: "banner",
  hr: "separator",
  img: "img",
  li: "listitem",
  main: "main",
  meter: "meter",
  nav: "navigation",
  ol: "list",
  option: "option",
  output: "status",
  p: "paragraph",
  progress: "progressbar",
  section: "region",
  summary: "button",
  table: "table",
  tbody: "rowgroup",
  td: "cell",
  textarea: "textbox",
  th: "columnheader",
  thead: "rowgroup",
  tr: "row",
  ul: "list",
};

const INPUT_ROLES: Readonly<Record<string, string>> = {
  button: "button",
  checkbox: "checkbox",
  image: "button",
  number: "spinbutton",
  radio: "radio",
  range: "slider",
  reset: "button",
  search: "searchbox",
  submit: "button",
};

/** The role of an element, given or implied; `undefined` when it has none. */
export function roleOf(element: PlayerElement): string | undefined {
  const given = element.get("role")?.trim().split(/\s+/)[0];
  if (given) return given;
  switch (element.tag) {
    case "a":
    case "area":
      return element.attributes.has("href") ? "link" : undefined;
    case "input": {
      const type = (element.get("type") ?? "text").toLowerCase();
      return type === "hidden" ? undefined : INPUT_ROLES[type] ?? "textbox";
    }
    case "select":
      return element.attributes.has("multiple") ? "listbox" : "combobox";
    default:
      return ROLES[element.tag];
  }
}

/** What {@linkcode byRole} looks for besides the role. */
export interface RoleOptions {
  /** The name that the element is announced by. */
  readonly name?: string | RegExp;
  /** Whether it is on, for checkboxes and radio buttons. */
  readonly checked?: boolean;
}

/** The elements below `root` with a role, leaving out what is hidden. */
export function byRole(
  root: PlayerElement,
  role: string,
  options: RoleOptions = {},
): PlayerElement[] {
  return [...root.descendants()].filter((element) =>
    roleOf(element) === role && !isHidden(element) &&
    (options.name === undefined || matchesText(nameOf(element, root), options.name)) &&
    (options.checked === undefined || isOn(element, "checked") === options.checked)
  );
}

/** Whether an element or one around it is hidden from everybody or from screen readers. */
export function isHidden(element: PlayerElement): boolean {
  for (let at: PlayerElement | undefined = element; at; at = at.parent) {
    if (at.attributes.has("hidden") || at.get("aria-hidden") === "true") return true;
  }
  return false;
}

/** The name that an element is announced by. */
export function nameOf(element: PlayerElement, root: PlayerElement): string {
  const label = element.get("aria-label")?.trim();
  if (label) return label;
  const by = element.get("aria-labelledby")?.trim().split(/\s+/);
  if (by) {
    return by.map((id) => {
      const found = queryAll(root, "[id]").find((other) => other.get("id") === id);
      return found ? shownText(found) : "";
    }).join(" ").trim();
  }
  const labels = labelsOf(element, root);
  if (labels.length > 0) return labels.map(shownText).join(" ");
  return element.get("alt") ?? (shownText(element) || element.get("title") ||
    (element.tag === "input" ? element.get("value") ?? element.get("placeholder") : undefined) ||
    element.get("placeholder") || "");
}

/** The `<label>`s of a control. */
export function labelsOf(control: PlayerElement, root: PlayerElement): PlayerElement[] {
  if (!/^(?:input|select|textarea|button|meter|output|progress)$/.test(control.tag)) return [];
  const id = control.get("id");
  return queryAll(root, "label").filter((label) => {
    const of = label.get("for");
    if (of !== undefined) return of === id;
    for (let at = control.parent; at; at = at.parent) if (at === label) return true;
    return false;
  });
}
