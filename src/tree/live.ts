/**
 * What the live tree is made of. Static markup is not in it: a node's template has that.
 *
 * ```
 * Region ── Instance (component) ── TemplateNode ── slot: text
 *                                       ├────────── slot: SignalSlot ── text
 *                                       ├────────── slot: Instance ── TemplateNode …
 *                                       └────────── slot: List ── TemplateNode (item)
 *                                                          ├───── Instance (item)
 *                                                          └───── Group (item) ── text
 * ```
 *
 * @module
 */
import type { Signal } from "@preact/signals-core";
import type { ComponentFunction, ComponentNode } from "../jsx/node.ts";
import { type RawHtml, TemplateNode } from "../jsx/node.ts";
import { Hole } from "../jsx/template.ts";
import { Owner, type OwnerHost, swapOwner } from "../signals/owner.ts";
import type { Watcher, Watching } from "../signals/signals.ts";
import { AsyncSlot } from "./async_slot.ts";
import type { Tree } from "./tree.ts";

/** A value in the live tree: what the player was last sent at one slot. */
export type Live =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | TemplateNode
  | Instance
  | List
  | SignalSlot
  | AsyncSlot
  | RawHtml;

/** What a live value stands in. */
export type Holder = TemplateNode | Instance | SignalSlot | Group | List | Region;

/** Items of a list: each has a root that patches can address. */
export type Item = TemplateNode | Instance | Group;

/** A part of the page with its own numbering. */
export class Region {
  readonly tree: Tree;
  readonly id: number;
  /** Number of the next place; 0 is the region itself. */
  next = 1;
  root: Live = null;
  /** The async slot whose content it is, unless it is the page itself. */
  slot: AsyncSlot | undefined = undefined;

  constructor(tree: Tree, id: number) {
    this.tree = tree;
    this.id = id;
  }
}

/** A mounted component. It owns what its set-up created. */
export class Instance extends Owner implements Watcher {
  node: ComponentNode;
  /** One object for the component's life: set-up closures see new props in it. */
  readonly props: Record<string, unknown>;
  readonly region: Region;
  readonly parent: Instance | undefined;
  holder: Holder;
  readonly index: number;
  /** The function that set-up returned. */
  render: (() => unknown) | undefined = undefined;
  output: Live = null;
  /** Set once it has run. */
  watching: Watching | undefined = undefined;
  // Declared: what few components ever have stands on the prototype until then, see below.
  /** The `<select value>` around it. */
  declare chooser: TemplateNode | undefined;
  /** Place of the comments around a list item that is not a single element. */
  declare group: number;
  /** Number of the newest async run; older ones are dropped when they settle. */
  declare run: number;
  /** Output of the newest async run, not yet patched in. */
  declare settled: { readonly output: unknown } | undefined;
  /** The promise of the first async run, until it settles. */
  declare pending: Promise<void> | undefined;
  /** Set by error boundaries: takes an error from below, or says no by `false`. */
  declare catchError: ((error: unknown) => boolean) | undefined;
  /** Set by error boundaries: their fallback for an async region below them. */
  declare fallbackFor: ((error: unknown, tag: string) => unknown) | undefined;
  /** Whether an update failed half way: what is mounted is to be replaced whole. */
  declare broken: boolean;
  /** Whether something that it read has changed since it ran. */
  declare outdated: boolean;

  constructor(
    host: OwnerHost,
    node: ComponentNode,
    region: Region,
    parent: Instance | undefined,
    holder: Holder,
    index: number,
  ) {
    super(host);
    this.node = node;
    this.props = node.claimProps();
    this.region = region;
    this.parent = parent;
    this.holder = holder;
    this.index = index;
  }

  get type(): ComponentFunction {
    return this.node.type;
  }

  get depth(): number {
    return depthBelow(this.parent);
  }

  /** Runs the component: set-up the first time, the function that it returned from then on. */
  compute(): unknown {
    const before = swapOwner(this);
    try {
      if (!this.render) {
        // It ran before without giving one: this run is a set-up of its own.
        if (this.watching) this.restart();
        const output = this.node.type(this.props, this.region.tree.host.ctx);
        if (typeof output !== "function") return output;
        this.render = output as () => unknown;
      }
      this.rendering = true;
      return this.render();
    } finally {
      this.rendering = false;
      swapOwner(before);
    }
  }

  stale(): void {
    this.outdated = true;
    this.region.tree.mark(this);
  }

  /** Ends what the first run has begun, for a run that begins anew. */
  reset(): void {
    this.watching?.dispose();
    this.dispose();
    this.disposed = false;
    this.watching =
      this.render =
      this.signals =
      this.pending =
        undefined;
  }
}

/** There is an object for every component of every page: each field less is 8 bytes of each. */
Object.assign(Instance.prototype, {
  chooser: undefined,
  group: 0,
  run: 0,
  settled: undefined,
  pending: undefined,
  catchError: undefined,
  fallbackFor: undefined,
  broken: false,
  outdated: false,
});

/** A list: keyed or by position. */
export class List {
  items: Item[];
  holder: Holder;
  readonly index: number;

  constructor(items: Item[], holder: Holder, index: number) {
    this.items = items;
    this.holder = holder;
    this.index = index;
  }
}

/** A list item that is not a single element: its comments are its root. */
export class Group {
  place = 0;
  value: Live;
  readonly list: List;

  constructor(value: Live, list: List) {
    this.value = value;
    this.list = list;
  }
}

/** A signal written straight into a slot: it patches that slot alone. */
export class SignalSlot implements Watcher {
  readonly signal: Signal<unknown>;
  readonly region: Region;
  readonly parent: Instance | undefined;
  holder: Holder;
  readonly index: number;
  /** What the player was last sent; for an attribute its text, `true` or `null`. */
  live: Live = null;
  watching: Watching | undefined = undefined;
  /** The `<select value>` around it. */
  declare chooser: TemplateNode | undefined;

  constructor(
    signal: Signal<unknown>,
    region: Region,
    parent: Instance | undefined,
    holder: Holder,
    index: number,
  ) {
    this.signal = signal;
    this.region = region;
    this.parent = parent;
    this.holder = holder;
    this.index = index;
  }

  get depth(): number {
    return depthBelow(this.parent);
  }

  compute(): unknown {
    return this.signal.value;
  }

  stale(): void {
    this.region.tree.mark(this);
  }
}

Object.assign(SignalSlot.prototype, { chooser: undefined });

/** How many components stand around what is in `parent`. */
function depthBelow(parent: Instance | undefined): number {
  let depth = 0;
  for (let at = parent; at; at = at.parent) depth++;
  return depth;
}

/** Number of the place of a slot of a mounted node. */
export function placeOfSlot(node: TemplateNode, slot: number): number {
  return placeOf(node, node.tpl.places[node.tpl.holeOf[slot]!]!);
}

/** Number of a place (relative) of a mounted node. */
export function placeOf(node: TemplateNode, relative: number): number {
  const shifts = node.shifts;
  let shift = 0;
  if (shifts) {
    for (let i = 0; i < shifts.length && shifts[i]! < relative; i += 2) shift = shifts[i + 1]!;
  }
  return node.base + relative + shift;
}

/** Number of the place whose whole content stands in `holder` at `index`. */
export function placeIn(holder: Holder, index: number): number {
  for (;;) {
    if (holder instanceof TemplateNode) return placeOfSlot(holder, index);
    if (holder instanceof Region) return 0;
    if (holder instanceof Group) return holder.place;
    if (holder instanceof Instance && holder.group > 0) return holder.group;
    if (holder instanceof List) return -1;
    index = holder.index;
    holder = holder.holder;
  }
}

/** Tag of the element that `holder` stands in, "" where that is not known. */
export function containerOf(holder: Holder, index: number): string {
  for (;;) {
    if (holder instanceof TemplateNode) return holder.tpl.parents[holder.tpl.holeOf[index]!]!;
    if (holder instanceof Region) {
      if (!holder.slot) return "body";
      index = holder.slot.index;
      holder = holder.slot.holder;
    } else if (holder instanceof Group) holder = holder.list;
    else {
      index = holder.index;
      holder = holder.holder;
    }
  }
}

/** Place of the root of a list item. */
export function rootOf(item: Live | Group): number {
  for (;;) {
    if (item instanceof TemplateNode) return item.base;
    if (item instanceof Group) return item.place;
    if (!(item instanceof Instance)) return -1;
    if (item.group > 0) return item.group;
    item = item.output;
  }
}

/** Whether a value is one marked element, so that it can be a list item as it is. */
export function isSingle(value: unknown): boolean {
  while (value instanceof Instance) value = value.output;
  return value instanceof TemplateNode && value.tpl.single;
}

/** Puts a value where another stands. */
export function put(holder: Holder, index: number, value: TemplateNode): void {
  if (holder instanceof TemplateNode) holder.slots[index] = value;
  else if (holder instanceof Instance) holder.output = value;
  else if (holder instanceof SignalSlot) holder.live = value;
  else if (holder instanceof Group) holder.value = value;
  else if (holder instanceof List) holder.items[index] = value;
  else holder.root = value;
}

/** The renderable that a live value was made of, for mounting it again elsewhere. */
export function rawOf(live: unknown): unknown {
  if (live instanceof Instance) return live.node;
  if (live instanceof List) return live.items.map(rawOf);
  if (live instanceof Group) return rawOf(live.value);
  if (live instanceof SignalSlot) return live.signal;
  if (live instanceof AsyncSlot) return live.node;
  return live;
}

/**
 * `node`, or a copy of it when it is mounted somewhere or was: constants outside a component and
 * `props.children` used twice are the same object at two places.
 */
export function unmounted(node: TemplateNode): TemplateNode {
  if (node.base === 0) return node;
  const copy = new TemplateNode(node.tpl, node.slots.map(rawOf));
  copy.own = true;
  return copy;
}

/**
 * The node that may be changed in place of a mounted one. The application may hold on to a node and
 * show it again, so what JSX made is never changed: the first patch moves what is mounted to a node
 * that the live tree alone knows, and the given one is as it was.
 *
 * ```
 * const yes = view("yes"), no = view("no");       // one template
 * () => on.value ? yes : no                       // yes → no → yes: `yes` must still say "yes"
 * ```
 */
export function owned(given: TemplateNode): TemplateNode {
  if (given.own) return given;
  const node = new TemplateNode(given.tpl, given.slots);
  node.own = true;
  node.base = given.base;
  node.shifts = given.shifts;
  given.slots = node.slots.map(rawOf);
  given.base = -1;
  given.shifts = undefined;
  for (const slot of node.slots) if (isHeld(slot) || slot instanceof List) slot.holder = node;
  if (node.tpl.kinds.includes(Hole.SELECT)) moveChooser(node.slots, given, node);
  return node;
}

/** Below a select that has moved: what tells it that its options have changed. */
function moveChooser(values: readonly unknown[], from: TemplateNode, to: TemplateNode): void {
  for (const value of values) {
    if (value instanceof TemplateNode) moveChooser(value.slots, from, to);
    else if (value instanceof List) moveChooser(value.items, from, to);
    else if (value instanceof Group) moveChooser([value.value], from, to);
    else if (isHeld(value)) {
      if (value.chooser === from) value.chooser = to;
      const below = value instanceof Instance
        ? value.output
        : value instanceof SignalSlot
        ? value.live
        : value.shown.root;
      moveChooser([below], from, to);
    }
  }
}

function isHeld(value: unknown): value is Instance | SignalSlot | AsyncSlot {
  return value instanceof Instance || value instanceof SignalSlot || value instanceof AsyncSlot;
}

/** Ends everything below a value that leaves the tree. */
export function unmount(value: unknown): void {
  if (value instanceof TemplateNode) {
    value.base = -1;
    for (const slot of value.slots) if (typeof slot === "object" && slot !== null) unmount(slot);
  } else if (value instanceof Instance) {
    value.watching?.dispose();
    value.run++;
    value.region.tree.forget(value);
    unmount(value.output);
    value.dispose();
  } else if (value instanceof List) {
    for (const item of value.items) unmount(item);
  } else if (value instanceof SignalSlot) {
    value.watching?.dispose();
    value.region.tree.forget(value);
    unmount(value.live);
  } else if (value instanceof Group) unmount(value.value);
  else if (value instanceof AsyncSlot) {
    value.region.tree.forget(value);
    value.end();
    unmount(value.shown.root);
    value.dispose();
  }
}
