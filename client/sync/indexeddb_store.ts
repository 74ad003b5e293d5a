/**
 * A replica store in IndexedDB, with strict durability: a transaction is done when it is on disk,
 * not when it is in the browser's hands.
 */

import { SyncError } from "../../src/sync/errors.ts";
import type {
  ReplicaStore,
  StoreEntry,
  StoreMode,
  StoreRange,
  StoreTx,
} from "../../src/sync/ports.ts";

const STORE = "kv";

/** @throws {SyncError} `store` when the browser has no room for a database, or none at all */
export async function openIndexedDbStore(name: string): Promise<ReplicaStore> {
  const store = new IndexedDbStore(name);
  await store.open();
  return store;
}

/** Removes a database, as log-out does. Other tabs that have it open are closed out of it. */
export async function deleteIndexedDbStore(name: string): Promise<void> {
  await settle(indexedDB.deleteDatabase(name));
}

class IndexedDbStore implements ReplicaStore {
  readonly #name: string;
  #database: IDBDatabase | undefined;
  #isClosed = false;

  constructor(name: string) {
    this.#name = name;
  }

  async open(): Promise<IDBDatabase> {
    if (this.#isClosed) {
      throw new SyncError(
        "closed",
        "Cannot use the database: it was closed or removed; load anew",
      );
    }
    const request = indexedDB.open(this.#name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await settle(request).catch(rethrow);
    // Another tab deletes it: it must not wait for us, and we must not go on.
    database.onversionchange = () => this.close();
    // The browser itself may drop the connection; the next transaction opens another.
    database.onclose = () => this.#database = undefined;
    return this.#database = database;
  }

  async tx<T>(mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
    const transaction = await this.#begin(mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    try {
      const [result] = await Promise.all([fn(handleOf(transaction.objectStore(STORE))), done]);
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It had ended by itself, with nothing written.
      }
      return rethrow(error);
    }
  }

  async #begin(mode: StoreMode): Promise<IDBTransaction> {
    const begin = (database: IDBDatabase): IDBTransaction =>
      mode === "write"
        ? database.transaction(STORE, "readwrite", { durability: "strict" })
        : database.transaction(STORE, "readonly");
    try {
      if (this.#database) return begin(this.#database);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
    }
    return begin(await this.open());
  }

  close(): void {
    this.#isClosed = true;
    this.#database?.close();
  }
}

function handleOf(store: IDBObjectStore): StoreTx {
  return {
    async get(key) {
      const text = await settle(store.get(key));
      return text === undefined ? undefined : JSON.parse(text);
    },
    // As text: copying one string is faster than cloning an object graph of a hundred rows.
    put: (key, value) => void store.put(JSON.stringify(value), key),
    delete: (key) => void store.delete(key),
    async range({ from, before, limit, reverse }: StoreRange): Promise<StoreEntry[]> {
      if (from >= before) return [];
      const range = IDBKeyRange.bound(from, before, false, true);
      if (reverse) return await readDown(store, range, limit ?? Infinity);
      const [keys, values] = await Promise.all([
        settle(store.getAllKeys(range, limit)),
        settle(store.getAll(range, limit)),
      ]);
      return keys.map((key, i): StoreEntry => [key as string, JSON.parse(values[i])]);
    },
  };
}

async function readDown(
  store: IDBObjectStore,
  range: IDBKeyRange,
  limit: number,
): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  const request = store.openCursor(range, "prev");
  for (let cursor = await settle(request); cursor; cursor = await settle(request)) {
    entries.push([cursor.key as string, JSON.parse(cursor.value)]);
    if (entries.length >= limit) break;
    cursor.continue();
  }
  return entries;
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @throws {SyncError} in place of what the browser says */
function rethrow(error: unknown): never {
  if (error && !(error instanceof DOMException)) throw error;
  const cause = error as DOMException | null;
  throw cause?.name === "QuotaExceededError"
    ? new SyncError("quota", "Cannot write: the browser has no room left", { cause })
    : new SyncError("store", `Cannot use the database: ${cause?.message ?? "it was given up"}`, {
      cause,
    });
}
