/**
 * Which numbering of its places a page shows. Writing a region whole numbers its places anew, and so
 * does another node; events that happened before name the places of then.
 *
 * @module
 */
import type { EventFrame } from "../protocol/up.ts";
import { shapeOfPlaces, walkPage } from "../tree/addresses.ts";
import type { Region } from "../tree/live.ts";
import { movesBetween, PlaceChain } from "./place_chain.ts";
import type { PageSnapshot } from "./snapshot.ts";

/** What a player has applied: its last PATCH, and the last with a RENDER in it. */
export interface AppliedPatches {
  readonly seq: number;
  readonly render: number;
}

/** The numberings of one page. */
export class Numbering {
  /** The last PATCH with a RENDER: places have their numbers since then. */
  lastRender = 0;
  /** The PATCH that numbered places anew: events sent before it was applied name other places. */
  #since = 0;
  /** Where the places are now that events name which were sent to another node. */
  #chain: PlaceChain | undefined;
  /** What the page was restored from, until its player shows what was rendered here. */
  #snapshot: PageSnapshot | undefined;

  /** Whether the page was restored, and its player shows what another node has numbered. */
  get isForeign(): boolean {
    return this.#snapshot !== undefined;
  }

  /** Where places are that were numbered anew since. */
  get chain(): PlaceChain["entries"] {
    return this.#chain?.entries ?? [];
  }

  /** The number that an event's place has now; `undefined` when its own means nothing any more. */
  find({ region, place, ack }: EventFrame): number | undefined {
    return ack < this.#since ? this.#chain?.find(region, place, ack) : place;
  }

  /** The page goes on from what another node has kept. */
  restore(snapshot: PageSnapshot): void {
    this.#snapshot = snapshot;
  }

  /** A restored page was rendered, so its places have numbers here. */
  rendered(root: unknown, applied: AppliedPatches): void {
    const snapshot = this.#snapshot;
    if (!snapshot) return;
    this.lastRender = Math.max(snapshot.render, applied.render);
    this.#chain = restoredChain(root, snapshot, applied);
  }

  /** The page has applied no PATCH behind `seq`: their numberings are none that it knows. */
  rewind(seq: number): void {
    this.#chain?.rewind(seq + 1);
  }

  /** The player begins anew: no event from before PATCH `next` means anything. */
  forget(next: number): void {
    (this.#chain ??= new PlaceChain()).forget(0, next);
  }

  /** The player's numbers are not ours until it has applied PATCH `next`. */
  announce(next: number): void {
    this.#since = next;
  }

  /**
   * Notes which numbers change while `write` writes regions whole.
   *
   * @param next The PATCH that they travel with.
   * @param page Given when events may come that name the places of before; it takes a walk through
   * the page to know where these are.
   */
  renumber(next: number, page: Region | undefined, write: () => void): void {
    this.#since = this.lastRender = next;
    if (!page) return write();
    const before = walkPage(page.root);
    write();
    (this.#chain ??= new PlaceChain()).renumber(movesBetween(before, walkPage(page.root)), next);
  }

  /** The player has applied PATCH `seq`. */
  applied(seq: number): void {
    if (seq >= this.#since) this.#snapshot = undefined;
  }
}

/** The chain of a page that was restored and has just been rendered. */
function restoredChain(
  root: unknown,
  snapshot: PageSnapshot,
  { seq, render }: AppliedPatches,
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
