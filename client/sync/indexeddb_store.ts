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
    try {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      const database = await settle(request);
      // Another tab deletes it: it must not wait for us, and we must not go on.
      database.onversionchange = () => this.close();
      // The browser itself may drop the connection; the next transaction opens another.
      database.onclose = () => this.#database = undefined;
      return this.#database = database;
    } catch (error) {
      throw asSyncError(error);
    }
  }

  async tx<T>(mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed();
    const begin = (database: IDBDatabase): IDBTransaction =>
      mode === "write"
        ? database.transaction(STORE, "readwrite", { durability: "strict" })
        : database.transaction(STORE, "readonly");
    let transaction: IDBTransaction;
    try {
      transaction = begin(this.#database ?? await this.open());
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
      if (this.#isClosed) throw closed();
      transaction = begin(await this.open());
    }
    return await run(transaction, fn);
  }

  close(): void {
    this.#isClosed = true;
    this.#database?.close();
  }
}

function run<T>(transaction: IDBTransaction, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let outcome: { result: T } | undefined;
    let isComplete = false;
    let failure: unknown;
    const finish = (): void => {
      if (outcome && isComplete) resolve(outcome.result);
    };
    transaction.oncomplete = () => {
      isComplete = true;
      finish();
    };
    transaction.onabort = () => reject(failure ?? asSyncError(transaction.error));
    fn(new IndexedDbTx(transaction.objectStore(STORE))).then((result) => {
      outcome = { result };
      finish();
    }, (error) => {
      failure = error;
      try {
        transaction.abort();
      } catch {
        // It had ended by itself, with nothing written.
      }
      reject(error);
    });
  });
}

class IndexedDbTx implements StoreTx {
  readonly #store: IDBObjectStore;

  constructor(store: IDBObjectStore) {
    this.#store = store;
  }

  async get(key: string): Promise<unknown> {
    const text = await settle(this.#store.get(key));
    return text === undefined ? undefined : JSON.parse(text);
  }

  // As text: copying one string is faster than cloning an object graph of a hundred rows.
  put(key: string, value: unknown): void {
    this.#store.put(JSON.stringify(value), key);
  }

  delete(key: string): void {
    this.#store.delete(key);
  }

  async range({ from, before, limit, reverse }: StoreRange): Promise<StoreEntry[]> {
    if (from >= before) return [];
    const range = IDBKeyRange.bound(from, before, false, true);
    if (reverse) return await this.#down(range, limit ?? Infinity);
    const [keys, values] = await Promise.all([
      settle(this.#store.getAllKeys(range, limit)),
      settle(this.#store.getAll(range, limit)),
    ]);
    return keys.map((key, i): StoreEntry => [key as string, JSON.parse(values[i])]);
  }

  #down(range: IDBKeyRange, limit: number): Promise<StoreEntry[]> {
    return new Promise((resolve, reject) => {
      const entries: StoreEntry[] = [];
      const request = this.#store.openCursor(range, "prev");
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor || entries.length >= limit) return resolve(entries);
        entries.push([cursor.key as string, JSON.parse(cursor.value)]);
        if (entries.length >= limit) resolve(entries);
        else cursor.continue();
      };
    });
  }
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function asSyncError(error: unknown): unknown {
  if (!(error instanceof DOMException)) {
    return error ?? new SyncError("store", "Cannot use the database: the browser gave it up");
  }
  return error.name === "QuotaExceededError"
    ? new SyncError("quota", "Cannot write: the browser has no room left", { cause: error })
    : new SyncError("store", `Cannot use the database: ${error.message}`, { cause: error });
}

function closed(): SyncError {
  return new SyncError("closed", "Cannot use the database: it was closed or removed; load anew");
}
