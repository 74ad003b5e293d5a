/**
 * Values: what stands in slots, read from the frame and built in the page.
 *
 * A template is parsed once. Its places are found in each clone by a list of moves, computed once
 * from the pristine markup; all places are found before the first hole is filled. Example:
 *
 * ```
 * <tr v><td v></td><td><a v=a></a></td></tr>
 * TAKE DOWN TAKE RIGHT DOWN TAKE
 * ```
 *
 * @module
 */
import { placeholder } from "./async.ts";
import {
  ASYNC_VALUE,
  ATTR_NONE,
  ATTR_TEXT,
  HOLE_ATTR,
  HOLE_BOOL,
  HOLE_CHILD,
  HOLE_FILL,
  HOLE_HTML,
  HOLE_PROPERTY,
  HOLE_RCDATA,
  LIST_VALUE,
  RAW_VALUE,
  TEMPLATE_VALUE,
  TEXT_VALUE,
} from "./codes.ts";
import { setAttribute } from "./controls.ts";
import { learn } from "./events.ts";
import { contextOf, parse } from "./markup.ts";
import { add, addRegion, close, type Region } from "./places.ts";
import { str, varint } from "./reader.ts";

const DOWN = 0;
const RIGHT = 1;
const UP = 2;
const TAKE = 3;

interface Template {
  readonly html: string;
  readonly size: number;
  readonly kinds: number[];
  /** Place (relative) of each hole. */
  readonly places: number[];
  readonly names: string[];
  /** Where it was parsed: "" for HTML. */
  context?: string;
  /** The element or fragment to clone. */
  content?: Node;
  moves: number[];
}

/** What this connection's server has said so far, by number. */
let templates: Template[] = [];
let names: string[] = [];

/** Forgets what the last connection said. */
export function forgetWords(): void {
  templates = [];
  names = [];
}

/** An attribute's or property's name. */
export function name(): string {
  const number = varint();
  return names[number] ??= str();
}

/** Reads a value and inserts it. `context` is that of `parent`, or of what it will stand in. */
export function value(region: Region, parent: Node, before: Node | null, context: string): void {
  tagged(varint(), region, parent, before, context);
}

function tagged(
  tag: number,
  region: Region,
  parent: Node,
  before: Node | null,
  context: string,
): void {
  if (tag >= TEMPLATE_VALUE) instance(template(tag), region, parent, before, context);
  else if (tag === TEXT_VALUE) {
    const text = str();
    if (text) parent.insertBefore(document.createTextNode(text), before);
  } else if (tag === LIST_VALUE) items(varint(), region, parent, before, context);
  else if (tag === RAW_VALUE) {
    const end = pair("v!", parent, before);
    parent.insertBefore(parse(str(), context), end);
  } else if (tag === ASYNC_VALUE) {
    const id = varint();
    const end = pair("v" + id, parent, before);
    const inner = addRegion(id, end.previousSibling!, region);
    if (id & 1) {
      const element = placeholder(id, name(), name(), !!varint(), parent);
      parent.insertBefore(element, end);
      value(inner, element, null, contextOf(element));
    } else value(inner, parent, end, context);
  }
}

/** Inserts a pair of comments; returns the closing one. */
function pair(data: string, parent: Node, before: Node | null): Comment {
  const start = parent.insertBefore(document.createComment(data), before);
  const end = parent.insertBefore(document.createComment(data ? "/" + data : "?"), before);
  close(start, end);
  return end;
}

/** Reads `count` values and inserts them as items of a list. */
export function items(
  count: number,
  region: Region,
  parent: Node,
  before: Node | null,
  context: string,
): void {
  while (count--) {
    const tag = varint();
    const known = tag < TEMPLATE_VALUE ? undefined : template(tag);
    if (known && prepare(known, context).nodeType === 1) {
      instance(known, region, parent, before, context);
    } else {
      const end = pair("", parent, before);
      add(region, end.previousSibling!);
      if (known) instance(known, region, parent, end, context);
      else tagged(tag, region, parent, end, context);
    }
  }
}

/** The template of a tag; its definition follows when it is new. */
function template(tag: number): Template {
  const number = tag - TEMPLATE_VALUE;
  if (number > templates.length) throw Error("unknown template");
  return templates[number] ??= define();
}

function define(): Template {
  const made: Template = {
    html: str(),
    size: varint(),
    kinds: [],
    places: [],
    names: [],
    moves: [],
  };
  for (let holes = varint(); holes--;) {
    const kind = varint();
    made.kinds.push(kind);
    made.places.push(varint());
    made.names.push(kind === HOLE_ATTR || kind === HOLE_PROPERTY ? name() : "");
  }
  return made;
}

/** Parses a template where it is first used: SVG and HTML give other elements for one markup. */
function prepare(made: Template, context: string): Node {
  if (made.context !== context) {
    made.context = context;
    const fragment = parse(made.html, context);
    const first = fragment.firstChild;
    const single = first?.nodeType === 1 && !first.nextSibling;
    made.content = single ? first : fragment;
    made.moves = plan(made.content);
  }
  return made.content!;
}

/** Moves that take the places of the subtree in document order and come back to `node`. */
function plan(node: Node): number[] {
  const moves: number[] = [];
  const mark = node.nodeType === 1 ? (node as Element).getAttribute("v") : null;
  if (mark !== null || (node as Comment).data === "" && node.nodeType === 8) {
    moves.push(TAKE);
    learn(mark ?? "");
  }
  let steps = [DOWN];
  let inside = false;
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const below = plan(child);
    if (below.length) {
      moves.push(...steps, ...below);
      steps = [];
      inside = true;
    }
    steps.push(RIGHT);
  }
  if (inside) moves.push(UP);
  return moves;
}

function instance(
  made: Template,
  region: Region,
  parent: Node,
  before: Node | null,
  context: string,
): void {
  const root = prepare(made, context).cloneNode(true);
  const { kinds, places } = made;
  const nodes: Node[] = [];
  let node = root;
  for (const move of made.moves) {
    if (move === TAKE) nodes.push(node);
    else {node =
        (move === DOWN ? node.firstChild : move === RIGHT ? node.nextSibling : node.parentNode)!;}
  }
  let numbered = 0;
  for (let i = 0; i <= kinds.length; i++) {
    const last = i < kinds.length ? places[i]! : made.size - 1;
    while (numbered <= last) {
      add(region, nodes[numbered++]!);
    }
    if (i < kinds.length) fill(kinds[i]!, made.names[i]!, nodes[last] as Element, region, context);
  }
  parent.insertBefore(root, before);
}

/** Reads what belongs in one hole. */
function fill(
  kind: number,
  attribute: string,
  node: Element,
  region: Region,
  context: string,
): void {
  if (kind === HOLE_FILL || kind === HOLE_CHILD) {
    const tag = varint();
    if (kind === HOLE_FILL) {
      if (tag === TEXT_VALUE) node.textContent = str();
      else tagged(tag, region, node, null, contextOf(node));
    } else {
      const parent = node.parentNode!;
      const inner = parent.nodeType === 1 ? contextOf(parent) : context;
      const end = node.nextSibling!;
      close(node, end);
      tagged(tag, region, parent, end, inner);
    }
  } else if (kind === HOLE_RCDATA) node.textContent = str();
  else if (kind === HOLE_HTML) node.append(parse(str(), contextOf(node)));
  else {
    const tag = varint();
    if (tag === ATTR_NONE) return;
    const text = tag === ATTR_TEXT ? str() : "";
    if (kind === HOLE_BOOL) node.setAttribute(text, "");
    else if (kind === HOLE_ATTR) node.setAttribute(attribute, text);
    // A text area's and a select's hole has no name.
    else setAttribute(node, attribute || "value", text);
  }
}
