/** `ctx.sync`, on a replica or on the authority. */

import type { SyncIdentity } from "../authority/policy.ts";
import { AuthorityBackend, type AuthorityBackendOptions } from "./authority_backend.ts";
import { BackedSyncCtx, type OwnedSyncCtx } from "./backed_ctx.ts";
import { createReplicaSyncCtx, type ReplicaCtxOptions } from "./replica_ctx.ts";

export type { OwnedSyncCtx } from "./backed_ctx.ts";

export type SyncCtxOptions<Identity extends SyncIdentity = SyncIdentity> =
  | ReplicaCtxOptions
  | AuthorityBackendOptions<Identity>;

/**
 * Makes `ctx.sync`: on the server for one live session, on a device for a tab or a worker.
 *
 * @example
 * ```ts
 * import { createAuthority } from "../authority/authority.ts";
 * import { createMemoryAuthorityStore } from "../memory_store.ts";
 * import { createSyncCtx } from "./sync_ctx.ts";
 * const authority = createAuthority({ store: createMemoryAuthorityStore() });
 * const sync = createSyncCtx({ authority, identity: { userId: "ana" }, scope: "ana" });
 * const note = sync.resource("note", { default: "" });
 * await note.update("hello");
 * console.assert(note.current === "hello" && note.status === "synced");
 * sync.close();
 * ```
 */
export function createSyncCtx<Identity extends SyncIdentity = SyncIdentity>(
  options: SyncCtxOptions<Identity>,
): OwnedSyncCtx {
  return "replica" in options
    ? createReplicaSyncCtx(options)
    : new BackedSyncCtx(new AuthorityBackend(options));
}
