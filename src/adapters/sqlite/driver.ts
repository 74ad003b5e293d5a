/**
 * What we need of a SQLite driver: five methods that `node:sqlite`'s `DatabaseSync`, `@db/sqlite`'s
 * `Database` and others have as they are.
 */

/** A value that goes into a statement. */
export type SqliteParameter = string | number | Uint8Array | null;

/** A prepared statement. */
export interface SqliteStatement {
  run(...parameters: SqliteParameter[]): unknown;
  /** The first row, its columns by name; `undefined` without one. */
  get(...parameters: SqliteParameter[]): unknown;
  /** Every row. A statement that changes something is complete only when its rows are read. */
  all(...parameters: SqliteParameter[]): unknown[];
}

/** An open database. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): void;
}
