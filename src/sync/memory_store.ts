/** Stores in memory: for tests, the simulator, and pages that need no durability. */

import { OrderedMap } from "./ordered_map.ts";
import type {
  AuthorityStore,
  ReplicaStore,
  StoreEntry,
  StoreMode,
  StoreRange,
  StoreTx,
} from "./ports.ts";

/**
 * One transaction over an ordered map: reads see its own writes, the map sees them at
 * {@linkcode OverlayTx.commit}. Also the base of the stores that fold a log into memory.
 */
export class OverlayTx implements StoreTx {
  readonly #map: OrderedMap<unknown>;
  readonly #written = new OrderedMap<unknown>();

  constructor(map: OrderedMap<unknown>) {
    this.#map = map;
  }

  get(key: string): Promise<unknown> {
    const own = this.#written.get(key);
    return Promise.resolve(own === undefined ? this.#map.get(key) : own === GONE ? undefined : own);
  }

  put(key: string, value: unknown): void {
    this.#written.set(key, value);
  }

  delete(key: string): void {
    this.#written.set(key, GONE);
  }

  range(range: StoreRange): Promise<StoreEntry[]> {
    return Promise.resolve(
      range.reverse
        ? merge(
          range,
          this.#map.entriesDownFrom(range.before),
          this.#written.entriesDownFrom(range.before),
        )
        : merge(range, this.#map.entriesFrom(range.from), this.#written.entriesFrom(range.from)),
    );
  }

  /** What was written: `undefined` for deleted. */
  writes(): [key: string, value: unknown][] {
    return [...this.#written.entriesFrom("")].map(([k, v]) => [k, v === GONE ? undefined : v]);
  }

  commit(): void {
    for (const [key, value] of this.#written.entriesFrom("")) {
      if (value === GONE) this.#map.delete(key);
      else this.#map.set(key, value);
    }
  }
}

/** Stands for a key that the transaction deleted. */
const GONE = Symbol("gone");

/** Two sorted sources as one; where both have a key, the second one counts. */
function merge(
  range: StoreRange,
  stored: Iterator<[string, unknown]>,
  written: Iterator<[string, unknown]>,
): StoreEntry[] {
  const result: StoreEntry[] = [];
  const limit = range.limit ?? Infinity;
  const outside = range.reverse
    ? (key: string) => key < range.from
    : (key: string) => key >= range.before;
  const first = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  const pull = (source: Iterator<[string, unknown]>): [string, unknown] | undefined => {
    const next = source.next();
    return next.done || outside(next.value[0]) ? undefined : next.value;
  };
  let a = pull(stored);
  let b = pull(written);
  while (result.length < limit && (a || b)) {
    if (!b || (a && first(a[0], b[0]))) {
      result.push(a!);
      a = pull(stored);
      continue;
    }
    if (a && a[0] === b[0]) a = pull(stored);
    if (b[1] !== GONE) result.push(b);
    b = pull(written);
  }
  return result;
}

/** Runs transactions one after the other; a failure of one does not stop the next. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(fn: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(fn, fn);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

class MemoryMap {
  readonly #map: OrderedMap<unknown>;
  readonly #turns = new Turns();

  constructor(map: OrderedMap<unknown>) {
    this.#map = map;
  }

  tx<T>(mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      const tx = new OverlayTx(this.#map);
      const result = await fn(tx);
      if (mode === "write") tx.commit();
      return result;
    });
  }
}

/**
 * A replica store in memory. Several replicas may stand on it, as tabs stand on one IndexedDB.
 *
 * @example
 * ```ts
 * import { createMemoryReplicaStore } from "./memory_store.ts";
 * const store = createMemoryReplicaStore();
 * await store.tx("write", async (tx) => tx.put("a", 1));
 * console.assert(await store.tx("read", (tx) => tx.get("a")) === 1);
 * ```
 */
export function createMemoryReplicaStore(): ReplicaStore {
  const map = new MemoryMap(new OrderedMap());
  return {
    tx: (mode, fn) => map.tx(mode, fn),
    close() {},
  };
}

/** An authority store in memory. */
export function createMemoryAuthorityStore(): AuthorityStore {
  const scopes = new Map<string, MemoryMap>();
  return {
    limits: { writes: 100_000, length: 64 * 1024 * 1024 },
    tx(scope, mode, fn) {
      let map = scopes.get(scope);
      if (!map) scopes.set(scope, map = new MemoryMap(new OrderedMap()));
      return map.tx(mode, fn);
    },
    scopes: () => Promise.resolve([...scopes.keys()]),
    close() {},
  };
}
