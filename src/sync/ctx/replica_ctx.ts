/** `ctx.sync` on a device. Apart from the server's, so that a browser does not load that too. */

import type { Replica } from "../replica/replica.ts";
import type { SyncDriver } from "../replica/syncer.ts";
import { BackedSyncCtx, type OwnedSyncCtx } from "./backed_ctx.ts";
import { ReplicaBackend } from "./replica_backend.ts";

/** On a device: its replica, and whoever synchronises it. */
export interface ReplicaCtxOptions {
  readonly replica: Replica;
  readonly driver: SyncDriver;
}

/** Makes `ctx.sync` for a tab, a worker or a device process. */
export function createReplicaSyncCtx(options: ReplicaCtxOptions): OwnedSyncCtx {
  return new BackedSyncCtx(new ReplicaBackend(options.replica, options.driver));
}
