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
import { bytes, transmit } from "./outbox.ts";
import { redeem, setHead, tell } from "./page.ts";
import { closing, nodeAt, type PlaceNode, type Region, regions, scan } from "./places.ts";
import { more, str, varint } from "./reader.ts";
import { items, name, value } from "./values.ts";

/** The region that places belong to. */
let region: Region;

/** Applies the operations of the frame that is open in the reader. */
export function applyOperations(): void {
  let place = 0;
  select(0);
  while (more()) {
    const operation = varint();
    if (operation === code.REGION) {
      select(varint());
      place = 0;
    } else if (operation <= code.SWAP || operation === code.HTML) {
      let entry;
      do {
        entry = varint();
        const zigzag = entry >>> 1;
        place += (zigzag >>> 1) ^ -(zigzag & 1);
        change(operation, target(place));
      } while (entry & 1 && more());
    } else perform(operation);
  }
}

function select(id: number): void {
  region = regions[id] ??
    { id, start: scratch(), outer: undefined, chunks: [], next: 1, stale: true };
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

function change(operation: number, node: PlaceNode): void {
  switch (operation) {
    case code.TEXT:
      return setText(node, str());
    case code.ATTR: {
      const attribute = name();
      const text = str();
      setAttribute(node, attribute, text);
      if (attribute === "v") learn(text);
      return;
    }
    case code.REMOVE_ATTR:
      return setAttribute(node, name(), null);
    case code.INSERT: {
      const [parent, end] = room(node);
      const before = item(varint(), parent) ?? end;
      return items(varint(), region, parent, before, contextOf(parent));
    }
    case code.REMOVE:
      return span(node).forEach(remove);
    case code.MOVE: {
      const parent = node.parentNode!;
      let before = item(varint(), parent);
      if (!before) {
        const [list, end] = room(target(varint()));
        if (list !== parent) mismatch();
        before = end;
      }
      return move(node, before);
    }
    case code.REPLACE: {
      const [parent, end] = room(node);
      if (end) span(node).slice(1, -1).forEach(remove);
      else parent.textContent = "";
      return value(region, parent, end, contextOf(parent));
    }
    case code.VALUE:
      return setAttribute(node, "value", str());
    case code.PROPERTY:
      return setAttribute(node, name(), varint() ? "" : null);
    case code.SUBSTITUTE: {
      const parent = node.parentNode!;
      items(1, region, parent, node, contextOf(parent));
      return span(node).forEach(remove);
    }
    case code.FOCUS:
      return (node as unknown as HTMLElement).focus();
    case code.SWAP: {
      const other = item(varint(), node.parentNode!);
      if (!other) return;
      const after = behind(node);
      const next = behind(other);
      if (next !== node) move(node, next);
      if (after !== other) move(other, after);
      return;
    }
    case code.HTML:
      return node.replaceChildren(parse(str(), contextOf(node)));
  }
}

/** Operations without a place. */
function perform(operation: number): void {
  switch (operation) {
    case code.TRANSITION:
      return;
    case code.HEAD:
      return setHead(JSON.parse(str()));
    case code.RENDER:
      return render(varint(), str());
    case code.EMIT: {
      const event = str();
      const data = str();
      return tell(event, data ? JSON.parse(data) : undefined);
    }
    case code.TICKET:
      return redeem(str());
    case code.URL_PUSH:
    case code.URL_REPLACE:
      return pushUrl(str(), operation === code.URL_REPLACE);
    case code.NAVIGATE_PUSH:
      return location.assign(str());
    case code.NAVIGATE_REPLACE:
      return location.replace(str());
    case code.ASYNC_REPLACE: {
      const id = varint();
      const put = (into: Region, parent: Node, end: Node | null) =>
        value(into, parent, end, contextOf(parent));
      // A region that is not there any more: its templates and names must be read all the same.
      if (!replaceRegion(id, put)) put({ ...region, chunks: [], stale: true }, scratch(), null);
      return;
    }
    default: {
      if (operation < code.NATIVE_VIEW || operation > code.NATIVE_SHARE) throw Error("operation");
      const component = operation === code.NATIVE_VIEW ? str() : undefined;
      const data = JSON.parse(str());
      if (operation === code.NATIVE_HAPTIC) navigator.vibrate?.(data.pattern);
      else if (operation === code.NATIVE_SHARE) navigator.share?.(data).catch(() => {});
      tell("vango:native", { operation, component, data });
    }
  }
}

/** Morphs a region's markup into the page and numbers its places anew, from 1. */
function render(id: number, html: string): void {
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
  if (region.id === id) select(id);
}
