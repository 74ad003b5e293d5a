/**
 * The JSX runtime of both transforms: set `"jsxImportSource": "@vango/vango"` with
 * `"jsx": "precompile"` (fastest) or `"jsx": "react-jsx"`.
 *
 * @module
 */
import { Attr, type TemplateNode } from "./node.ts";
import { Fragment, jsx, jsxs, templateNode } from "./element.ts";

export { Fragment, jsx, jsxs };
export type {
  AnyAttributes,
  BooleanAttribute,
  ClassValue,
  CommonAttributes,
  EventAttributes,
  GraphicTag,
  HandlerOf,
  JSX,
  Known,
  Slot,
  StyleValue,
  TextOf,
} from "./jsx_types.ts";
export type * from "./missing_attributes.ts";
export type { JSX as HonoJSX } from "hono/jsx";
export type { Props } from "./element.ts";
export type { Attr, ComponentFunction, ComponentNode, TemplateNode } from "./node.ts";

/** The factory of `react-jsxdev`: it passes source positions too, which templates do not need. */
export function jsxDEV(
  type: Parameters<typeof jsx>[0],
  props: Parameters<typeof jsx>[1],
  key?: unknown,
  several = false,
): ReturnType<typeof jsx> {
  return (several ? jsxs : jsx)(type, props, key);
}

/**
 * A template instance; called by precompiled JSX.
 *
 * @param strings Constant markup, one array per place in the source.
 * @param slots What stands between the strings.
 */
export function jsxTemplate(strings: string[], ...slots: unknown[]): TemplateNode {
  return templateNode(strings, slots);
}

/** An attribute slot; called by precompiled JSX. */
export function jsxAttr(name: string, value: unknown): Attr {
  return new Attr(name, value);
}

/** A child slot; called by precompiled JSX. Escaping happens where it is written. */
export function jsxEscape(value: unknown): unknown {
  return value;
}
