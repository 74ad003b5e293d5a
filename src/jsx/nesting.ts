/**
 * Markup that the HTML parser would rearrange: found when a template is compiled, because the
 * page's DOM would then differ from the tree that patches are computed for.
 *
 * @module
 */
import { TemplateError } from "./errors.ts";

/** Children that these parents accept; anything else is moved out by the parser. */
const ONLY_CHILDREN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["table", new Set(["caption", "colgroup", "thead", "tbody", "tfoot", "script", "template"])],
  ["thead", new Set(["tr", "script", "template"])],
  ["tbody", new Set(["tr", "script", "template"])],
  ["tfoot", new Set(["tr", "script", "template"])],
  ["tr", new Set(["td", "th", "script", "template"])],
  ["colgroup", new Set(["col", "template"])],
]);

/** Parents without which the parser drops these tags. */
const ONLY_PARENTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["caption", new Set(["table"])],
  ["colgroup", new Set(["table"])],
  ["thead", new Set(["table"])],
  ["tbody", new Set(["table"])],
  ["tfoot", new Set(["table"])],
  ["tr", new Set(["thead", "tbody", "tfoot"])],
  ["td", new Set(["tr"])],
  ["th", new Set(["tr"])],
  ["col", new Set(["colgroup"])],
]);

/** Items whose start tag closes an open one of the same kind. */
const ITEMS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["li", new Set(["li"])],
  ["dd", new Set(["dd", "dt"])],
  ["dt", new Set(["dd", "dt"])],
]);

const HEADINGS = new Set(["h1", "h2", "h3", "h4", "h5", "h6"]);

/** Elements whose start tag closes an open `<p>`. Source: HTML standard, "in body". */
const CLOSES_P = new Set(
  ("address article aside blockquote details dialog div dl fieldset figcaption figure footer " +
    "form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section table ul")
    .split(" "),
);

/** Elements that cannot contain themselves. */
const NOT_IN_ITSELF = new Set(["a", "form", "button", "nobr", "option"]);

/**
 * @param tag The element that opens.
 * @param ancestors Open elements of the same template, outermost first.
 * @throws {TemplateError} `markup` when the parser would put the element somewhere else.
 */
export function checkNesting(tag: string, ancestors: readonly string[]): void {
  const parent = ancestors[ancestors.length - 1];
  if (parent === undefined || parent === "template") return;
  const allowed = ONLY_CHILDREN.get(parent);
  if (allowed && !allowed.has(tag)) {
    throw new TemplateError(
      "markup",
      `cannot put <${tag}> straight in <${parent}>: the parser would move it; <${parent}> takes ` +
        [...allowed].filter((name) => name !== "script" && name !== "template").map((name) =>
          `<${name}>`
        ).join(", "),
    );
  }
  const parents = ONLY_PARENTS.get(tag);
  if (parents && !parents.has(parent)) {
    throw new TemplateError(
      "markup",
      `cannot put <${tag}> in <${parent}>: the parser drops it outside of ` +
        [...parents].map((name) => `<${name}>`).join(", "),
    );
  }
  const items = ITEMS.get(tag);
  if (items && insideItem(ancestors, items)) {
    throw new TemplateError(
      "markup",
      `cannot put <${tag}> in an item of the same list: the parser closes the outer one first; ` +
        `put a list of its own around it`,
    );
  }
  if (HEADINGS.has(tag) && HEADINGS.has(parent)) {
    throw new TemplateError(
      "markup",
      `cannot put <${tag}> in <${parent}>: the parser closes the outer heading first`,
    );
  }
  if (CLOSES_P.has(tag) && inScope(ancestors, "p")) {
    throw new TemplateError(
      "markup",
      `cannot put <${tag}> in <p>: the parser closes the paragraph before it; use <div> outside`,
    );
  }
  if (NOT_IN_ITSELF.has(tag) && ancestors.includes(tag)) {
    throw new TemplateError(
      "markup",
      `cannot put <${tag}> in <${tag}>: the parser closes the outer one first`,
    );
  }
}

/** Whether an item is open that nothing hides from the parser. */
function insideItem(ancestors: readonly string[], items: ReadonlySet<string>): boolean {
  for (let i = ancestors.length - 1; i >= 0; i--) {
    const tag = ancestors[i]!;
    if (items.has(tag)) return true;
    if (tag === "div" || tag === "address" || tag === "p") continue;
    if (CLOSES_P.has(tag) || SCOPE_ENDS.has(tag)) return false;
  }
  return false;
}

/** Whether an open `name` would be found before an element that hides it from the parser. */
function inScope(ancestors: readonly string[], name: string): boolean {
  for (let i = ancestors.length - 1; i >= 0; i--) {
    const tag = ancestors[i]!;
    if (tag === name) return true;
    if (SCOPE_ENDS.has(tag)) return false;
  }
  return false;
}

const SCOPE_ENDS = new Set(
  "button table td th caption template foreignObject desc title object marquee applet svg math"
    .split(" "),
);
