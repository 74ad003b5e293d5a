/**
 * A plain tree of nodes: what the headless player has in place of a browser's DOM.
 *
 * Siblings are linked, so that inserting and removing costs the same anywhere in a long list.
 *
 * @module
 */

/** Namespaces that markup can be in. */
export const Namespace = {
  HTML: "http://www.w3.org/1999/xhtml",
  SVG: "http://www.w3.org/2000/svg",
  MATHML: "http://www.w3.org/1998/Math/MathML",
} as const;

/** Any node below a document. */
export type PlayerNode = PlayerElement | PlayerText | PlayerComment;

/** What all nodes have: a parent, siblings, and perhaps a place. */
export class TreeNode {
  /** Number of the node's place in its region; 0 when it is none. */
  place = 0;
  /** The region that the place belongs to. */
  region = 0;
  /** The element that it stands in. */
  parent: PlayerElement | undefined = undefined;
  /** The sibling before it. */
  previous: PlayerNode | undefined = undefined;
  /** The sibling behind it. */
  next: PlayerNode | undefined = undefined;

  /** Takes the node out of its parent; nothing happens when it has none. */
  remove(): void {
    const { parent, previous, next } = this;
    if (!parent) return;
    if (previous) previous.next = next;
    else parent.first = next;
    if (next) next.previous = previous;
    else parent.last = previous;
    this.parent = this.previous = this.next = undefined;
  }

  /** Whether the node stands in the document (or whatever else) whose root is `root`. */
  isIn(root: PlayerElement): boolean {
    let at = this.parent;
    while (at && at !== root) at = at.parent;
    return at === root;
  }
}

/** Text. */
export class PlayerText extends TreeNode {
  /** What kind of node it is. */
  readonly type = "text";
  /** The text. */
  data: string;

  /** A text that stands nowhere yet. */
  constructor(data: string) {
    super();
    this.data = data;
  }
}

/** A comment. */
export class PlayerComment extends TreeNode {
  /** What kind of node it is. */
  readonly type = "comment";
  /** What stands in it. */
  data: string;
  /** The comment that closes what this one opens, once looked up. */
  closing: PlayerComment | undefined = undefined;

  /** A comment that stands nowhere yet. */
  constructor(data: string) {
    super();
    this.data = data;
  }
}

/** An element, or with the tag `#document` or `#fragment` the root of a tree. */
export class PlayerElement extends TreeNode {
  /** What kind of node it is. */
  readonly type = "element";
  /** As in the DOM: lower case in HTML, as written in SVG and MathML. */
  readonly tag: string;
  /** One of {@linkcode Namespace}. */
  readonly namespace: string;
  /** Attributes by name. */
  readonly attributes: Map<string, string> = new Map();
  /**
   * Properties that differ from what attributes say: `value`, `checked`, `selected`, `muted`, and
   * whatever an event's declared fields read.
   */
  readonly properties: Map<string, unknown> = new Map();
  /** The first child. */
  first: PlayerNode | undefined = undefined;
  /** The last child. */
  last: PlayerNode | undefined = undefined;
  /** What stands in a `<template>`; it is not part of the document. */
  content: PlayerElement | undefined = undefined;

  /** An empty element that stands nowhere yet. */
  constructor(tag: string, namespace: string = Namespace.HTML) {
    super();
    this.tag = tag;
    this.namespace = namespace;
  }

  /** The child nodes, in order. Removing the current one while iterating is allowed. */
  *[Symbol.iterator](): Generator<PlayerNode, void, void> {
    for (let node = this.first; node;) {
      const next: PlayerNode | undefined = node.next;
      yield node;
      node = next;
    }
  }

  /** The child elements. */
  *elements(): Generator<PlayerElement, void, void> {
    for (const node of this) if (node.type === "element") yield node;
  }

  /** The elements below this one, in document order. */
  *descendants(): Generator<PlayerElement, void, void> {
    for (const node of walk(this)) if (node.type === "element") yield node;
  }

  /** Puts `node`, wherever it stands now, before the child `before`, or at the end. */
  insert(node: PlayerNode, before?: PlayerNode): void {
    if (node === before) return;
    node.remove();
    node.parent = this;
    node.next = before;
    node.previous = before ? before.previous : this.last;
    if (node.previous) node.previous.next = node;
    else this.first = node;
    if (before) before.previous = node;
    else this.last = node;
  }

  /** Takes out all children. */
  clear(): void {
    for (const node of this) node.remove();
  }

  /** An attribute's value, `undefined` when it is not there. */
  get(name: string): string | undefined {
    return this.attributes.get(name);
  }

  /** All text in this element, joined. */
  get text(): string {
    let text = "";
    for (const node of walk(this)) if (node.type === "text") text += node.data;
    return text;
  }
}

/** The nodes below `root` in document order; a `<template>`'s content is not among them. */
export function* walk(root: PlayerElement): Generator<PlayerNode, void, void> {
  let node: PlayerNode | undefined = root.first;
  while (node) {
    yield node;
    node = following(node, root);
  }
}

/** The node behind `node` in document order, inside of `root`. */
export function following(
  node: PlayerNode,
  root: PlayerElement,
  into = true,
): PlayerNode | undefined {
  if (into && node.type === "element" && node.first) return node.first;
  let at: PlayerNode = node;
  while (!at.next) {
    if (!at.parent || at.parent === root) return undefined;
    at = at.parent;
  }
  return at.next;
}

/** A copy of a node with everything in it, without a parent. */
export function clone(node: PlayerNode): PlayerNode {
  if (node.type === "text") return new PlayerText(node.data);
  if (node.type === "comment") return new PlayerComment(node.data);
  const copy = new PlayerElement(node.tag, node.namespace);
  for (const [name, value] of node.attributes) copy.attributes.set(name, value);
  for (const child of node) copy.insert(clone(child));
  if (node.content) copy.content = clone(node.content) as PlayerElement;
  return copy;
}
