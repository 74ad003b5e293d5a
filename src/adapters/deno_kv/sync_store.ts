/**
 * The authority in Deno KV, for Deno Deploy.
 *
 * KV has no transaction that reads and then writes; it has one atomic commit that may check the
 * versions of keys. Each scope has one key that every write changes, the tick. A transaction reads
 * the tick first, collects its writes, and commits them only if the tick is still the same:
 *
 * ```text
 *   [prefix, scope, "tick"]            changes with every commit of the scope
 *   [prefix, scope, "kv", key]         a value's JSON, or how many parts it has
 *   [prefix, scope, "part", key, n]    parts of what is over 60 KB
 *   [prefix, "scope", scope]           that the scope exists
 * ```
 *
 * A reader that finds the tick unchanged after its last read has seen one moment. Rejected: a check
 * for each key that was read, of which KV takes 100, and which would not notice new keys in a range.
 *
 * @module
 */

import { SyncError } from "../../sync/errors.ts";
import { OverlayTx } from "../../sync/memory_store.ts";
import { OrderedMap } from "../../sync/ordered_map.ts";
import type {
  AuthorityStore,
  StoreEntry,
  StoreMode,
  StoreRange,
  StoreTx,
} from "../../sync/ports.ts";

/** Settings of {@linkcode createDenoKvAuthorityStore}. */
export interface DenoKvAuthorityStoreOptions {
  /** An open database; closed with the store. `await Deno.openKv()` on Deno Deploy. */
  readonly kv: Deno.Kv;
  /** The first part of every key: `"vango_sync"` by default. */
  readonly prefix?: string;
}

/** Below KV's 65,536 bytes with room for what surrounds the bytes. */
const PART_BYTES = 60_000;

/** An atomic operation takes 819,200 bytes, keys included, and 1,000 mutations. */
const MOST_BYTES = 780_000;
const MOST_MUTATIONS = 990;

/** Attempts against other writers before the caller is told. */
const MOST_TRIES = 40;

/**
 * The authority's store on a Deno KV database.
 *
 * @example
 * ```ts ignore
 * import { createDenoKvAuthorityStore } from "@vango/vango/deno-kv";
 * const store = createDenoKvAuthorityStore({ kv: await Deno.openKv() });
 * ```
 */
export function createDenoKvAuthorityStore(options: DenoKvAuthorityStoreOptions): AuthorityStore {
  return new KvAuthorityStore(options.kv, options.prefix ?? "vango_sync");
}

class KvAuthorityStore implements AuthorityStore {
  // Text of three bytes a character still fits.
  readonly limits = { writes: 900, length: 240_000 };
  readonly #kv: Deno.Kv;
  readonly #prefix: string;

  constructor(kv: Deno.Kv, prefix: string) {
    this.#kv = kv;
    this.#prefix = prefix;
  }

  async tx<T>(
    scope: string,
    mode: StoreMode,
    fn: (tx: StoreTx) => Promise<T>,
  ): Promise<T> {
    const at = [this.#prefix, scope];
    const tickKey = [...at, "tick"];
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const tick = await this.#do(() => this.#kv.get(tickKey));
      const tx = new KvTx(this.#kv, at);
      let result: T;
      try {
        result = await fn(tx);
      } catch (error) {
        // What it read may never have been together: only what it says of one moment counts.
        if (await this.#isStill(tick)) throw error;
        continue;
      }
      const done = mode === "read" || tx.writes().length === 0
        ? await this.#isStill(tick)
        : await this.#commit(scope, tick, tx);
      if (done) return result;
      await new Promise((resolve) =>
        setTimeout(resolve, Math.random() * Math.min(200, 5 * 2 ** tries))
      );
    }
    throw new SyncError("busy", "Cannot commit: too many others write this scope; try again");
  }

  async #isStill(tick: Deno.KvEntryMaybe<unknown>): Promise<boolean> {
    const now = await this.#do(() => this.#kv.get(tick.key));
    return now.versionstamp === tick.versionstamp;
  }

  async #commit(scope: string, tick: Deno.KvEntryMaybe<unknown>, tx: KvTx): Promise<boolean> {
    const operation = this.#kv.atomic().check(tick).set(tick.key, crypto.randomUUID());
    let mutations = 1;
    let bytes = 200;
    if (tick.versionstamp === null) {
      operation.set([this.#prefix, "scope", scope], true);
      mutations++;
    }
    for (const [key, value] of tx.writes()) {
      const parts = value === undefined ? [] : cut(JSON.stringify(value));
      const own = [this.#prefix, scope, "kv", key];
      if (value === undefined) operation.delete(own);
      else operation.set(own, parts.length === 1 ? parts[0] : parts.length);
      mutations++;
      const before = await tx.partsOf(key);
      const now = parts.length === 1 ? 0 : parts.length;
      for (let n = 0; n < Math.max(before, now); n++) {
        const partKey = [this.#prefix, scope, "part", key, n];
        if (n < now) operation.set(partKey, parts[n]);
        else operation.delete(partKey);
        mutations++;
        bytes += 100 + key.length;
      }
      bytes += parts.reduce((sum, part) => sum + part.byteLength + 100 + key.length, 100);
    }
    if (bytes > MOST_BYTES || mutations > MOST_MUTATIONS) {
      throw new SyncError(
        "too-large",
        `Cannot commit ${bytes} bytes in ${mutations} mutations: KV takes ${MOST_BYTES} and ` +
          `${MOST_MUTATIONS}; write less at once`,
      );
    }
    try {
      return (await operation.commit()).ok;
    } catch (cause) {
      // Another process on the same file, while developing: nothing was written.
      if (cause instanceof Error && /database is locked/i.test(cause.message)) return false;
      return await this.#do(() => Promise.reject(cause));
    }
  }

  async #do<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new SyncError("store", `Cannot use Deno KV: ${text}`, { cause });
    }
  }

  async scopes(): Promise<string[]> {
    const scopes: string[] = [];
    for await (const { key } of this.#kv.list({ prefix: [this.#prefix, "scope"] })) {
      scopes.push(String(key[2]));
    }
    return scopes;
  }

  close(): void {
    this.#kv.close();
  }
}

/** What was read is kept: it is asked for again when it is written, and cannot change in between. */
class KvTx implements StoreTx {
  readonly #kv: Deno.Kv;
  readonly #at: Deno.KvKey;
  readonly #written = new OverlayTx(new OrderedMap());
  readonly #own = new Map<string, unknown>();
  /** Parts of the values that were met. */
  readonly #parts = new Map<string, number>();

  constructor(kv: Deno.Kv, at: Deno.KvKey) {
    this.#kv = kv;
    this.#at = at;
  }

  async get(key: string): Promise<unknown> {
    if (this.#own.has(key)) return this.#own.get(key);
    const entry = await this.#kv.get<Uint8Array | number>([...this.#at, "kv", key]);
    return await this.#valueOf(key, entry.value);
  }

  put(key: string, value: unknown): void {
    this.#own.set(key, value);
    this.#written.put(key, value);
  }

  delete(key: string): void {
    this.#own.set(key, undefined);
    this.#written.delete(key);
  }

  async range(range: StoreRange): Promise<StoreEntry[]> {
    const limit = range.limit ?? Infinity;
    const found: [string, unknown][] = [];
    const selector = {
      start: [...this.#at, "kv", range.from],
      end: [...this.#at, "kv", range.before],
    };
    const options = {
      reverse: range.reverse ?? false,
      batchSize: Math.max(1, Math.min(500, limit)),
    };
    for await (const entry of this.#kv.list<Uint8Array | number>(selector, options)) {
      const key = String(entry.key.at(-1));
      // What the transaction wrote is put in below.
      if (this.#own.has(key)) continue;
      found.push([key, await this.#valueOf(key, entry.value)]);
      if (found.length >= limit) break;
    }
    if (this.#own.size === 0) return found;
    for (const [key, value] of this.#own) {
      if (value !== undefined && key >= range.from && key < range.before) found.push([key, value]);
    }
    found.sort(([a], [b]) => (a < b ? -1 : 1) * (range.reverse ? -1 : 1));
    return found.slice(0, Number.isFinite(limit) ? limit : undefined);
  }

  writes(): [key: string, value: unknown][] {
    return this.#written.writes();
  }

  /** Parts that the value had before. */
  async partsOf(key: string): Promise<number> {
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const entry = await this.#kv.get<Uint8Array | number>([...this.#at, "kv", key]);
    return typeof entry.value === "number" ? entry.value : 0;
  }

  async #valueOf(key: string, stored: Uint8Array | number | null): Promise<unknown> {
    this.#parts.set(key, typeof stored === "number" ? stored : 0);
    if (stored === null) return undefined;
    if (typeof stored !== "number") return JSON.parse(decoder.decode(stored));
    const parts: Uint8Array[] = [];
    for (let n = 0; n < stored; n += 10) {
      const keys = Array.from(
        { length: Math.min(10, stored - n) },
        (_, i) => [...this.#at, "part", key, n + i],
      );
      for (const entry of await this.#kv.getMany<Uint8Array[]>(keys)) {
        // A writer was faster: the tick has changed, and this will be read again.
        if (entry.value === null) throw new SyncError("busy", "Cannot read: a value just changed");
        parts.push(entry.value);
      }
    }
    return JSON.parse(join(parts));
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function cut(text: string): Uint8Array[] {
  const bytes = encoder.encode(text);
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    parts.push(bytes.subarray(start, start + PART_BYTES));
  }
  return parts;
}

function join(parts: readonly Uint8Array[]): string {
  const whole = new TextDecoder();
  return parts.map((part) => whole.decode(part, { stream: true })).join("") + whole.decode();
}
