/**
 * Finds the place that an event of an earlier numbering means now.
 *
 * @module
 */
import type { HandlerPlaces } from "../tree/addresses.ts";

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
