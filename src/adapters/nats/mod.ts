/**
 * Sessions and synced data in NATS JetStream, for a cluster.
 *
 * @module
 */
export { createNatsSessionStore, type NatsSessionStoreOptions } from "./session_store.ts";
export { createNatsPokeBus, type NatsPokeBusOptions } from "./sync_pokes.ts";
export { createNatsAuthorityStore, type NatsAuthorityStoreOptions } from "./sync_store.ts";
export type { NatsClientOptions } from "./bucket.ts";
export type { NatsConnection } from "@nats-io/nats-core";
export type * from "../../session/store.ts";
