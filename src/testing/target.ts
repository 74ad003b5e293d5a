/**
 * What a test looks for in a page, and what it is told when that is not there.
 *
 * @module
 */
import type { PlayerElement } from "../player/dom.ts";
import {
  byRole,
  byText,
  isHidden,
  nameOf,
  queryAll,
  roleOf,
  type RoleOptions,
  shownText,
} from "../player/query.ts";
import { TestingError } from "./errors.ts";

/** An element's role, and perhaps the name that it is announced by. */
export interface RoleTarget extends RoleOptions {
  /** As ARIA names it: `button`, `textbox`, `heading`. */
  readonly role: string;
}

/** The innermost element that says this. */
export interface TextTarget {
  /** The whole text with blanks joined, or a pattern in it. */
  readonly text: string | RegExp;
}

/** A selector, a role, a text, or an element that was found before. */
export type Target = string | RoleTarget | TextTarget | PlayerElement;

/** Entries of the page that an error shows at most. */
const MOST_SHOWN = 40;

/** All elements that a target names, in document order. */
export function findAll(root: PlayerElement, target: Target): PlayerElement[] {
  if (typeof target === "string") return queryAll(root, target);
  if ("role" in target) return byRole(root, target.role, target);
  if ("type" in target) return target.isIn(root) ? [target] : [];
  return byText(root, target.text);
}

/**
 * The one element that a target names.
 *
 * @throws {TestingError} `find`: none or several do; the message shows what the page has.
 */
export function findOne(root: PlayerElement, target: Target): PlayerElement {
  const found = findAll(root, target);
  if (found.length === 1) return found[0]!;
  const what = describeTarget(target);
  if (found.length > 1) {
    const lines = found.slice(0, MOST_SHOWN).map((element) => "  " + describe(element, root));
    throw new TestingError(
      "find",
      `cannot choose ${what}: ${found.length} elements match; name one of them, or use findAll\n` +
        lines.join("\n"),
    );
  }
  throw new TestingError("find", `cannot find ${what}: the page has\n${outline(root)}`);
}

/** A target as an error names it. */
export function describeTarget(target: Target): string {
  if (typeof target === "string") return `"${target}"`;
  if ("role" in target) {
    const name = target.name === undefined ? "" : ` named ${quote(target.name)}`;
    const state = target.checked === undefined ? "" : target.checked ? ", on" : ", off";
    return `a ${target.role}${name}${state}`;
  }
  if ("type" in target) return `<${target.tag}>, which has left the page`;
  return `the text ${quote(target.text)}`;
}

function quote(text: string | RegExp): string {
  return typeof text === "string" ? JSON.stringify(text) : String(text);
}

/** Roles with their names, and the other texts, as a reader meets them: one line each. */
export function outline(root: PlayerElement): string {
  const lines: string[] = [];
  const visit = (element: PlayerElement): void => {
    for (const child of element.elements()) {
      if (isHidden(child) || /^(?:head|script|style|template)$/.test(child.tag)) continue;
      const role = roleOf(child);
      const isLeaf = child.elements().next().done === true;
      if (role || (isLeaf && shownText(child) !== "")) lines.push("  " + describe(child, root));
      visit(child);
    }
  };
  visit(root);
  if (lines.length === 0) return "  nothing that has a role or a text";
  const more = lines.length - MOST_SHOWN;
  return lines.slice(0, MOST_SHOWN).join("\n") + (more > 0 ? `\n  … and ${more} more` : "");
}

/** Roles that are not named by what stands in them, which follows anyway. */
const CONTAINERS = new Set(
  ("article banner complementary contentinfo dialog figure form group list main navigation region " +
    "row rowgroup table").split(" "),
);

function describe(element: PlayerElement, root: PlayerElement): string {
  const role = roleOf(element);
  const isLabelled = element.attributes.has("aria-label") ||
    element.attributes.has("aria-labelledby");
  const text = role === undefined
    ? shownText(element)
    : CONTAINERS.has(role) && !isLabelled
    ? undefined
    : nameOf(element, root);
  const id = element.get("id");
  const tag = `<${element.tag}${id === undefined ? "" : ` id="${id}"`}>`;
  const said = text === undefined ? "" : ` ${JSON.stringify(shorten(text))}`;
  return `${role ?? "text"}${said} ${tag}`;
}

function shorten(text: string): string {
  return text.length > 60 ? text.slice(0, 59) + "…" : text;
}
