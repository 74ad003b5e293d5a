/** The records of one resource in memory, and who is told when one of them changes. */

import { type Signal, signal } from "@preact/signals-core";
import { encodeKey } from "./ids.ts";
import { OrderedMap } from "./ordered_map.ts";
import type { Entry } from "./view.ts";

export interface Row {
  readonly key: string;
  readonly version: number;
  readonly value: unknown;
}

/** What its reader knew of a confirmed row. */
export interface Seen {
  /** Everything up to here. */
  readonly version: number;
  /** Whether there was a row. */
  readonly had: boolean;
}

/** What own writes stand in front of. */
export interface Beneath {
  /** The confirmed row. */
  readonly row: Row | undefined;
  /** Where it is hidden, and not only patched: what had been seen of it until then. */
  readonly hidden: Seen | undefined;
}

/** A reader of one record hears of one in so many others: no signal per record, no scan. */
const BUCKETS = 64;

export class ResourceRows {
  /** Whether all confirmed rows are here. */
  loaded = false;
  /** What is seen of each record, by its encoded key. */
  readonly shown: OrderedMap<Row> = new OrderedMap();
  /** Where that is not what was confirmed, by encoded key. */
  readonly beneath: Map<string, Beneath> = new Map();
  /** Who writes to a record, by its key. */
  readonly writers: Map<string, Entry[]> = new Map();
  readonly #all = signal(0);
  readonly #buckets: Signal<number>[] = [];

  /** Replaces what was confirmed. Caller must replay the writers on it. */
  load(rows: readonly Row[]): void {
    this.loaded = true;
    this.shown.clear();
    for (const row of rows) this.shown.set(encodeKey(row.key), row);
    for (const [encoded, { hidden }] of this.beneath) {
      this.beneath.set(encoded, { row: this.shown.get(encoded), hidden });
    }
    bump(this.#all);
    this.#buckets.forEach(bump);
  }

  /** The confirmed row. */
  base(encoded: string): Row | undefined {
    const beneath = this.beneath.get(encoded);
    return beneath ? beneath.row : this.shown.get(encoded);
  }

  /** Sets the confirmed row. Caller must replay its writers on it. */
  setBase(encoded: string, row: Row | undefined): void {
    const beneath = this.beneath.get(encoded);
    if (beneath) this.beneath.set(encoded, { ...beneath, row });
    else this.show(encoded, row, undefined);
  }

  /** @param beneath where `row` is not the confirmed one */
  show(encoded: string, row: Row | undefined, beneath: Beneath | undefined): void {
    if (beneath) this.beneath.set(encoded, beneath);
    else this.beneath.delete(encoded);
    if (row) this.shown.set(encoded, row);
    else this.shown.delete(encoded);
    this.touch(encoded);
  }

  /** The reader hears of changes of this record, or of any. */
  track(encoded?: string): void {
    void (encoded === undefined ? this.#all : this.#buckets[bucketOf(encoded)] ??= signal(0)).value;
  }

  /** Tells the readers of this record. */
  touch(encoded: string): void {
    bump(this.#all);
    const bucket = this.#buckets[bucketOf(encoded)];
    if (bucket) bump(bucket);
  }
}

function bump(changes: Signal<number>): void {
  changes.value = changes.peek() + 1;
}

function bucketOf(encoded: string): number {
  let hash = 0;
  for (let i = 0; i < encoded.length; i++) hash = (hash * 31 + encoded.charCodeAt(i)) | 0;
  return hash & (BUCKETS - 1);
}
