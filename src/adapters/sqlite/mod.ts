/**
 * Sessions and synced data in a SQLite file, for one machine.
 *
 * @module
 */
export { createSqliteSessionStore, type SqliteSessionStoreOptions } from "./session_store.ts";
export {
  createSqliteAuthorityStore,
  createSqliteReplicaStore,
  type SqliteSyncStoreOptions,
} from "./sync_store.ts";
export { openNodeSqlite } from "./node_driver.ts";
export type { SqliteDatabase, SqliteParameter, SqliteStatement } from "./driver.ts";
export type * from "../../session/store.ts";
