/**
 * Sessions and synced data in Deno KV, for Deno Deploy.
 *
 * @module
 */
export { createDenoKvSessionStore, type DenoKvSessionStoreOptions } from "./session_store.ts";
export { createDenoKvPokeBus, type DenoKvPokeBusOptions } from "./sync_pokes.ts";
export { createDenoKvAuthorityStore, type DenoKvAuthorityStoreOptions } from "./sync_store.ts";
export type * from "../../session/store.ts";
