/**
 * Sessions in NATS JetStream, for a cluster.
 *
 * @module
 */
export { createNatsSessionStore, type NatsSessionStoreOptions } from "./session_store.ts";
export type { NatsClientOptions } from "./bucket.ts";
export type * from "../../session/store.ts";
