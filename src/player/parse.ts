/**
 * Markup to nodes, by the rules of the HTML standard: parse5 does the parsing.
 *
 * @module
 */
import {
  defaultTreeAdapter,
  type DefaultTreeAdapterTypes,
  type html,
  parse,
  parseFragment,
} from "parse5";
import { Namespace, PlayerComment, PlayerElement, type PlayerNode, PlayerText } from "./dom.ts";

type ParsedNode = DefaultTreeAdapterTypes.ChildNode;
type ParsedParent = DefaultTreeAdapterTypes.ParentNode;

/** A whole document; its `<html>` is the only element child of the root. */
export function parseDocument(markup: string): PlayerElement {
  const root = new PlayerElement("#document");
  copyChildren(parse(markup), root);
  return root;
}

/**
 * Nodes as they would be parsed inside of `context`, which decides whether `<circle>` is a shape
 * and where `<td>` may stand. Without a context: as in a `<template>`.
 */
export function parseNodes(markup: string, context?: PlayerElement): PlayerElement {
  const root = new PlayerElement("#fragment");
  const parsed = context && context.tag !== "#fragment"
    ? parseFragment(contextElement(context), markup, {})
    : parseFragment(markup);
  copyChildren(parsed, root);
  return root;
}

function contextElement(context: PlayerElement): DefaultTreeAdapterTypes.Element {
  const attrs = [...context.attributes].map(([name, value]) => ({ name, value }));
  return defaultTreeAdapter.createElement(
    context.tag,
    context.namespace as html.NS,
    attrs,
  );
}

/**
 * The element whose rules hold for the markup of a template that is put in `parent`: none in HTML,
 * because a template's markup stands in a `<template>`; in SVG and MathML the parent.
 */
export function templateContext(parent: PlayerElement): PlayerElement | undefined {
  if (parent.namespace === Namespace.SVG && parent.tag !== "foreignObject") {
    return new PlayerElement("svg", Namespace.SVG);
  }
  if (parent.namespace === Namespace.MATHML) return new PlayerElement("math", Namespace.MATHML);
  return undefined;
}

function copyChildren(from: ParsedParent, to: PlayerElement): void {
  const open: [ParsedParent, PlayerElement][] = [[from, to]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [source, target] = pair;
    for (const node of source.childNodes) {
      const copy = copyNode(node);
      if (!copy) continue;
      target.insert(copy);
      if (copy.type !== "element") continue;
      open.push([node as DefaultTreeAdapterTypes.Element, copy]);
      if ("content" in node) {
        copy.content = new PlayerElement("#fragment");
        open.push([node.content, copy.content]);
      }
    }
  }
}

function copyNode(node: ParsedNode): PlayerNode | undefined {
  if (defaultTreeAdapter.isTextNode(node)) return new PlayerText(node.value);
  if (defaultTreeAdapter.isCommentNode(node)) return new PlayerComment(node.data);
  if (!defaultTreeAdapter.isElementNode(node)) return undefined;
  const element = new PlayerElement(node.tagName, node.namespaceURI);
  for (const { name, value, prefix } of node.attrs) {
    element.attributes.set(prefix ? `${prefix}:${name}` : name, value);
  }
  return element;
}
