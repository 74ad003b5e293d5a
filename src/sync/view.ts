/**
 * What a component sees: confirmed rows with unconfirmed transactions replayed on top, in memory,
 * and reactive. The same for a replica and for a session on the server.
 *
 * ```
 * confirmed   a: 1 (v5)   b: 2 (v6)
 * entries     7: put a = 10      8: patch b …      9: put a = 11
 * shown       a: 11              b: 2 patched
 * beneath     a: 1 (v5)          b: 2 (v6)
 * ```
 *
 * What is shown stands in one map, so that reading it, the most frequent thing by far, merges
 * nothing; what own writes stand in front of is kept beside it, for the few records where they do.
 * Nothing counts as confirmed before the server said so. When it confirms 7, the row arrives as
 * `a: 10 (v9)` and entry 7 goes, in one step: `a` stays 11 throughout.
 */

import { batch, signal } from "@preact/signals-core";
import type { CollectionQuery } from "../contract/sync.ts";
import { encodeKey } from "./ids.ts";
import { applyOp, recordId } from "./ops.ts";
import type { Op } from "./protocol.ts";
import { ResourceRows, type Row, type Seen } from "./resource_rows.ts";

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

export class View {
  readonly #resources = new Map<string, ResourceRows>();
  readonly #entries = new Map<string, Entry>();
  readonly #seenAt: (res: string) => number;
  #hiddenBefore: ReadonlyMap<string, Seen> = new Map();
  #unacked = 0;
  readonly #unackedChanged = signal(0);

  /** @param seenAt the version up to which the rows of a resource are complete */
  constructor(seenAt: (res: string) => number = () => 0) {
    this.#seenAt = seenAt;
  }

  #resource(res: string): ResourceRows {
    let resource = this.#resources.get(res);
    if (!resource) this.#resources.set(res, resource = new ResourceRows());
    return resource;
  }

  /** The same, for a reader of one record, or of any. */
  #read(res: string, encoded?: string): ResourceRows {
    const resource = this.#resource(res);
    resource.track(encoded);
    return resource;
  }

  /** Names of the resources held in memory. */
  loadedNames(): string[] {
    return [...this.#resources].filter(([, resource]) => resource.loaded).map(([res]) => res);
  }

  isLoaded(res: string): boolean {
    return this.#read(res).loaded;
  }

  /** Replaces the rows of one resource. */
  load(res: string, rows: readonly Row[]): void {
    batch(() => {
      const resource = this.#resource(res);
      resource.load(rows);
      for (const key of resource.writers.keys()) this.#replay(res, key);
    });
  }

  /** One confirmed row; without a value it is gone. Ignored while its resource is not loaded. */
  setRow(res: string, key: string, version: number, value: unknown): void {
    const resource = this.#resource(res);
    if (!resource.loaded) return;
    batch(() => {
      resource.setBase(encodeKey(key), value === undefined ? undefined : { key, version, value });
      if (resource.writers.has(key)) this.#replay(res, key);
    });
  }

  addEntry(entry: Entry): void {
    batch(() => {
      this.#entries.set(entry.mid, entry);
      if (!entry.acked) this.#countUnacked(1);
      for (const { res, key } of entry.ops) {
        const { writers } = this.#resource(res);
        const entries = writers.get(key);
        if (!entries) writers.set(key, [entry]);
        else if (!entries.includes(entry)) {
          entries.push(entry);
          // Another tab's durable write comes before this tab's that is not durable yet.
          sortEntries(entries);
        }
        this.#replay(res, key);
      }
    });
  }

  removeEntry(mid: string): void {
    const entry = this.#entries.get(mid);
    if (!entry) return;
    batch(() => {
      this.#entries.delete(mid);
      if (!entry.acked) this.#countUnacked(-1);
      for (const { res, key } of entry.ops) {
        const { writers } = this.#resource(res);
        const rest = (writers.get(key) ?? []).filter((other) => other !== entry);
        if (rest.length > 0) writers.set(key, rest);
        else writers.delete(key);
        this.#replay(res, key);
      }
    });
  }

  /** Changes what is known of an entry. Caller must batch, for readers to hear of many once. */
  setEntry(entry: Entry, state: Partial<Pick<Entry, "seq" | "replay" | "acked">>): void {
    const { seq, replay, acked } = entry;
    entry.seq = state.seq ?? seq;
    entry.replay = state.replay ?? replay;
    entry.acked = state.acked ?? acked;
    if (entry.acked !== acked) this.#countUnacked(acked ? 1 : -1);
    for (const { res, key } of entry.ops) {
      const resource = this.#resource(res);
      const isSorted = entry.seq === seq || sortEntries(resource.writers.get(key) ?? []);
      if (entry.replay !== replay || !isSorted) this.#replay(res, key);
      else if (entry.acked !== acked) resource.touch(encodeKey(key));
    }
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
        const known = resource.loaded || resource.beneath.get(encodeKey(key))?.hidden;
        if (known) hidden.set(recordId(res, key), this.seen(res, key));
      }
    }
    batch(() => {
      this.#hiddenBefore = hidden;
      for (const mid of [...this.#entries.keys()]) this.removeEntry(mid);
      fn();
      this.#hiddenBefore = new Map();
    });
  }

  /** Transactions that the server has not answered. */
  get unacked(): number {
    void this.#unackedChanged.value;
    return this.#unacked;
  }

  /** When the oldest of them was written, by this device's clock. */
  get oldestUnacked(): Entry | undefined {
    void this.#unackedChanged.value;
    for (const entry of this.#entries.values()) if (!entry.acked) return entry;
    return undefined;
  }

  #countUnacked(by: number): void {
    this.#unacked += by;
    this.#unackedChanged.value = this.#unackedChanged.peek() + 1;
  }

  /** Whether the server has yet to answer a write to this record, or to any of the resource. */
  isPending(res: string, key?: string): boolean {
    if (key !== undefined) {
      const writers = this.#read(res, encodeKey(key)).writers.get(key);
      return writers?.some((entry) => !entry.acked) ?? false;
    }
    this.#read(res);
    if (this.#unacked === 0) return false;
    for (const { acked, ops } of this.#entries.values()) {
      if (!acked && ops.some((op) => op.res === res)) return true;
    }
    return false;
  }

  /** The confirmed row, without what the entries make of it. */
  base(res: string, key: string): Row | undefined {
    const encoded = encodeKey(key);
    return this.#read(res, encoded).base(encoded);
  }

  /**
   * What has been seen of a record's confirmed row. While own puts or deletes stand in front of it,
   * that is what was there when they hid it: what came meanwhile nobody saw, and a write that claimed
   * it had would overwrite it unasked. A patch shows the row around it, so it hides nothing.
   */
  seen(res: string, key: string): Seen {
    const encoded = encodeKey(key);
    const resource = this.#read(res, encoded);
    return resource.beneath.get(encoded)?.hidden ?? this.#seenNow(res, resource.base(encoded));
  }

  #seenNow(res: string, row: Row | undefined): Seen {
    if (!this.#resource(res).loaded) return { version: 0, had: false };
    return { version: Math.max(this.#seenAt(res), row?.version ?? 0), had: row !== undefined };
  }

  get(res: string, key: string): unknown {
    const encoded = encodeKey(key);
    return this.#read(res, encoded).shown.get(encoded)?.value;
  }

  /** What is there, from an encoded key on, in order. */
  *list(res: string, from = ""): Generator<{ readonly key: string; readonly value: unknown }> {
    for (const [, row] of this.#read(res).shown.entriesFrom(from)) yield row;
  }

  /** Some of what is there. */
  page(res: string, query: CollectionQuery): { key: string; value: unknown }[] {
    const { prefix = "", limit = Infinity } = query;
    const found = [];
    for (const { key, value } of this.list(res, startOf(query))) {
      if (found.length >= limit || !key.startsWith(prefix)) break;
      found.push({ key, value });
    }
    return found;
  }

  /** How many `list` would give. */
  size(res: string): number {
    return this.#read(res).shown.size;
  }

  /** Shows a record as its writers leave it. */
  #replay(res: string, key: string): void {
    const resource = this.#resource(res);
    const encoded = encodeKey(key);
    const row = resource.base(encoded);
    let value = row?.value;
    let replayed = false;
    let hiding: Op | undefined;
    for (const { replay, ops } of resource.writers.get(key) ?? []) {
      if (!replay) continue;
      for (const op of ops) {
        if (op.res !== res || op.key !== key) continue;
        value = applyOp(value, op);
        replayed = true;
        if (op.op !== "patch") hiding ??= op;
      }
    }
    if (!replayed) return resource.show(encoded, row, undefined);
    const hidden = hiding && this.#hiddenBy(hiding, encoded, row);
    const shown = value === undefined ? undefined : { key, version: row?.version ?? 0, value };
    resource.show(encoded, shown, { row, hidden });
  }

  #hiddenBy(op: Op, encoded: string, row: Row | undefined): Seen {
    const resource = this.#resource(op.res);
    const before = resource.beneath.get(encoded)?.hidden ??
      (this.#hiddenBefore.size > 0 ? this.#hiddenBefore.get(recordId(op.res, op.key)) : undefined);
    if (before) return before;
    // Written in an earlier run, or before anything was loaded: only it knows.
    if (!resource.loaded) return { version: op.base, had: op.had === 1 };
    return this.#seenNow(op.res, row);
  }
}

/** The encoded key from which on to look for it. */
export function startOf({ prefix = "", after }: CollectionQuery): string {
  const first = encodeKey(prefix);
  const next = after === undefined ? "" : `${encodeKey(after)}\x01`;
  return next > first ? next : first;
}

/** @returns whether they were sorted before */
function sortEntries(entries: Entry[]): boolean {
  const isSorted = entries.every((entry, i) => i === 0 || entries[i - 1]!.seq <= entry.seq);
  // Between two that are not durable it compares as "not a number", which leaves them in order.
  if (!isSorted) entries.sort((a, b) => a.seq - b.seq);
  return isSorted;
}
