/**
 * A region's new markup into the page: nodes that are the same stay, with focus, selection, scroll
 * and typed text.
 *
 * Siblings are matched in order. Where they differ, the nearer match decides whether the old node
 * goes or the new one is put before it:
 *
 * ```
 * page   <font>Hallo</font> <b>x</b>        new   Hello <b>x</b>
 *        Hello is not in the page, <font> is not in the new markup: Hello comes, <font> goes
 * ```
 *
 * Anything cleverer (keys, moves) would be for regions that lost their order, which the server's
 * own patches do not lose.
 *
 * @module
 */
import { setAttribute } from "./controls.ts";

/** How far a match is looked for: the work stays linear when nothing matches. */
const REACH = 99;

/** Makes the siblings from `node` up to `end` like `fresh` and its following siblings. */
export function morph(
  parent: Node,
  node: Node | null,
  end: Node | null,
  fresh: Node | null,
): void {
  while (fresh) {
    const next: Node | null = fresh.nextSibling;
    const skipped = distance(node, end, fresh);
    if (skipped <= REACH && (node === end || skipped <= distance(fresh, null, node!))) {
      for (let i = skipped; i--;) node = drop(node!);
      become(node as Element, fresh as Element);
      node = node!.nextSibling;
    } else parent.insertBefore(fresh, node);
    fresh = next;
  }
  while (node !== end) node = drop(node!);
}

function drop(node: Node): Node | null {
  const next = node.nextSibling;
  (node as ChildNode).remove();
  return next;
}

/** How many siblings from `node` on stand before one like `like`. */
function distance(node: Node | null, end: Node | null, like: Node): number {
  let steps = 0;
  while (node !== end && steps <= REACH && !isLike(node!, like)) {
    node = node!.nextSibling;
    steps++;
  }
  return node === end ? Infinity : steps;
}

function isLike(a: Node, b: Node): boolean {
  return a.nodeName === b.nodeName && identity(a as Element) === identity(b as Element);
}

/** What tells siblings of one name apart. */
function identity(node: Element | Comment): string | undefined {
  if (node.nodeType === 8) return (node as Comment).data;
  return node.nodeType === 1
    ? (node as Element).getAttribute("id") + " " + (node as Element).getAttribute("name")
    : undefined;
}

function become(node: Element, fresh: Element): void {
  if (node.nodeType !== 1) {
    if (node.nodeValue !== fresh.nodeValue) node.nodeValue = fresh.nodeValue;
    return;
  }
  for (const name of new Set([...node.getAttributeNames(), ...fresh.getAttributeNames()])) {
    const value = fresh.getAttribute(name);
    // What the reader has opened stays open.
    if (node.getAttribute(name) !== value && (value !== null || name !== "open")) {
      setAttribute(node, name, value);
    }
  }
  if (node.nodeName !== "TEXTAREA") morph(node, node.firstChild, null, fresh.firstChild);
  else if (node.textContent !== fresh.textContent) setAttribute(node, "value", fresh.textContent);
}
