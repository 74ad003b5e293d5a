/**
 * What an app says about its synced data.
 *
 * @module
 */
import type { Session } from "../contract/session.ts";
import type { Authority } from "../sync/authority/authority.ts";
import type { SyncIdentity, SyncPolicy } from "../sync/authority/policy.ts";
import type { AuthorityStore, PokeBus } from "../sync/ports.ts";

/** `createVango({ sync })`: switches on `ctx.sync` and the endpoint of devices. */
export interface VangoSyncOptions extends SyncPolicy {
  /** Where the data is kept. Default: this process's memory. */
  readonly store?: AuthorityStore;
  /** Tells the other servers of an app that something changed. Default: this process alone. */
  readonly pokes?: PokeBus;
  /** An authority that you made yourself, instead of `store`, `pokes` and the policy. */
  readonly authority?: Authority;
  /**
   * Whose data a session gets; `undefined` has none. Default: the user who is logged in, so that
   * anonymous visitors have no data to sync. It is asked often: it should only look.
   */
  readonly identify?: (session: Session) => SyncIdentity | undefined;
  /**
   * Who a program is that comes without the session's cookie: a device process, a script. Default:
   * nobody.
   */
  readonly authenticate?: (
    request: Request,
  ) => SyncIdentity | undefined | Promise<SyncIdentity | undefined>;
  /**
   * Which part of the data this identity gets: everybody with the same scope works on the same.
   * Default: one for each user, named after the user.
   */
  readonly scope?: (identity: SyncIdentity) => string;
  /** Bytes of one push or pull. Default: 4 MiB. */
  readonly maxBody?: number;
  /** Pushes, pulls and streams of one address: a second, and at once. Default: 50 and 500. */
  readonly requests?: { readonly rate: number; readonly burst: number };
}
