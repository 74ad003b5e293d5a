/**
 * Sync data in a SQLite file: a replica on a device, or the authority on one machine.
 *
 * One table of keys and JSON texts, in the order of keys; the engine lays out everything else. The
 * file is in WAL mode with `synchronous=FULL`: what was promised as durable survives a power
 * failure, not only a crash.
 *
 * @module
 */

import { SyncError } from "../../sync/errors.ts";
import { Turns } from "../../sync/memory_store.ts";
import type {
  AuthorityStore,
  ReplicaStore,
  StoreEntry,
  StoreMode,
  StoreRange,
  StoreTx,
} from "../../sync/ports.ts";
import type { SqliteDatabase, SqliteStatement } from "./driver.ts";
import { enterWal } from "./wal.ts";

/** Milliseconds that a transaction waits for another process on the same file. */
const BUSY_MS = 5_000;

/** Values bound in one transaction of the authority: far more than one request can hold. */
const AUTHORITY_LIMITS = { writes: 100_000, length: 64 * 1024 * 1024 };

/** Settings of both kinds of store. */
export interface SqliteSyncStoreOptions {
  /** An open database; closed with the store. It may hold other tables. */
  readonly database: SqliteDatabase;
  /** The table's name: `"vango_replica"` or `"vango_authority"` by default. */
  readonly table?: string;
}

/**
 * A replica on a device.
 *
 * @example
 * ```ts
 * import { openNodeSqlite } from "./node_driver.ts";
 * import { createSqliteReplicaStore } from "./sync_store.ts";
 * const store = createSqliteReplicaStore({ database: openNodeSqlite(":memory:") });
 * await store.tx("write", async (tx) => tx.put("a", { n: 1 }));
 * console.assert((await store.tx("read", (tx) => tx.get("a")) as { n: number }).n === 1);
 * await store.close();
 * ```
 */
export function createSqliteReplicaStore(options: SqliteSyncStoreOptions): ReplicaStore {
  const file = new SqliteFile(options.database, options.table ?? "vango_replica");
  return {
    tx: (mode, fn) => file.tx("", mode, fn),
    close: () => file.close(),
  };
}

/**
 * The authority on one machine. Several processes may open the same file.
 *
 * @example
 * ```ts
 * import { openNodeSqlite } from "./node_driver.ts";
 * import { createSqliteAuthorityStore } from "./sync_store.ts";
 * const store = createSqliteAuthorityStore({ database: openNodeSqlite(":memory:") });
 * await store.tx("home", "write", async (tx) => tx.put("a", 1));
 * console.assert((await store.scopes())[0] === "home");
 * await store.close();
 * ```
 */
export function createSqliteAuthorityStore(options: SqliteSyncStoreOptions): AuthorityStore {
  const file = new SqliteFile(options.database, options.table ?? "vango_authority");
  return {
    limits: AUTHORITY_LIMITS,
    tx: (scope, mode, fn) => file.tx(scope, mode, fn),
    scopes: () => file.scopes(),
    close: () => file.close(),
  };
}

interface Statements {
  readonly get: SqliteStatement;
  readonly put: SqliteStatement;
  readonly delete: SqliteStatement;
  readonly up: SqliteStatement;
  readonly down: SqliteStatement;
  readonly nextScope: SqliteStatement;
}

class SqliteFile {
  readonly #database: SqliteDatabase;
  readonly #statements: Statements;
  readonly #turns = new Turns();
  #isClosed = false;

  constructor(database: SqliteDatabase, table: string) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(table)) {
      throw new TypeError(`Cannot use ${JSON.stringify(table)} as a table: letters, digits and _`);
    }
    this.#database = database;
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    enterWal(database, BUSY_MS);
    database.exec("PRAGMA synchronous = FULL");
    database.exec(
      `CREATE TABLE IF NOT EXISTS ${table} (
        scope TEXT NOT NULL, k TEXT NOT NULL, v TEXT NOT NULL, PRIMARY KEY (scope, k)
      ) WITHOUT ROWID`,
    );
    // From here on we wait ourselves: SQLite's own waiting would stop this whole process, and with
    // it whoever holds the file in it.
    database.exec("PRAGMA busy_timeout = 0");
    const part = `FROM ${table} WHERE scope = ? AND k >= ? AND k < ? ORDER BY k`;
    this.#statements = {
      get: database.prepare(`SELECT v FROM ${table} WHERE scope = ? AND k = ?`),
      put: database.prepare(
        `INSERT INTO ${table} (scope, k, v) VALUES (?, ?, ?)
         ON CONFLICT (scope, k) DO UPDATE SET v = excluded.v`,
      ),
      delete: database.prepare(`DELETE FROM ${table} WHERE scope = ? AND k = ?`),
      up: database.prepare(`SELECT k, v ${part} LIMIT ?`),
      down: database.prepare(`SELECT k, v ${part} DESC LIMIT ?`),
      nextScope: database.prepare(
        `SELECT scope FROM ${table} WHERE scope > ? ORDER BY scope LIMIT 1`,
      ),
    };
  }

  /**
   * One connection has one transaction at a time, so each has its turn: without it, the writes of
   * whoever comes between would be part of, or rolled back with, somebody else's.
   */
  tx<T>(scope: string, mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      if (this.#isClosed) {
        throw new SyncError("closed", "Cannot use the database: it was closed; open it again");
      }
      const until = Date.now() + BUSY_MS;
      for (;;) {
        try {
          return await this.#once(scope, mode, fn);
        } catch (error) {
          if (!(error instanceof SyncError) || error.code !== "busy" || Date.now() > until) {
            throw error;
          }
          await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 9));
        }
      }
    });
  }

  async #once<T>(scope: string, mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
    // A write begins as one: it never has to find out half-way that another process was faster.
    guard(() => this.#database.exec(mode === "write" ? "BEGIN IMMEDIATE" : "BEGIN"));
    try {
      const result = await fn(new SqliteTx(scope, this.#statements));
      guard(() => this.#database.exec("COMMIT"));
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has done so itself, as after a full disk.
    }
  }

  scopes(): Promise<string[]> {
    return this.#turns.run(() => {
      const scopes: string[] = [];
      for (;;) {
        const row = this.#statements.nextScope.get(scopes.at(-1) ?? "") as
          | { scope: string }
          | undefined;
        if (!row) return Promise.resolve(scopes);
        scopes.push(row.scope);
      }
    });
  }

  async close(): Promise<void> {
    await this.#turns.run(() => {
      if (!this.#isClosed) this.#database.close();
      this.#isClosed = true;
      return Promise.resolve();
    });
  }
}

class SqliteTx implements StoreTx {
  readonly #scope: string;
  readonly #statements: Statements;

  constructor(scope: string, statements: Statements) {
    this.#scope = scope;
    this.#statements = statements;
  }

  get(key: string): Promise<unknown> {
    const row = guard(() => this.#statements.get.get(this.#scope, key)) as
      | { v: string }
      | undefined;
    return Promise.resolve(row && JSON.parse(row.v));
  }

  put(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    guard(() => this.#statements.put.run(this.#scope, key, text));
  }

  delete(key: string): void {
    guard(() => this.#statements.delete.run(this.#scope, key));
  }

  range(range: StoreRange): Promise<StoreEntry[]> {
    const statement = range.reverse ? this.#statements.down : this.#statements.up;
    const rows = guard(() =>
      statement.all(this.#scope, range.from, range.before, range.limit ?? -1)
    ) as { k: string; v: string }[];
    return Promise.resolve(rows.map(({ k, v }): StoreEntry => [k, JSON.parse(v)]));
  }
}

/** What SQLite says, in the engine's words. */
function guard<T>(fn: () => T): T {
  try {
    return fn();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (/disk is full/i.test(text)) {
      throw new SyncError("quota", "Cannot write: the disk is full; free some room", { cause });
    }
    if (/locked|busy/i.test(text)) {
      throw new SyncError("busy", "Cannot write: another process holds the file; try again", {
        cause,
      });
    }
    throw new SyncError("store", `Cannot use the database: ${text}`, { cause });
  }
}
