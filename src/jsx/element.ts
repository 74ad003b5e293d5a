/**
 * `jsx()`: component calls of both transforms, and element calls of `react-jsx`, which become
 * templates of the shape that precompile would have made of the same tag.
 *
 * @module
 */
import { Attr, type ComponentFunction, ComponentNode, TemplateNode } from "./node.ts";
import { isVoid } from "./attributes.ts";
import { TemplateError } from "./errors.ts";
import { compileTemplate, type Template, variantOf } from "./template.ts";

/** Templates of element calls by tag, attribute names and number of children. */
const shapes = new Map<string, Template>();

/** Shapes are made by source code, not by data; past this many, names do come from data. */
const MAX_SHAPES = 10_000;

/** React's names of attributes that HTML calls otherwise. */
const RENAMED: ReadonlyMap<string, string> = new Map([["className", "class"], ["htmlFor", "for"]]);

const TEMPLATE = Symbol("vango.template");

interface TemplateStrings extends ReadonlyArray<string> {
  [TEMPLATE]?: Template;
}

/** A node of the template whose constant strings these are. */
export function templateNode(strings: readonly string[], slots: unknown[]): TemplateNode {
  let tpl = (strings as TemplateStrings)[TEMPLATE];
  if (tpl === undefined) {
    tpl = compileTemplate(strings, slots);
    (strings as TemplateStrings)[TEMPLATE] = tpl;
  }
  if (tpl.events.length > 0) tpl = variantOf(tpl, slots);
  return new TemplateNode(tpl, slots);
}

/** The fragment component: its children, without an element. */
export function Fragment(props: { children?: unknown }): unknown {
  return props.children;
}

/** Props of an element or a component, children among them. */
export type Props = Record<string, unknown> | null;

/**
 * The JSX factory for one child or none. Children that are an array are a list: one slot.
 *
 * @throws {TemplateError} when an attribute name or the markup cannot be written.
 */
export function jsx(
  type: string | ComponentFunction,
  props: Props,
  key?: unknown,
): TemplateNode | ComponentNode {
  if (typeof type === "function") return new ComponentNode(type, props ?? {}, key);
  if (typeof type !== "string") throw noTag(type);
  return elementNode(type, props ?? {}, key, false);
}

/**
 * The JSX factory for several children, as they stand in the source: a slot for each.
 *
 * @throws {TemplateError} when an attribute name or the markup cannot be written.
 */
export function jsxs(
  type: string | ComponentFunction,
  props: Props,
  key?: unknown,
): TemplateNode | ComponentNode {
  if (typeof type === "function") return new ComponentNode(type, props ?? {}, key);
  if (typeof type !== "string") throw noTag(type);
  return elementNode(type, props ?? {}, key, true);
}

/** The error for a tag that names nothing, as an import that does not exist. */
function noTag(type: unknown): TemplateError {
  return new TemplateError(
    "not-renderable",
    `cannot make an element of ${type === null ? "null" : typeof type}: a tag is the name of an ` +
      `element or a component; is what it names imported and exported?`,
  );
}

/**
 * The factory that `react-jsx` falls back to where a key follows a spread, `<p {...props} key={k}>`.
 *
 * @throws {TemplateError} when an attribute name or the markup cannot be written.
 */
export function createElement(
  type: string | ComponentFunction,
  given: Props,
  ...children: unknown[]
): TemplateNode | ComponentNode {
  const { key, ...props } = given ?? {};
  if (children.length === 0) return jsx(type, props, key);
  if (children.length === 1) return jsx(type, { ...props, children: children[0] }, key);
  return jsxs(type, { ...props, children }, key);
}

function elementNode(
  tag: string,
  props: Record<string, unknown>,
  key: unknown,
  several: boolean,
): TemplateNode {
  const slots: unknown[] = [];
  let shape = tag;
  if (key !== undefined && key !== null) {
    slots.push(new Attr("key", key));
    shape += " key";
  }
  for (const name in props) {
    if (name === "children" || name === "key") continue;
    const attribute = RENAMED.get(name) ?? (/^on[A-Z]/.test(name) ? name.toLowerCase() : name);
    slots.push(new Attr(attribute, props[name]));
    // A handler slot and a text slot of the same name are two shapes: one of them is refused.
    shape += " " + attribute + (typeof props[name] === "string" ? "=" : "");
  }
  const attributes = slots.length;
  const children = props.children;
  if (several && Array.isArray(children)) { for (const child of children) slots.push(child); }
  else if (children !== undefined) slots.push(children);
  shape += ">" + (slots.length - attributes);
  let tpl = shapes.get(shape);
  if (tpl === undefined) {
    tpl = compileTemplate(elementStrings(tag, attributes, slots.length - attributes), slots);
    if (shapes.size >= MAX_SHAPES) shapes.clear();
    shapes.set(shape, tpl);
  }
  return new TemplateNode(variantOf(tpl, slots), slots);
}

/** `["<p ", " ", ">", "", "</p>"]` for two attributes and two children. */
function elementStrings(tag: string, attributes: number, children: number): string[] {
  const strings = ["<" + tag + (attributes > 0 ? " " : "")];
  for (let i = 1; i < attributes; i++) strings.push(" ");
  if (attributes > 0) strings.push("");
  strings[strings.length - 1] += ">";
  if (isVoid(tag)) return strings;
  for (let i = 0; i < children; i++) strings.push("");
  strings[strings.length - 1] += `</${tag}>`;
  return strings;
}
