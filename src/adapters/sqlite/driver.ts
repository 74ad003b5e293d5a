/**
 * What we need of a SQLite driver: five methods that `node:sqlite`'s `DatabaseSync`, `@db/sqlite`'s
 * `Database` and others have as they are.
 */

/** A value that goes into a statement. */
export type SqliteParameter = string | number | Uint8Array | null;

/** A prepared statement. */
export interface SqliteStatement {
  /** Runs it, whatever it gives. */
  run(...parameters: SqliteParameter[]): unknown;
  /** The first row, its columns by name; `undefined` without one. */
  get(...parameters: SqliteParameter[]): unknown;
  /** Every row. A statement that changes something is complete only when its rows are read. */
  all(...parameters: SqliteParameter[]): unknown[];
}

/** An open database. */
export interface SqliteDatabase {
  /** Runs statements that have no parameters. */
  exec(sql: string): unknown;
  /** Prepares one statement, to be run often. */
  prepare(sql: string): SqliteStatement;
  /** Closes the file; statements of it fail from then on. */
  close(): void;
}
