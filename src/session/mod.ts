/**
 * Sessions: the manager that a server calls, the port of their stores, and what can go wrong.
 *
 * @module
 */
export {
  type CommitOptions,
  createSessionManager,
  type OpenOptions,
  type SessionManager,
  type SessionManagerOptions,
  type SessionStats,
} from "./manager.ts";
export type { SessionHandle } from "./session_handle.ts";
export type { SessionEnd } from "./shared_session.ts";
export type { SessionMigration, SessionNotice } from "./session_sync.ts";
export type { DrainResult } from "./drain.ts";
export { createMemorySessionStore, type MemorySessionStoreOptions } from "./memory_store.ts";
export type * from "./store.ts";
export * from "./errors.ts";
export {
  createTokenSigner,
  type TokenErrorCode,
  type TokenResult,
  type TokenSigner,
  type TokenSignerOptions,
} from "./token.ts";
export type { DeclaredKey, Session, SessionData } from "../contract/session.ts";
