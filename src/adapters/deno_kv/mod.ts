/**
 * Sessions in Deno KV, for Deno Deploy.
 *
 * @module
 */
export { createDenoKvSessionStore, type DenoKvSessionStoreOptions } from "./session_store.ts";
export type * from "../../session/store.ts";
