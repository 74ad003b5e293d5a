/**
 * Offline-first data: the authority that a server keeps, the stores it stands on, and what can go
 * wrong. Pages use `ctx.sync`; this is for servers that build the authority themselves.
 *
 * @module
 */
export {
  type Authority,
  type AuthorityOptions,
  createAuthority,
  type DirectWrite,
  type RowsAt,
} from "./authority/authority.ts";
export {
  type ResourcePolicy,
  type SyncAccess,
  type SyncIdentity,
  type SyncPolicy,
  SyncRefusal,
} from "./authority/policy.ts";
export type { Loser } from "./authority/decide.ts";
export type {
  Change,
  DeleteOp,
  Op,
  OpTarget,
  PatchOp,
  PutOp,
  RefusalCode,
  TxResult,
  TxStatus,
} from "./protocol.ts";
export { SyncError, type SyncErrorCode } from "./errors.ts";
export { createMemoryAuthorityStore, createMemoryReplicaStore } from "./memory_store.ts";
export { createPokeBus } from "./poke_bus.ts";
export type {
  AuthorityStore,
  PokeBus,
  ReplicaStore,
  StoreEntry,
  StoreMode,
  StoreRange,
  StoreTx,
} from "./ports.ts";
export type * from "../contract/sync.ts";
