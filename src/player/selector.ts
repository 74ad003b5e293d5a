/**
 * Selectors: text to a test of an element, read from right to left.
 *
 * ```
 * ul > li.on b      b, somewhere below: li with the class "on", whose parent is ul
 * ```
 *
 * @module
 */
import { isOn } from "./controls.ts";
import { Namespace, type PlayerElement } from "./dom.ts";

/** Whether an element is what a selector says. */
export type Selector = (element: PlayerElement) => boolean;

const IDENT = /^(?:--|-?[a-zA-Z_\u0080-\uffff]|-?\\.)(?:[\w\u0080-\uffff-]|\\.)*/;
const ATTRIBUTE =
  /^\[\s*([\w:-]+)\s*(?:([~|^$*]?=)\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))\s*(i)?\s*)?\]/;

/** @throws {SyntaxError} for text that is no selector of the kinds that are known. */
export function parseSelector(text: string): Selector {
  const reader = new SelectorReader(text.trim());
  const test = reader.list();
  if (reader.left !== "") reader.fail();
  return test;
}

class SelectorReader {
  left: string;
  readonly #whole: string;

  constructor(text: string) {
    this.left = this.#whole = text;
  }

  fail(): never {
    throw new SyntaxError(
      `cannot read the selector ${JSON.stringify(this.#whole)}: it is not understood from ` +
        `${JSON.stringify(this.left)} on`,
    );
  }

  list(): Selector {
    const tests = [this.#complex()];
    while (this.#take(/^\s*,\s*/)) tests.push(this.#complex());
    return (element) => tests.some((test) => test(element));
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.left);
    if (!found) return undefined;
    this.left = this.left.slice(found[0].length);
    return found;
  }

  #complex(): Selector {
    let test = this.#compound();
    for (;;) {
      const found = this.#take(/^\s*([>+~])\s*|^\s+(?![,)]|$)/);
      if (!found) return test;
      test = combine(found[1] ?? " ", test, this.#compound());
    }
  }

  #compound(): Selector {
    const tests: Selector[] = [];
    if (!this.#take(/^\*/)) {
      const tag = this.#take(IDENT);
      if (tag) {
        const name = unescape(tag[0]);
        tests.push((element) =>
          element.tag === (element.namespace === Namespace.HTML ? name.toLowerCase() : name)
        );
      }
    } else tests.push(() => true);
    for (let test = this.#simple(); test; test = this.#simple()) tests.push(test);
    if (tests.length === 0) this.fail();
    return (element) => tests.every((test) => test(element));
  }

  #simple(): Selector | undefined {
    switch (this.left[0]) {
      case "#": {
        const id = this.#name();
        return (element) => element.get("id") === id;
      }
      case ".": {
        const name = this.#name();
        return (element) => words(element.get("class")).includes(name);
      }
      case "[":
        return this.#attribute();
      case ":":
        return this.#pseudo();
      default:
        return undefined;
    }
  }

  #name(): string {
    this.left = this.left.slice(1);
    return unescape((this.#take(IDENT) ?? this.fail())[0]);
  }

  #attribute(): Selector {
    const [, name, operator, double, single, bare, fold] = this.#take(ATTRIBUTE) ?? this.fail();
    if (!operator) return (element) => element.attributes.has(name!);
    const lower = (text: string): string => fold ? text.toLowerCase() : text;
    const wanted = lower(double ?? single ?? bare ?? "");
    return (element) => {
      const given = element.get(name!);
      return given !== undefined && compare(lower(given), operator, wanted);
    };
  }

  #pseudo(): Selector {
    const [, name, opens] = this.#take(/^:([a-z-]+)(\()?/) ?? this.fail();
    if (opens) {
      if (name !== "not" && name !== "is") this.fail();
      const inner = this.list();
      if (!this.#take(/^\s*\)/)) this.fail();
      return name === "is" ? inner : (element) => !inner(element);
    }
    switch (name) {
      case "first-child":
        return (element) => sibling(element, "previous") === undefined;
      case "last-child":
        return (element) => sibling(element, "next") === undefined;
      case "checked":
        return (element) => isOn(element, element.tag === "option" ? "selected" : "checked");
      case "disabled":
        return (element) => element.attributes.has("disabled");
      case "empty":
        return (element) => element.text === "" && element.elements().next().done === true;
      default:
        return this.fail();
    }
  }
}

function combine(combinator: string, left: Selector, right: Selector): Selector {
  switch (combinator) {
    case ">":
      return (element) => right(element) && element.parent !== undefined && left(element.parent);
    case "+":
      return (element) =>
        right(element) && some(sibling(element, "previous"), () => undefined, left);
    case "~":
      return (element) =>
        right(element) &&
        some(sibling(element, "previous"), (at) => sibling(at, "previous"), left);
    default:
      return (element) => right(element) && some(element.parent, (at) => at.parent, left);
  }
}

function some(
  from: PlayerElement | undefined,
  next: (at: PlayerElement) => PlayerElement | undefined,
  test: Selector,
): boolean {
  for (let at = from; at; at = next(at)) if (test(at)) return true;
  return false;
}

function sibling(element: PlayerElement, way: "previous" | "next"): PlayerElement | undefined {
  let at = element[way];
  while (at && at.type !== "element") at = at[way];
  return at;
}

function compare(given: string, operator: string, wanted: string): boolean {
  switch (operator) {
    case "=":
      return given === wanted;
    case "~=":
      return words(given).includes(wanted);
    case "|=":
      return given === wanted || given.startsWith(wanted + "-");
    case "^=":
      return wanted !== "" && given.startsWith(wanted);
    case "$=":
      return wanted !== "" && given.endsWith(wanted);
    default:
      return wanted !== "" && given.includes(wanted);
  }
}

function words(text: string | undefined): string[] {
  return text?.split(/\s+/) ?? [];
}

function unescape(name: string): string {
  return name.replace(/\\(.)/g, "$1");
}
