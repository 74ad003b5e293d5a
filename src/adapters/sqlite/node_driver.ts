/**
 * The driver that Deno and Node bring along.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import type { SqliteDatabase } from "./driver.ts";

/** Opens a database file with `node:sqlite`, making it if there is none. */
export function openNodeSqlite(path: string): SqliteDatabase {
  return new DatabaseSync(path);
}
