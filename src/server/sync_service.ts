/**
 * The synced data of one app: what `ctx.sync` of its pages stands on, and what devices reach under
 * `/_vango/sync`.
 *
 * ```
 * server            page ──ctx.sync──▶ authority ◀──/_vango/sync── device
 * device, worker    page ──ctx.sync──▶ replica ──────────────────▶ its server
 * ```
 *
 * @module
 */
import type { Session } from "../contract/session.ts";
import type { SyncSource } from "../ctx/page_sync.ts";
import { type Authority, createAuthority } from "../sync/authority/authority.ts";
import type { SyncIdentity } from "../sync/authority/policy.ts";
import type { OwnedSyncCtx } from "../sync/ctx/backed_ctx.ts";
import type { ReplicaCtxOptions } from "../sync/ctx/replica_ctx.ts";
import { createSyncCtx } from "../sync/ctx/sync_ctx.ts";
import { SyncLine } from "../sync/ctx/sync_line.ts";
import { SyncError } from "../sync/errors.ts";
import { createMemoryAuthorityStore } from "../sync/memory_store.ts";
import type { AuthorityStore, ReplicaStore } from "../sync/ports.ts";
import { ConfigError, type VangoOptions } from "./options.ts";
import type { VangoSyncOptions } from "./sync_options.ts";

/** Milliseconds between two times that old tombstones and devices are forgotten. */
const COLLECT_EVERY = 24 * 3_600_000;

/** Milliseconds after the start of a server before the first time: it has better to do then. */
const COLLECT_FIRST = 3_600_000;

/** The copy of a device or of an offline worker. */
export interface LocalReplica extends ReplicaCtxOptions {
  /** Whose copy it is: the one user of this process. */
  readonly user: string;
  /** For the development tools: where it is kept, and how it reaches its server. */
  readonly tools?: { readonly store: ReplicaStore; readonly line: SyncLine };
}

/** What an app's pages sync on. */
export class SyncService implements SyncSource {
  readonly options: VangoSyncOptions;
  /** In development: what goes between devices and this server, and buttons to break it. */
  readonly line: SyncLine | undefined;
  /** Whether the app asked for it. */
  readonly #isOn: boolean;
  readonly #report: (error: unknown) => void;
  #authority: Authority | undefined;
  #store: AuthorityStore | undefined;
  #replica: LocalReplica | undefined;
  #collectAt = Date.now() + COLLECT_FIRST;

  /** @param report Takes what failed where nobody waits for it. */
  constructor(app: VangoOptions, report: (error: unknown) => void) {
    this.options = app.sync ?? {};
    this.#isOn = app.sync !== undefined;
    this.#report = report;
    if (app.development ?? app.platform?.development ?? false) this.line = new SyncLine();
    services.set(app.app, this);
  }

  /**
   * What is true, for this app; made on first use. `undefined` where a replica stands for it, and
   * where the app does not sync.
   */
  get authority(): Authority | undefined {
    if (this.#replica || !this.#isOn) return undefined;
    this.#authority ??= this.options.authority ?? this.#makeAuthority();
    this.#collectNow(this.#authority);
    return this.#authority;
  }

  #makeAuthority(): Authority {
    const { line } = this;
    return createAuthority({
      onError: this.#report,
      ...this.options,
      ...(line && { now: () => Date.now() + line.skewMs.peek() }),
      store: this.store!,
    });
  }

  /** Where the data is; `undefined` for an authority of the app's own, which keeps that to itself. */
  get store(): AuthorityStore | undefined {
    if (this.options.authority) return undefined;
    return this.#store ??= this.options.store ?? createMemoryAuthorityStore();
  }

  /** The copy that pages stand on, in a device process or a worker. */
  get replica(): LocalReplica | undefined {
    return this.#replica;
  }

  /**
   * From now on pages stand on this replica.
   *
   * @throws {ConfigError} when pages have used the authority already
   */
  useReplica(replica: LocalReplica): void {
    if (this.#authority) {
      throw new ConfigError(
        "cannot put this app on a replica: its pages have used the server's data already; do it " +
          "before the first request",
      );
    }
    this.#replica = replica;
  }

  identify(session: Session): SyncIdentity | undefined {
    if (this.#replica) return { userId: this.#replica.user };
    if (this.options.identify) return this.options.identify(session);
    const { userId } = session;
    return userId === undefined ? undefined : { userId };
  }

  scopeOf(identity: SyncIdentity): string {
    return this.options.scope?.(identity) ?? identity.userId;
  }

  // SyncSource

  placeOf(session: Session): string | undefined {
    if (this.#replica) return this.#replica.user;
    const identity = this.identify(session);
    return identity && JSON.stringify([identity.userId, this.scopeOf(identity)]);
  }

  open(session: Session, by: string): OwnedSyncCtx {
    if (this.#replica) return createSyncCtx(this.#replica);
    const { authority } = this;
    if (!authority) {
      throw new ConfigError(
        "cannot use ctx.sync: the app does not sync; give createVango({ sync: {} }), with a store " +
          "to keep the data",
      );
    }
    const identity = this.identify(session);
    if (!identity) {
      throw new SyncError(
        "signed-out",
        "Cannot use ctx.sync: nobody is signed in; sign the visitor in first, or say whose data " +
          "this is with createVango({ sync: { identify } })",
      );
    }
    const scope = this.scopeOf(identity);
    return createSyncCtx({ authority, identity, scope, by, onError: this.#report });
  }

  /** When somebody is there anyway: a timer would keep processes and tests alive. */
  #collectNow(authority: Authority): void {
    const now = Date.now();
    if (now < this.#collectAt) return;
    this.#collectAt = now + COLLECT_EVERY;
    authority.collect().catch((error) => this.#report(error));
  }
}

const services = new WeakMap<object, SyncService>();

/** What the pages of an app sync on, for the development tools. */
export function syncServiceOf(app: object): SyncService | undefined {
  return services.get(app);
}
