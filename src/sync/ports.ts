/**
 * What the engine needs from a store: an ordered map with transactions. Replica and authority both
 * stand on it, so that a new database is one small adapter, held by one contract suite.
 */

/** Which part of the map: keys from `from` on, before `before`, in ascending order. */
export interface StoreRange {
  /** The first key. */
  readonly from: string;
  /** The first key that is not in it any more. */
  readonly before: string;
  /** At most so many entries. */
  readonly limit?: number;
  /** Descending, and `limit` counts from the end. */
  readonly reverse?: boolean;
}

/** A key and its value. */
export type StoreEntry = readonly [key: string, value: unknown];

/**
 * The handle of one transaction. Keys are printable ASCII, compared unit by unit; `\x01` and `\x7f`
 * occur in bounds only. Values are plain data.
 *
 * A read sees the transaction's own earlier writes.
 */
export interface StoreTx {
  /** `undefined` when there is none. */
  get(key: string): Promise<unknown>;
  /** Takes effect at commit; a failure may surface there. */
  put(key: string, value: unknown): void;
  /** Takes effect at commit; deleting what is not there does nothing. */
  delete(key: string): void;
  /** Entries in the order of their keys. */
  range(range: StoreRange): Promise<StoreEntry[]>;
}

/** Whether a transaction may write. */
export type StoreMode = "read" | "write";

/**
 * The store of one replica.
 *
 * Caller must: await nothing in `fn` but its own handle (IndexedDB commits when a transaction waits
 * for something foreign, SQLite lets other users in), and expect `fn` to run more than once.
 *
 * We guarantee: the run of `fn` whose result you get saw one snapshot; its writes are all durable
 * when the promise is fulfilled, and none of them is there when it is rejected; transactions that
 * write take effect one after the other, across all tabs and processes on the store.
 */
export interface ReplicaStore {
  /**
   * Runs a transaction.
   *
   * @throws {SyncError} `quota` or `store`, after which nothing was written
   */
  tx<T>(mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T>;
  /** Transactions fail from then on. */
  close(): void | Promise<void>;
}

/**
 * The store of the authority: many maps, one per scope, with the guarantees of
 * {@linkcode ReplicaStore} for each.
 */
export interface AuthorityStore {
  /** The most that one transaction may write; the authority keeps its batches below. */
  readonly limits: {
    /** `put` and `delete` calls. */
    readonly writes: number;
    /** JSON text of all of them, in UTF-16 units. */
    readonly length: number;
  };
  /**
   * Runs a transaction in one scope.
   *
   * @throws {SyncError} `busy`, `too-large` or `store`, after which nothing was written
   */
  tx<T>(scope: string, mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T>;
  /** Every scope that was ever written. */
  scopes(): Promise<string[]>;
  /** Transactions fail from then on. */
  close(): void | Promise<void>;
}

/**
 * Says "pull now" to whoever shows a scope, on this node and on others. Carries no content: a poke
 * that is lost costs one interval, a poke that is forged costs one empty pull.
 */
export interface PokeBus {
  /** Tells everybody who listens to this scope. */
  publish(scope: string): void;
  /** Calls back at each poke of a scope. @returns Ends that. */
  subscribe(scope: string, onPoke: () => void): () => void;
}

/** The handle for one answer of the server, whatever carried it. */
export interface Reply {
  readonly status: number;
  /** Milliseconds, from `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** The body's lines as they arrive, without their ends. Throws when the body breaks off. */
  lines(): AsyncIterable<string>;
}

/**
 * Carries one request to the server. Rejects when no answer came, or when `signal` fired.
 *
 * @param body JSON text
 */
export type Exchange = (
  path: "push" | "pull",
  body: string,
  signal: AbortSignal,
) => Promise<Reply>;

/** Timers, so that a simulator can own time. */
export interface Timers {
  /** @returns cancels it */
  after(ms: number, fn: () => void): () => void;
}

/** The platform's timers. */
export const systemTimers: Timers = {
  after(ms, fn) {
    const id = setTimeout(fn, ms);
    return () => clearTimeout(id);
  },
};
