/**
 * Addresses that mean the same on another node: where a component stands, whatever number its
 * places have and whatever its function is called.
 *
 * ```
 * /k:string:%2Fnotes/c          the page's component, and the first component in it
 * …/c/l/i:number:7/c            the component in the row with the key 7 of the first list
 * ```
 *
 * A name counts its namesakes within the scope around it, in document order: `c`, `c~1`, `c~2`.
 *
 * @module
 */
import { AsyncNode, ComponentNode, TemplateNode } from "../jsx/node.ts";
import type { SignalRestorer } from "../signals/owner.ts";
import { AsyncSlot } from "./async_slot.ts";
import { keyOf } from "./lists.ts";
import { Group, Instance, List, placeOf, SignalSlot } from "./live.ts";

/** Where names are counted: a component, a list, a row. */
export interface Scope {
  readonly address: string;
  readonly counts: Map<string, number>;
}

/** Hands out addresses during one walk over a page in document order. */
export class Addresses {
  /** The scope that the walk is in. */
  scope: Scope = { address: "", counts: new Map() };
  readonly #known: Map<object, Scope> = new Map();

  /** Enters a part; the same part has the same address ever after. Returns the scope before. */
  enter(part: object): Scope {
    const before = this.scope;
    const known = this.#known.get(part);
    if (known) {
      this.scope = known;
      return before;
    }
    const name = nameOf(part);
    const count = before.counts.get(name) ?? 0;
    before.counts.set(name, count + 1);
    const address = `${before.address}/${count === 0 ? name : `${name}~${count}`}`;
    this.scope = { address, counts: new Map() };
    this.#known.set(part, this.scope);
    return before;
  }

  /** Goes back to the scope that `enter` gave. */
  leave(before: Scope): void {
    this.scope = before;
  }

  /** The address of a part that was entered before. */
  of(part: object): string | undefined {
    return this.#known.get(part)?.address;
  }
}

function nameOf(part: object): string {
  const key = keyOf(part);
  const kind = part instanceof List
    ? "l"
    : part instanceof AsyncSlot || part instanceof AsyncNode
    ? "a"
    : part instanceof Instance || part instanceof ComponentNode
    ? "c"
    : "i";
  return key === undefined ? kind : `${kind}:${typeof key}:${encodeURIComponent(wellFormed(key))}`;
}

/** A lone surrogate cannot be encoded. */
function wellFormed(key: unknown): string {
  return String(key).replace(/\p{Surrogate}/gu, "\uFFFD");
}

const hashes = new WeakMap<readonly string[], number>();

/** A hash of strings, the same in every process. */
export function hashOf(strings: readonly string[]): number {
  let hash = hashes.get(strings);
  if (hash !== undefined) return hash;
  hash = 0x811c9dc5;
  for (const text of strings) hash = mixText(hash, text);
  hashes.set(strings, hash);
  return hash;
}

function mixText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return mix(hash, 0x110000);
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193) >>> 0;
}

/** What a component's signals are known by: its output's template and how many signals it has. */
export function fingerprintOf(instance: Instance, output: unknown): string {
  return `${instance.signals?.length ?? 0}.${kindOf(output)}`;
}

function kindOf(output: unknown): string {
  if (output instanceof TemplateNode) return hashOf(output.tpl.origin.strings).toString(36);
  if (output instanceof ComponentNode || output instanceof Instance) return "c";
  if (output instanceof List || Array.isArray(output)) return "l";
  return "v";
}

/**
 * The places of one region that have handlers, by part: a hash of the part's address and of its
 * shape. A part is a component without the components in it, or a list with all that is in it, so
 * that there are few, and another build changes the parts that it changes, and no other.
 */
export type HandlerPlaces = ReadonlyMap<number, readonly number[]>;

interface Part {
  readonly address: string;
  shape: number;
  readonly places: number[];
}

/** Restores what components held on another node. */
export interface PageRestorer extends SignalRestorer {
  readonly addresses: Addresses;
  /** Whether what was kept is this component's; `false`: it is to run again, afresh. */
  accepts(instance: Instance, output: unknown): boolean;
}

/** What a walk over a live tree meets. */
export interface PageVisitor {
  component?(instance: Instance, address: string): void;
}

/**
 * Walks a live tree in document order.
 *
 * @returns The handlers' places of each region, by the region's address ("" for the page).
 */
export function walkPage(root: unknown, visitor: PageVisitor = {}): Map<string, HandlerPlaces> {
  const walk = new Walk(visitor);
  walk.region("", 1, root);
  return walk.regions;
}

/** A hash of everything that the places of a region depend on. */
export function shapeOfPlaces(places: HandlerPlaces): number {
  return [...places.keys()].reduce(mix, 1);
}

class Walk {
  readonly regions: Map<string, Map<number, readonly number[]>> = new Map();
  readonly #addresses = new Addresses();
  readonly #visitor: PageVisitor;
  #region: Map<number, readonly number[]> = new Map();
  #part: Part | undefined;
  /** Whether the part is a list. */
  #inList = false;

  constructor(visitor: PageVisitor) {
    this.#visitor = visitor;
  }

  region(id: string, shape: number, root: unknown): void {
    const outer = this.#region;
    this.#region = new Map();
    this.regions.set(id, this.#region);
    this.#asPart(false, shape, () => this.value(root));
    this.#region = outer;
  }

  #asPart(inList: boolean, shape: number, walk: () => void): void {
    const outer = this.#part;
    const outside = this.#inList;
    const part: Part = { address: this.#addresses.scope.address, shape, places: [] };
    this.#part = part;
    this.#inList = inList;
    walk();
    if (part.places.length > 0) this.#region.set(mixText(part.shape, part.address), part.places);
    this.#part = outer;
    this.#inList = outside;
  }

  value(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    if (value instanceof TemplateNode) this.#node(value);
    else if (value instanceof Instance) {
      const before = this.#addresses.enter(value);
      this.#visitor.component?.(value, this.#addresses.scope.address);
      if (this.#inList) {
        this.#mixName(before);
        this.value(value.output);
      } else this.#asPart(false, 1, () => this.value(value.output));
      this.#addresses.leave(before);
    } else if (value instanceof List) {
      if (value.items.length === 0) return;
      const before = this.#addresses.enter(value);
      if (this.#inList) this.#items(value);
      else this.#asPart(true, 1, () => this.#items(value));
      this.#addresses.leave(before);
    } else if (value instanceof SignalSlot) this.value(value.live);
    else if (value instanceof Group) this.value(value.value);
    else if (value instanceof AsyncSlot) this.#slot(value);
  }

  #node(node: TemplateNode): void {
    const { tpl, slots } = node;
    const part = this.#part!;
    part.shape = mix(part.shape, hashOf(tpl.chunks));
    // Also those without a handler now: an event may come after one that gives them one.
    for (const { place } of tpl.events) part.places.push(placeOf(node, place));
    for (const slot of slots) this.value(slot);
  }

  /** The scope's own name is part of the shape: rows in another order are another list. */
  #mixName(around: Scope): void {
    const name = this.#addresses.scope.address.slice(around.address.length);
    this.#part!.shape = mixText(this.#part!.shape, name);
  }

  #items(list: List): void {
    const part = this.#part!;
    part.shape = mix(part.shape, list.items.length);
    for (const item of list.items) {
      if (item instanceof Instance || keyOf(item) === undefined) {
        this.value(item);
        continue;
      }
      const outside = this.#addresses.enter(item);
      this.#mixName(outside);
      this.value(item);
      this.#addresses.leave(outside);
    }
  }

  #slot(slot: AsyncSlot): void {
    const before = this.#addresses.enter(slot);
    this.region(`${slot.shown.id}`, slot.complete ? 2 : 3, slot.shown.root);
    this.#addresses.leave(before);
  }
}
