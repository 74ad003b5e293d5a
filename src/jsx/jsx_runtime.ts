/**
 * The JSX runtime of both transforms: set `"jsxImportSource": "@vango/vango"` with
 * `"jsx": "precompile"` (fastest) or `"jsx": "react-jsx"`.
 *
 * @module
 */
import { Attr, type TemplateNode } from "./node.ts";
import { Fragment, jsx, templateNode } from "./element.ts";

export { Fragment, jsx };
export { jsx as jsxs };
export type { JSX } from "./jsx_types.ts";

/** `react-jsxdev` passes source positions that templates do not need. */
export const jsxDEV: typeof jsx = jsx;

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
