/**
 * Sessions in a SQLite file: durable, with nothing to install, for one machine.
 *
 * Every save is one statement, so that it is there as a whole or not at all, whenever the process
 * is killed. The file is in WAL mode with `synchronous = NORMAL`: what was saved survives the death
 * of the process; a power failure may take the last moments, never the file. Several processes of
 * one machine may share it.
 *
 * Writing a log of changes for other processes was tried and rejected: its trigger took 40 % of the
 * write rate, from everybody, for the few that run several processes. Instead a watcher asks
 * SQLite, which knows for nothing, whether somebody else wrote, and then for the revisions of the
 * sessions that it cares about.
 *
 * @module
 */

import { SessionConflictError, SessionStoreError } from "../../session/errors.ts";
import type { SessionStoreErrorCode } from "../../session/errors.ts";
import { encodeBase64Url } from "../../internal/base64url.ts";
import type {
  SaveAllResult,
  SaveOptions,
  SessionChange,
  SessionSave,
  SessionStore,
  StoredSession,
} from "../../session/store.ts";
import type { SqliteDatabase, SqliteStatement } from "./driver.ts";
import { enterWal } from "./wal.ts";

/** Settings of {@linkcode createSqliteSessionStore}. */
export interface SqliteSessionStoreOptions {
  /** An open database, ours alone: it is closed with the store. */
  readonly database: SqliteDatabase;
  /**
   * `normal` (the default) survives the process's death, `full` also the machine's, for about a
   * disk's flush per save.
   */
  readonly synchronous?: "normal" | "full";
  /** How long a write waits for another process's, in milliseconds: 500 by default. */
  readonly busyTimeout?: number;
  /** How often a watcher asks whether another process wrote, in milliseconds: 250 by default. */
  readonly pollInterval?: number;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/** After this many saves a few rows are looked at, and the expired among them removed. */
const SWEEP_EVERY = 100;
const SWEEP_ROWS = 500;

/** Ids in one question for revisions: about a millisecond of the event loop. */
const REVISIONS_AT_ONCE = 1000;

/** 96 random bits: a session that was deleted and made again never meets its old revision. */
const REVISION_BYTES = 12;

// Numbers past 32 bits are REAL, because not every driver reads large integers as numbers.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS vango_sessions (
    id TEXT PRIMARY KEY,
    data BLOB NOT NULL,
    revision TEXT NOT NULL,
    expires_at REAL NOT NULL
  ) STRICT
`;

/**
 * Makes a session store in a SQLite database.
 *
 * @throws {SessionStoreError} when the database cannot be used
 *
 * @example
 * ```ts
 * import { openNodeSqlite } from "./node_driver.ts";
 * import { createSqliteSessionStore } from "./session_store.ts";
 *
 * const store = createSqliteSessionStore({ database: openNodeSqlite(":memory:") });
 * const expiresAt = Date.now() + 60_000;
 * await store.save("a", new Uint8Array(3), { expiresAt, revision: undefined });
 * await store.close();
 * ```
 */
export function createSqliteSessionStore(options: SqliteSessionStoreOptions): SessionStore {
  return new SqliteSessionStore(options);
}

class SqliteSessionStore implements SessionStore {
  readonly isDurable = true;
  readonly #database: SqliteDatabase;
  readonly #now: () => number;
  readonly #pollInterval: number;
  readonly #statements: Record<keyof typeof STATEMENTS, SqliteStatement>;
  readonly #listeners = new Set<(change: SessionChange) => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #dataVersion: unknown;
  #saves = 0;
  #sweptTo = "";
  #closed = false;

  constructor(options: SqliteSessionStoreOptions) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
    this.#pollInterval = options.pollInterval ?? 250;
    const { busyTimeout = 500, synchronous = "normal" } = options;
    this.#statements = this.#try(() => {
      this.#database.exec(`PRAGMA busy_timeout = ${Math.floor(busyTimeout)}`);
      enterWal(this.#database, busyTimeout);
      this.#database.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`);
      this.#database.exec(SCHEMA);
      return prepareAll(this.#database);
    });
  }

  load(id: string): Promise<StoredSession | undefined> {
    return this.#async(() => {
      const row = this.#statements.load.get(id, this.#now()) as SessionRow | undefined;
      if (!row) return undefined;
      const { data, revision, expires_at } = row;
      // Some drivers hand out views of their own memory.
      return { data: new Uint8Array(data), revision, expiresAt: expires_at };
    });
  }

  save(id: string, data: Uint8Array, options: SaveOptions): Promise<string> {
    return this.#async(() => {
      const revision = this.#save(id, data, options);
      if (++this.#saves % SWEEP_EVERY === 0) this.#sweep();
      return revision;
    });
  }

  touch(id: string, expiresAt: number): Promise<string | undefined> {
    return this.#async(() => {
      const [row] = this.#statements.touch.all(expiresAt, id, this.#now()) as SessionRow[];
      return row?.revision;
    });
  }

  delete(id: string): Promise<void> {
    return this.#async(() => {
      if (this.#statements.delete.all(id).length > 0) this.#tell({ type: "deleted", id });
    });
  }

  /** In one transaction; when that fails as a whole, one by one, to save what can be saved. */
  saveAll(sessions: ReadonlyMap<string, SessionSave>): Promise<SaveAllResult> {
    return this.#async(() => {
      try {
        this.#database.exec("BEGIN IMMEDIATE");
        const result = this.#saveEach(sessions, (error) => {
          throw error;
        });
        this.#database.exec("COMMIT");
        return result;
      } catch {
        this.#rollBack();
        return this.#saveEach(sessions, () => {});
      }
    });
  }

  revisions(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#async(() => {
      const found = new Map<string, string>();
      for (let start = 0; start < ids.length; start += REVISIONS_AT_ONCE) {
        const some = JSON.stringify(ids.slice(start, start + REVISIONS_AT_ONCE));
        const rows = this.#statements.revisions.all(some, this.#now()) as SessionRow[];
        for (const { id, revision } of rows) found.set(id, revision);
      }
      return found;
    });
  }

  watch(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener);
    if (this.#timer === undefined && !this.#closed) {
      this.#dataVersion = this.#readDataVersion();
      this.#timer = setInterval(() => this.#poll(), this.#pollInterval);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopPolling();
    };
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#stopPolling();
    this.#listeners.clear();
    return this.#async(() => {
      this.#closed = true;
      this.#database.close();
    });
  }

  #save(id: string, data: Uint8Array, { expiresAt, revision: base }: SaveOptions): string {
    const revision = encodeBase64Url(crypto.getRandomValues(new Uint8Array(REVISION_BYTES)));
    const { create, update } = this.#statements;
    const rows = base === undefined
      ? create.all(id, data, revision, expiresAt, this.#now())
      : update.all(data, revision, expiresAt, id, base, this.#now());
    if (rows.length === 0) throw new SessionConflictError(id);
    this.#tell({ type: "saved", id, revision });
    return revision;
  }

  #saveEach(
    sessions: ReadonlyMap<string, SessionSave>,
    onError: (error: unknown) => void,
  ): SaveAllResult {
    const saved = new Map<string, string>();
    const failed = new Map<string, Error>();
    for (const [id, session] of sessions) {
      try {
        saved.set(id, this.#save(id, session.data, session));
      } catch (error) {
        if (!(error instanceof SessionConflictError)) onError(error);
        failed.set(id, storeErrorOf(error));
      }
    }
    return { saved, failed };
  }

  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // It never began, or SQLite rolled it back itself when the disk was full.
    }
  }

  /** Walks through the table a few rows at a time: needs no index, which every save would pay. */
  #sweep(): void {
    const now = this.#now();
    const rows = this.#statements.page.all(this.#sweptTo, SWEEP_ROWS) as SessionRow[];
    for (const { id, expires_at } of rows) {
      if (expires_at <= now) this.#statements.expire.run(id, now);
    }
    this.#sweptTo = rows.length < SWEEP_ROWS ? "" : rows.at(-1)?.id ?? "";
  }

  #poll(): void {
    try {
      const version = this.#readDataVersion();
      if (version === this.#dataVersion) return;
      this.#dataVersion = version;
      this.#tell({ type: "gap" });
    } catch {
      // Asked again at the next tick; a database that is gone fails the next call, with an error.
    }
  }

  /** SQLite changes it when another connection has written. */
  #readDataVersion(): unknown {
    const row = this.#statements.dataVersion.get() as { data_version: unknown };
    return row.data_version;
  }

  #stopPolling(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(change: SessionChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  // deno-lint-ignore require-await -- an async function turns every throw into a rejection
  async #async<Result>(work: () => Result): Promise<Result> {
    if (this.#closed) {
      throw new SessionStoreError(
        "Cannot use the session store: its database was closed; make a new store",
        "closed",
      );
    }
    return this.#try(work);
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeErrorOf(error);
    }
  }
}

interface SessionRow {
  readonly id: string;
  readonly data: Uint8Array;
  readonly revision: string;
  readonly expires_at: number;
}

const STATEMENTS = {
  load: "SELECT data, revision, expires_at FROM vango_sessions WHERE id = ? AND expires_at > ?",
  create: `INSERT INTO vango_sessions (id, data, revision, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET data = excluded.data, revision = excluded.revision,
    expires_at = excluded.expires_at WHERE vango_sessions.expires_at <= ? RETURNING revision`,
  update: `UPDATE vango_sessions SET data = ?, revision = ?, expires_at = ?
    WHERE id = ? AND revision = ? AND expires_at > ? RETURNING revision`,
  touch: `UPDATE vango_sessions SET expires_at = ?
    WHERE id = ? AND expires_at > ? RETURNING revision`,
  delete: "DELETE FROM vango_sessions WHERE id = ? RETURNING id",
  expire: "DELETE FROM vango_sessions WHERE id = ? AND expires_at <= ?",
  page: "SELECT id, expires_at FROM vango_sessions WHERE id > ? ORDER BY id LIMIT ?",
  revisions: `SELECT id, revision FROM vango_sessions
    WHERE id IN (SELECT value FROM json_each(?)) AND expires_at > ?`,
  dataVersion: "PRAGMA data_version",
} as const;

function prepareAll(database: SqliteDatabase): Record<keyof typeof STATEMENTS, SqliteStatement> {
  const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared);
}

/** SQLite's result codes that mean something to a caller; all others are `failed`. */
const CODES: ReadonlyMap<number, SessionStoreErrorCode> = new Map([
  [5, "busy"],
  [6, "busy"],
  [8, "unavailable"],
  [10, "unavailable"],
  [11, "unavailable"],
  [13, "full"],
  [14, "unavailable"],
  [18, "too_large"],
  [26, "unavailable"],
]);

/** SQLite's own words for the same, for calls whose errors carry no number (Deno's `exec`). */
const WORDS: readonly (readonly [RegExp, SessionStoreErrorCode])[] = [
  [/ is locked/, "busy"],
  [/ is full/, "full"],
  [/not a database|unable to open|disk I\/O|readonly|malformed/, "unavailable"],
];

function storeErrorOf(cause: unknown): Error {
  if (cause instanceof SessionConflictError || cause instanceof SessionStoreError) return cause;
  const { errcode, code } = cause as { errcode?: unknown; code?: unknown };
  const message = cause instanceof Error ? cause.message : String(cause);
  const number = typeof errcode === "number" ? errcode : typeof code === "number" ? code : 0;
  return new SessionStoreError(
    `Cannot use the session database: ${message}; see the file, its disk and its owner`,
    CODES.get(number & 0xff) ?? WORDS.find(([word]) => word.test(message))?.[1] ?? "failed",
    { cause },
  );
}
