/**
 * Patches: operations on places, applied in the order in which they are read.
 *
 * Before a node is changed it is checked to be what the operation says. When it is not, the
 * region's markup is asked for and the rest of the region's operations go to a scratch element:
 * they must still be read, for the templates, names and texts in them.
 *
 * @module
 */
import { replaceRegion } from "./async.ts";
import * as code from "./codes.ts";
import { setAttribute } from "./controls.ts";
import { learn } from "./events.ts";
import { contextOf, parse } from "./markup.ts";
import { morph } from "./morph.ts";
import { pushUrl } from "./navigation.ts";
import { applied, bytes, transmit } from "./outbox.ts";
import { redeem, setHead, tell } from "./page.ts";
import { closing, nodeAt, type PlaceNode, type Region, regions, scan } from "./places.ts";
import { more, str, varint } from "./reader.ts";
import { items, name, value } from "./values.ts";

/** The region that places belong to. */
let region: Region;
/** The last place; entries say the distance from it. */
let place = 0;
/** Number of the last PATCH that had a RENDER in it. */
export let rendered = 0;

/** Applies the operations of the frame that is open in the reader. */
export function applyOperations(): void {
  select(0);
  while (more()) {
    const operation = varint();
    const change = changes[operation];
    // An unknown operation throws: what follows it cannot be read.
    if (!change) actions[operation]!(operation);
    else {
      let entry;
      do {
        entry = varint();
        const zigzag = entry >>> 1;
        place += (zigzag >>> 1) ^ -(zigzag & 1);
        change(target(place));
      } while (entry & 1 && more());
    }
  }
}

function select(id: number): void {
  region = regions[id] ?? { id, start: scratch(), chunks: [], next: 1, stale: true };
  place = 0;
}

function scratch(): PlaceNode {
  return document.createElement("p").appendChild(document.createElement("p"));
}

/** Asks for the region's markup, once. Returns an element that may be changed in the meantime. */
export function mismatch(of = region): PlaceNode {
  if (!of.stale) transmit([code.ASK_RENDER, ...bytes(of.id)]);
  of.stale = true;
  return scratch();
}

/** The node of a place, if it is in the document. */
function target(place: number): PlaceNode {
  const node = nodeAt(region, place);
  return !region.stale && node?.isConnected ? node as PlaceNode : mismatch();
}

/** Where the content of a place stands: its parent, and what follows it there. */
function room(node: PlaceNode): [parent: Node, end: Node | null] {
  if (node.nodeType === 1) return [node, null];
  const end = closing(node);
  return end ? [node.parentNode!, end] : room(mismatch());
}

/** The item at a place, checked to stand in `parent`; else nothing, which is the end. */
function item(place: number, parent: Node): Node | null {
  if (!place) return null;
  const node = target(place);
  if (node.parentNode === parent) return node;
  mismatch();
  return null;
}

/** The nodes of an item: an element, or a group with its comments. */
function span(node: Node): ChildNode[] {
  const last = node.nodeType === 8 ? closing(node) ?? mismatch() : node;
  const nodes = [node];
  while (!region.stale && node !== last) nodes.push(node = node.nextSibling!);
  return (region.stale ? [] : nodes) as ChildNode[];
}

/** What follows an item. */
function behind(node: Node): Node | null {
  return span(node).at(-1)?.nextSibling ?? null;
}

function remove(node: ChildNode): void {
  node.remove();
}

interface Movable extends Node {
  moveBefore?(node: Node, before: Node | null): void;
}

/** Moves an item. `moveBefore` keeps all that a node has; else focus at least is given back. */
function move(node: Node, before: Node | null): void {
  const parent: Movable = node.parentNode!;
  for (const part of span(node)) {
    if (parent.moveBefore) parent.moveBefore(part, before);
    else {
      const active = document.activeElement as HTMLElement;
      parent.insertBefore(part, before);
      if (active !== document.activeElement) active.focus({ preventScroll: true });
    }
  }
}

function setText(node: PlaceNode, text: string): void {
  if (node.nodeName === "TEXTAREA") return setAttribute(node, "value", text);
  const [parent, end] = room(node);
  let first = end ? node.nextSibling : parent.firstChild;
  // The parser splits texts of more than 64 KB.
  if (first?.nodeType === 3 && first.nextSibling !== end) {
    parent.normalize();
    first = end ? node.nextSibling : parent.firstChild;
  }
  if (first === end) parent.insertBefore(document.createTextNode(text), end);
  else if (first!.nodeType === 3 && first!.nextSibling === end) first!.nodeValue = text;
  else mismatch();
}

/**
 * Operations on places. Tables, because a function is compiled when it first runs, and again when
 * it was not used for long: what a click needs stays small.
 */
const changes: Record<number, (node: PlaceNode) => void> = {
  [code.TEXT](node) {
    setText(node, str());
  },
  [code.ATTR](node) {
    const attribute = name();
    const text = str();
    setAttribute(node, attribute, text);
    if (attribute === "v") learn(text);
  },
  [code.REMOVE_ATTR](node) {
    setAttribute(node, name(), null);
  },
  [code.INSERT](node) {
    const [parent, end] = room(node);
    const before = item(varint(), parent) ?? end;
    items(varint(), region, parent, before, contextOf(parent));
  },
  [code.REMOVE](node) {
    span(node).forEach(remove);
  },
  [code.MOVE](node) {
    const parent = node.parentNode!;
    let before = item(varint(), parent);
    if (!before) {
      const [list, end] = room(target(varint()));
      if (list !== parent) mismatch();
      before = end;
    }
    move(node, before);
  },
  [code.REPLACE](node) {
    const [parent, end] = room(node);
    if (end) span(node).slice(1, -1).forEach(remove);
    else parent.textContent = "";
    value(region, parent, end, contextOf(parent));
  },
  [code.VALUE](node) {
    setAttribute(node, "value", str());
  },
  [code.PROPERTY](node) {
    setAttribute(node, name(), varint() ? "" : null);
  },
  [code.SUBSTITUTE](node) {
    const parent = node.parentNode!;
    items(1, region, parent, node, contextOf(parent));
    span(node).forEach(remove);
  },
  [code.FOCUS](node) {
    (node as unknown as HTMLElement).focus();
  },
  [code.SWAP](node) {
    const other = item(varint(), node.parentNode!);
    if (!other) return;
    const after = behind(node);
    const next = behind(other);
    if (next !== node) move(node, next);
    if (after !== other) move(other, after);
  },
  [code.HTML](node) {
    node.replaceChildren(parse(str(), contextOf(node)));
  },
};

/** Operations without a place. */
const actions: Record<number, (operation: number) => void> = {
  [code.REGION]() {
    select(varint());
  },
  [code.TRANSITION]() {},
  [code.HEAD]() {
    setHead(JSON.parse(str()));
  },
  [code.RENDER]() {
    render(varint(), str());
  },
  [code.EMIT]() {
    const event = str();
    const data = str();
    tell(event, data ? JSON.parse(data) : undefined);
  },
  [code.TICKET]() {
    redeem(str());
  },
  [code.URL_PUSH]: address,
  [code.URL_REPLACE]: address,
  [code.NAVIGATE_PUSH]() {
    location.assign(str());
  },
  [code.NAVIGATE_REPLACE]() {
    location.replace(str());
  },
  [code.ASYNC_REPLACE]() {
    const id = varint();
    const put = (into: Region, parent: Node, end: Node | null) =>
      value(into, parent, end, contextOf(parent));
    // A region that is not there any more: its templates and names must be read all the same.
    if (!replaceRegion(id, put)) put({ ...region, chunks: [], stale: true }, scratch(), null);
  },
  [code.NATIVE_VIEW]: native,
  [code.NATIVE_NAVIGATE]: native,
  [code.NATIVE_HAPTIC]: native,
  [code.NATIVE_SHARE]: native,
};

function address(operation: number): void {
  pushUrl(str(), operation === code.URL_REPLACE);
}

/** A native player's operations: done as far as a browser can, and told to the page. */
function native(operation: number): void {
  const component = operation === code.NATIVE_VIEW ? str() : undefined;
  const data = JSON.parse(str());
  if (operation === code.NATIVE_HAPTIC) navigator.vibrate?.(data.pattern);
  else if (operation === code.NATIVE_SHARE) navigator.share?.(data).catch(() => {});
  tell("vango:native", { operation, component, data });
}

/** Morphs a region's markup into the page and numbers its places anew, from 1. */
function render(id: number, html: string): void {
  rendered = applied + 1;
  const known = regions[id];
  const end = known?.start.isConnected && closing(known.start);
  if (!end) {
    // The page was torn down around us: only loading it again helps.
    if (!id) location.reload();
    return;
  }
  const parent = known.start.parentNode!;
  morph(parent, known.start.nextSibling, end, parse(html, contextOf(parent)).firstChild);
  scan(known.start, end.nextSibling, known.outer);
  if (region.id === id) region = regions[id]!;
}
