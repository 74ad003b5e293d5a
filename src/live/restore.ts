/**
 * Goes on with a page from its snapshot: signals begin with what they held, and events that the
 * player was not told to be safe find their handlers by the numbers of the node that is gone.
 *
 * @module
 */
import { type HtmlOptions, HtmlWriter } from "../html/write.ts";
import type { Owner, SignalOptions } from "../signals/owner.ts";
import { ComponentNode } from "../jsx/node.ts";
import {
  Addresses,
  fingerprintOf,
  type HandlerPlaces,
  type PageRestorer,
  shapeOfPlaces,
  walkPage,
} from "../tree/addresses.ts";
import type { AsyncSlot } from "../tree/async_slot.ts";
import { keyOf } from "../tree/lists.ts";
import { Instance, type Item, type List, type Region } from "../tree/live.ts";
import type { KeptComponent, PageSnapshot } from "./snapshot.ts";

/** Restores one page, while it is rendered for the first time. */
export class Restorer implements PageRestorer {
  readonly addresses: Addresses = new Addresses();
  /** Components that began afresh, because their code is another one. */
  readonly changed: string[] = [];
  readonly #components: ReadonlyMap<string, KeptComponent>;
  readonly #refused: Set<Owner> = new Set();

  constructor({ components }: PageSnapshot) {
    this.#components = components;
  }

  take(owner: Owner, options: SignalOptions | undefined): { readonly value: unknown } | undefined {
    const kept = this.#keptOf(owner);
    if (!kept || options?.durable === false) return undefined;
    if (options?.key !== undefined) {
      return kept.signals.find((signal) => signal?.key === options.key);
    }
    if (this.#refused.has(owner)) return undefined;
    const signal = kept.signals[owner.signals?.length ?? 0];
    return signal?.key === undefined ? signal : undefined;
  }

  #keptOf(owner: Owner): KeptComponent | undefined {
    const address = this.addresses.of(owner);
    return address === undefined ? undefined : this.#components.get(address);
  }

  accepts(instance: Instance, output: unknown): boolean {
    const kept = this.#keptOf(instance);
    if (!kept || this.#refused.has(instance)) return true;
    // One that has not settled has no output to be known by.
    if (instance.pending || kept.fingerprint === fingerprintOf(instance, output)) return true;
    if (kept.signals.every((signal) => !signal || signal.key !== undefined)) return true;
    this.#refused.add(instance);
    this.changed.push(instance.type.name || "(anonymous)");
    return false;
  }
}

/** Writes a page that is being restored: keeps the addresses in step with the walk. */
export class RestoringWriter extends HtmlWriter {
  readonly #addresses: Addresses;

  constructor(region: Region, options: HtmlOptions, addresses: Addresses) {
    super(region, options);
    this.#addresses = addresses;
  }

  override item(value: unknown, list: List): Item {
    const outside = this.#addresses.enter(list);
    const isComponent = value instanceof ComponentNode || value instanceof Instance;
    const row = !isComponent && keyOf(value) !== undefined ? value as object : undefined;
    if (row) this.#addresses.enter(row);
    try {
      return super.item(value, list);
    } finally {
      this.#addresses.leave(outside);
    }
  }

  override instance(instance: Instance): Instance {
    const outside = this.#addresses.enter(instance);
    try {
      return super.instance(instance);
    } finally {
      this.#addresses.leave(outside);
    }
  }

  protected override asyncSlot(slot: AsyncSlot): AsyncSlot {
    const outside = this.#addresses.enter(slot);
    try {
      return super.asyncSlot(slot);
    } finally {
      this.#addresses.leave(outside);
    }
  }
}

/** Places with handlers, by region. */
type Regions = ReadonlyMap<string, HandlerPlaces>;

/** Where the places of one numbering are in another, by region. */
type Moves = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * Where places are that were numbered anew since. An event says which PATCH its page had applied
 * when it happened: with each numbering there is a PATCH below which the one before was valid.
 *
 * ```
 * node A        PATCH 1-10   numbering a
 * node B        PATCH 11 is its RENDER, 12                     chain: below 11, a→b
 * node C        the player has applied 11; RENDER is 12        chain: below 11, a→c · below 12, b→c
 *
 * an event of PATCH 10 goes a→c, one of PATCH 11 b→c, one of PATCH 12 means what it says
 * ```
 *
 * Had the player applied only 10, B's numbering would never have reached it, and PATCH 11 would be
 * C's: the chain is then `below 11, a→c` alone. See {@linkcode PlaceChain.rewind}.
 */
export class PlaceChain {
  readonly entries: { readonly below: number; readonly moves: Moves }[] = [];

  /** The place now, of an event that happened when PATCH `ack` was applied. */
  find(region: number, place: number, ack: number): number | undefined {
    const entry = this.entries.find(({ below }) => ack < below);
    return entry ? entry.moves.get(nameOfRegion(region))?.get(place) : place;
  }

  /** The page has applied no PATCH from `next` on, and that number is given again. */
  rewind(next: number): void {
    const first = this.entries.findIndex(({ below }) => below >= next);
    if (first < 0) return;
    // What came with it and after it was never seen: until `next`, the numbering before is valid.
    this.entries.splice(first, Infinity, { below: next, moves: this.entries[first]!.moves });
  }

  /** From PATCH `since` to PATCH `below` the page shows a numbering that is not known here. */
  forget(since: number, below: number): void {
    this.rewind(since);
    this.entries.push({ below, moves: new Map() });
  }

  /** The places are numbered anew with PATCH `below`. */
  renumber(moves: Moves, below: number): void {
    for (const [i, entry] of this.entries.entries()) {
      this.entries[i] = { below: entry.below, moves: compose(entry.moves, moves) };
    }
    // The page has never shown what was numbered since.
    if (this.entries.at(-1)?.below !== below) this.entries.push({ below, moves });
    if (this.entries.length <= MAX_CHAIN) return;
    // Still known to be gone: an event from then must not be taken for one of the next numbering.
    this.entries.splice(0, 2, { below: this.entries[1]!.below, moves: new Map() });
  }
}

/** Numberings remembered at most: nodes that died one after another before an event was kept. */
const MAX_CHAIN = 8;

function nameOfRegion(region: number): string {
  return region === 0 ? "" : `${region}`;
}

function compose(first: Moves, second: Moves): Moves {
  const moves = new Map<string, ReadonlyMap<number, number>>();
  for (const [region, places] of first) {
    const then = second.get(region);
    const both = new Map<number, number>();
    for (const [from, via] of places) {
      const to = then?.get(via);
      if (to !== undefined) both.set(from, to);
    }
    moves.set(region, both);
  }
  return moves;
}

/** Which place became which. Parts of another shape are left out: anything may stand there. */
export function movesBetween(before: Regions, after: Regions): Moves {
  const moves = new Map<string, ReadonlyMap<number, number>>();
  for (const [region, parts] of after) {
    const places = new Map<number, number>();
    for (const [hash, now] of parts) {
      const old = before.get(region)?.get(hash);
      if (old?.length === now.length) old.forEach((place, i) => places.set(place, now[i]!));
    }
    moves.set(region, places);
  }
  return moves;
}

/**
 * The chain of a page that was restored and has just been rendered.
 *
 * @param hello The last PATCH that the page has applied, and the last with a RENDER.
 */
export function restoredChain(
  root: unknown,
  snapshot: PageSnapshot,
  { seq, render }: { readonly seq: number; readonly render: number },
): PlaceChain {
  const now = walkPage(root);
  const chain = new PlaceChain();
  chain.entries.push(...snapshot.chain);
  let { handlers } = snapshot;
  // Of a page that was not saved yet only the shape is known: then its numbers are the same.
  const page = now.get("")!;
  if (snapshot.shape === shapeOfPlaces(page)) handlers = new Map([["", page]]);
  const known = render <= snapshot.render && render <= seq;
  chain.renumber(movesBetween(handlers, now), known ? seq + 1 : render);
  // A RENDER of a node that could not save how it numbered; or a page that doubts what it shows.
  if (!known) chain.forget(render > seq ? 0 : render, seq + 1);
  chain.rewind(seq + 1);
  return chain;
}

/** The writer of a page: one that keeps addresses while the page is being restored. */
export function createWriter(region: Region, options: HtmlOptions = {}): HtmlWriter {
  const { restorer } = region.tree.host;
  return restorer
    ? new RestoringWriter(region, options, restorer.addresses)
    : new HtmlWriter(region, options);
}
