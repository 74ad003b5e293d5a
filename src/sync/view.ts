/**
 * What a component sees: confirmed rows with unconfirmed transactions replayed on top, in memory,
 * and reactive. The same for a replica and for a session on the server.
 *
 * ```
 * rows      a: 1 (v5)   b: 2 (v6)
 * entries   7: put a = 10      8: patch b …      9: put a = 11
 * visible   a: 11              b: 2 patched
 * ```
 *
 * Nothing is ever written into `rows` before the server said so. When it confirms 7, the row
 * arrives as `a: 10 (v9)` and entry 7 goes, in one step: `a` stays 11 throughout.
 */

import { batch, type Signal, signal } from "@preact/signals-core";
import { encodeKey } from "./ids.ts";
import { applyOp, recordId } from "./ops.ts";
import { OrderedMap } from "./ordered_map.ts";
import type { Op } from "./protocol.ts";

/** A transaction that the base may not have yet. */
export interface Entry {
  readonly mid: string;
  /** Its place in the order; `Infinity` until it is durable. */
  seq: number;
  readonly at: number;
  readonly ops: readonly Op[];
  /** Whether it is shown: not when the base already has its effect. */
  replay: boolean;
  /** Whether the server has said how it ended. */
  acked: boolean;
  /** When it was written by this run's monotonic clock; unknown of other runs and tabs. */
  readonly written?: number | undefined;
  /** Whether it was answered under a former client id, and goes with the next complete pull. */
  readonly carried?: boolean;
}

interface Row {
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

interface Over {
  readonly key: string;
  readonly value: unknown;
  /** Where own writes hide the row: what had been seen of it until then. */
  readonly hidden: Seen | undefined;
}

/** A reader of one record hears of one in so many others: no signal per record, no scan. */
const BUCKETS = 64;

class Resource {
  loaded = false;
  readonly rows = new OrderedMap<Row>();
  /** What the entries make of a record; `undefined` where they delete it. */
  readonly overlay = new OrderedMap<Over>();
  /** Who writes to a record, by its key. */
  readonly writers = new Map<string, Entry[]>();
  readonly all: Signal<number> = signal(0);
  readonly buckets: (Signal<number> | undefined)[] = [];
  /** Buckets whose readers are to hear of the change under way, each once. */
  readonly touched: number[] = [];
  readonly isTouched: boolean[] = [];
  isDirty = false;
}

export class View {
  readonly #resources = new Map<string, Resource>();
  readonly #entries = new Map<string, Entry>();
  readonly #counts = signal(0);
  readonly #seenAt: (res: string) => number;
  #hiddenBefore: ReadonlyMap<string, Seen> = new Map();
  #unacked = 0;
  /** Records that more than one entry writes to: only there an order can be wrong. */
  #shared = 0;
  #depth = 0;
  readonly #dirty: Resource[] = [];
  #dirtyCounts = false;

  /** @param seenAt the version up to which the rows of a resource are complete */
  constructor(seenAt: (res: string) => number = () => 0) {
    this.#seenAt = seenAt;
  }

  /** Runs `fn`, and tells readers once, after it. */
  change<T>(fn: () => T): T {
    this.#depth++;
    try {
      return fn();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    if (--this.#depth === 0) batch(this.#tell);
  }

  readonly #tell = (): void => {
    for (const resource of this.#dirty) {
      resource.all.value++;
      for (const index of resource.touched) {
        const bucket = resource.buckets[index];
        if (bucket) bucket.value++;
        resource.isTouched[index] = false;
      }
      resource.touched.length = 0;
      resource.isDirty = false;
    }
    this.#dirty.length = 0;
    if (this.#dirtyCounts) this.#counts.value++;
    this.#dirtyCounts = false;
  };

  #resource(res: string): Resource {
    let resource = this.#resources.get(res);
    if (!resource) this.#resources.set(res, resource = new Resource());
    return resource;
  }

  /** Names of the resources held in memory. */
  loadedNames(): string[] {
    return [...this.#resources].filter(([, resource]) => resource.loaded).map(([res]) => res);
  }

  isLoaded(res: string): boolean {
    const resource = this.#resource(res);
    void resource.all.value;
    return resource.loaded;
  }

  /** Replaces the rows of one resource. */
  load(res: string, rows: Iterable<Row>): void {
    this.change(() => {
      const resource = this.#resource(res);
      resource.rows.clear();
      for (const row of rows) resource.rows.set(encodeKey(row.key), row);
      resource.loaded = true;
      for (const [key, entries] of resource.writers) this.#recompute(res, key, entries);
      this.#touchAll(resource);
    });
  }

  /** One confirmed row; without a value it is gone. Ignored while its resource is not loaded. */
  setRow(res: string, key: string, version: number, value: unknown): void {
    const resource = this.#resource(res);
    if (!resource.loaded) return;
    this.change(() => {
      const encoded = encodeKey(key);
      if (value === undefined) resource.rows.delete(encoded);
      else resource.rows.set(encoded, { key, version, value });
      const entries = resource.writers.get(key);
      if (entries) this.#recompute(res, key, entries);
      this.#touch(resource, encoded);
    });
  }

  addEntry(entry: Entry): void {
    this.#depth++;
    this.#entries.set(entry.mid, entry);
    if (!entry.acked) this.#count(1);
    for (const op of entry.ops) {
      const { writers } = this.#resource(op.res);
      let entries = writers.get(op.key);
      if (!entries) writers.set(op.key, entries = [entry]);
      else if (!entries.includes(entry)) {
        if (entries.push(entry) === 2) this.#shared++;
        // Another tab's durable write comes before this tab's that is not durable yet.
        sortEntries(entries);
      }
      this.#recompute(op.res, op.key, entries);
    }
    this.#leave();
  }

  removeEntry(mid: string): void {
    const entry = this.#entries.get(mid);
    if (!entry) return;
    this.change(() => {
      this.#entries.delete(mid);
      if (!entry.acked) this.#count(-1);
      for (const op of entry.ops) {
        const { writers } = this.#resource(op.res);
        const entries = writers.get(op.key) ?? [];
        const rest = entries.filter((other) => other !== entry);
        if (entries.length === 2 && rest.length === 1) this.#shared--;
        if (rest.length > 0) writers.set(op.key, rest);
        else writers.delete(op.key);
        this.#recompute(op.res, op.key, rest);
      }
    });
  }

  /** Changes what is known of an entry. */
  setEntry(entry: Entry, state: { seq?: number; replay?: boolean; acked?: boolean }): void {
    const { seq = entry.seq, replay = entry.replay, acked = entry.acked } = state;
    this.#depth++;
    if (acked !== entry.acked) {
      this.#count(acked ? -1 : 1);
      entry.acked = acked;
      for (const op of entry.ops) this.#touch(this.#resource(op.res), encodeKey(op.key));
    }
    const isMoved = seq !== entry.seq;
    const isShown = replay !== entry.replay;
    entry.seq = seq;
    entry.replay = replay;
    if (isShown || (isMoved && this.#shared > 0)) {
      for (const op of entry.ops) {
        const entries = this.#resource(op.res).writers.get(op.key) ?? [];
        const isSorted = !isMoved || entries.length < 2 || sortEntries(entries);
        if (isShown || !isSorted) this.#recompute(op.res, op.key, entries);
      }
    }
    this.#leave();
  }

  entry(mid: string): Entry | undefined {
    return this.#entries.get(mid);
  }

  /** In the order in which they were added. */
  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  /** Runs `fn`, which reads everything anew: what it hides was seen as it is now, and no further. */
  renew(entries: readonly Pick<Entry, "ops">[], fn: () => void): void {
    const hidden = new Map<string, Seen>();
    for (const { ops } of entries) {
      for (const { res, key } of ops) {
        const resource = this.#resource(res);
        const known = resource.loaded || resource.overlay.get(encodeKey(key))?.hidden;
        if (known) hidden.set(recordId(res, key), this.seen(res, key));
      }
    }
    this.change(() => {
      this.#hiddenBefore = hidden;
      for (const mid of [...this.#entries.keys()]) this.removeEntry(mid);
      fn();
      this.#hiddenBefore = new Map();
    });
  }

  /** Transactions that the server has not answered. */
  get unacked(): number {
    void this.#counts.value;
    return this.#unacked;
  }

  /** When the oldest of them was written, by this device's clock. */
  get oldestUnacked(): Entry | undefined {
    void this.#counts.value;
    for (const entry of this.#entries.values()) if (!entry.acked) return entry;
    return undefined;
  }

  /** Whether the server has yet to answer a write to this record, or to any of the resource. */
  isPending(res: string, key?: string): boolean {
    if (key !== undefined) {
      this.#track(res, key);
      const writers = this.#resource(res).writers.get(key);
      return writers?.some((entry) => !entry.acked) ?? false;
    }
    void this.#resource(res).all.value;
    if (this.#unacked === 0) return false;
    for (const entry of this.#entries.values()) {
      if (!entry.acked && entry.ops.some((op) => op.res === res)) return true;
    }
    return false;
  }

  /** The confirmed row, without what the entries make of it. */
  base(res: string, key: string): Row | undefined {
    this.#track(res, key);
    return this.#resource(res).rows.get(encodeKey(key));
  }

  /**
   * What has been seen of a record's confirmed row. While own puts or deletes stand in front of it,
   * that is what was there when they hid it: what came meanwhile nobody saw, and a write that claimed
   * it had would overwrite it unasked. A patch shows the row around it, so it hides nothing.
   */
  seen(res: string, key: string): Seen {
    this.#track(res, key);
    const encoded = encodeKey(key);
    const resource = this.#resource(res);
    return resource.overlay.get(encoded)?.hidden ??
      this.#seenNow(resource, res, resource.rows.get(encoded));
  }

  #seenNow(resource: Resource, res: string, row: Row | undefined): Seen {
    if (!resource.loaded) return { version: 0, had: false };
    return { version: Math.max(this.#seenAt(res), row?.version ?? 0), had: row !== undefined };
  }

  get(res: string, key: string): unknown {
    this.#track(res, key);
    const resource = this.#resource(res);
    const encoded = encodeKey(key);
    const over = resource.overlay.get(encoded);
    return over ? over.value : resource.rows.get(encoded)?.value;
  }

  /** What is there, from an encoded key on, in order. */
  *list(res: string, from = ""): Generator<{ readonly key: string; readonly value: unknown }> {
    const resource = this.#resource(res);
    void resource.all.value;
    const overlay = resource.overlay.entriesFrom(from);
    let over = overlay.next();
    for (const [encoded, row] of resource.rows.entriesFrom(from)) {
      while (!over.done && over.value[0] < encoded) {
        if (over.value[1].value !== undefined) yield over.value[1];
        over = overlay.next();
      }
      if (!over.done && over.value[0] === encoded) {
        if (over.value[1].value !== undefined) yield over.value[1];
        over = overlay.next();
      } else yield row;
    }
    for (; !over.done; over = overlay.next()) {
      if (over.value[1].value !== undefined) yield over.value[1];
    }
  }

  /** How many `list` would give. */
  size(res: string): number {
    const resource = this.#resource(res);
    void resource.all.value;
    let size = resource.rows.size;
    for (const [encoded, over] of resource.overlay.entriesFrom("")) {
      size += Number(over.value !== undefined) - Number(resource.rows.get(encoded) !== undefined);
    }
    return size;
  }

  #recompute(res: string, key: string, entries: readonly Entry[]): void {
    const resource = this.#resource(res);
    const encoded = encodeKey(key);
    const row = resource.rows.get(encoded);
    let value = row?.value;
    let replayed = false;
    let hiding: Op | undefined;
    for (const entry of entries) {
      if (!entry.replay) continue;
      for (const op of entry.ops) {
        if (op.res !== res || op.key !== key) continue;
        value = applyOp(value, op);
        replayed = true;
        if (op.op !== "patch") hiding ??= op;
      }
    }
    if (replayed) {
      const hidden = hiding && this.#hiddenBy(hiding, resource, encoded, row);
      resource.overlay.set(encoded, { key, value, hidden });
    } else resource.overlay.delete(encoded);
    this.#touch(resource, encoded);
  }

  #hiddenBy(op: Op, resource: Resource, encoded: string, row: Row | undefined): Seen {
    const before = resource.overlay.get(encoded)?.hidden ??
      (this.#hiddenBefore.size > 0 ? this.#hiddenBefore.get(recordId(op.res, op.key)) : undefined);
    if (before) return before;
    // Written in an earlier run, or before anything was loaded: only it knows.
    if (!resource.loaded) return { version: op.base, had: op.had === 1 };
    return this.#seenNow(resource, op.res, row);
  }

  #track(res: string, key: string): void {
    const resource = this.#resource(res);
    const index = bucketOf(encodeKey(key));
    void (resource.buckets[index] ??= signal(0)).value;
  }

  #touch(resource: Resource, encoded: string): void {
    this.#touchBucket(resource, bucketOf(encoded));
  }

  #touchAll(resource: Resource): void {
    for (let index = 0; index < BUCKETS; index++) this.#touchBucket(resource, index);
  }

  #touchBucket(resource: Resource, index: number): void {
    if (!resource.isDirty) this.#dirty.push(resource);
    resource.isDirty = true;
    if (resource.isTouched[index]) return;
    resource.isTouched[index] = true;
    resource.touched.push(index);
  }

  #count(by: number): void {
    this.#unacked += by;
    this.#dirtyCounts = true;
  }
}

/** @returns whether they were sorted before */
function sortEntries(entries: Entry[]): boolean {
  const isSorted = entries.every((entry, i) => i === 0 || entries[i - 1]!.seq <= entry.seq);
  if (!isSorted) entries.sort((a, b) => a.seq === b.seq ? 0 : a.seq - b.seq);
  return isSorted;
}

function bucketOf(encoded: string): number {
  let hash = 0;
  for (let i = 0; i < encoded.length; i++) hash = (hash * 31 + encoded.charCodeAt(i)) | 0;
  return hash & (BUCKETS - 1);
}
