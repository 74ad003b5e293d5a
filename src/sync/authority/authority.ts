/** The server's side: the one place that says what is true. */

import { SyncError } from "../errors.ts";
import { type Random, randomId, secureRandom } from "../ids.ts";
import { MAX_COMMIT_TRIES } from "../limits.ts";
import { createPokeBus } from "../poke_bus.ts";
import type { AuthorityStore, PokeBus, StoreTx } from "../ports.ts";
import type { Change, Op, PullPage, PullRequest, PushResponse, Tx, TxResult } from "../protocol.ts";
import type { DecodedPush } from "../request_codec.ts";
import { beginEpoch, collect, firstMeta } from "./collect.ts";
import type { Loser, Row } from "./decide.ts";
import { Plan, rowsTouched } from "./plan.ts";
import { type SyncIdentity, type SyncPolicy, SyncRefusal } from "./policy.ts";
import { pullPage, rowsRange, sightOf, visibleChange } from "./pull.ts";
import { push } from "./push.ts";
import { SharedReads } from "./shared_reads.ts";
import { historyKey, isSameMeta, META_KEY } from "./records.ts";
import type { HistoryRecord, Meta } from "./records.ts";

/** Time that a device may be away before it has to load anew. */
const RETENTION_MS = 30 * 24 * 3600 * 1000;

/** Time after which a device that owes nothing is forgotten. */
const CLIENT_RETENTION_MS = 180 * 24 * 3600 * 1000;

/** What an authority is made from. */
export interface AuthorityOptions<Identity extends SyncIdentity = SyncIdentity>
  extends SyncPolicy<Identity> {
  /** Where the data is kept. */
  readonly store: AuthorityStore;
  /** Tells other nodes that a scope changed. Default: this process alone. */
  readonly pokes?: PokeBus;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /**
   * Where ids come from.
   *
   * @ignore
   */
  readonly random?: Random;
}

/** Some rows of one resource, as they were at one version of their scope. */
export interface RowsAt {
  /** The rows, in the order of their keys. */
  readonly rows: readonly Change[];
  /** The version of the scope that they are of. */
  readonly version: number;
}

/** A transaction that the server itself makes for a user. */
export interface DirectWrite {
  /** Names the writer among writers: a session, a job. */
  readonly by: string;
  /** What it does, in order; all of it or nothing. */
  readonly ops: readonly Op[];
  /** Conflicts that it settles, and the version in which each was seen. */
  readonly settles?: readonly (readonly [id: string, version: number])[];
}

/** The one place that says what is true. Made by {@linkcode createAuthority}. */
export interface Authority<Identity extends SyncIdentity = SyncIdentity> {
  /** What was given. */
  readonly policy: SyncPolicy<Identity>;
  /**
   * Takes what a device wrote.
   *
   * @throws {SyncRefusal}
   * @ignore
   */
  push(identity: Identity, request: DecodedPush): Promise<PushResponse>;
  /**
   * One page of what a device does not have.
   *
   * @throws {SyncRefusal}
   * @ignore
   */
  pull(identity: Identity, request: PullRequest): Promise<PullPage>;
  /** Takes a transaction at once. @throws {SyncRefusal} `busy` */
  write(identity: Identity, scope: string, write: DirectWrite): Promise<Omit<TxResult, "seq">>;
  /** The rows of one resource that this identity may read; none when it may not. */
  rows(
    identity: Identity,
    scope: string,
    name: string,
    query?: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<RowsAt>;
  /** What changed after a version, or `undefined` when that is too long ago to say. */
  changesSince(identity: Identity, scope: string, version: number): Promise<RowsAt | undefined>;
  /** Values of one record that lost against later ones, newest first. */
  history(identity: Identity, scope: string, name: string, key: string): Promise<readonly Loser[]>;
  /** Calls back after each change of a scope, on whichever node it was made. */
  subscribe(scope: string, onChange: () => void): () => void;
  /** Forgets old tombstones and clients, in every scope; to be run once a day. */
  collect(options?: { readonly retentionMs?: number }): Promise<void>;
  /**
   * To be called once after the store was restored from a backup, before it serves: devices then
   * load anew, send again what was not confirmed, and show what the backup did not have.
   */
  beginEpoch(): Promise<void>;
}

/**
 * Makes an authority on a store.
 *
 * @example
 * ```ts
 * import { createAuthority } from "./authority.ts";
 * import { createMemoryAuthorityStore } from "../memory_store.ts";
 * const authority = createAuthority({ store: createMemoryAuthorityStore() });
 * const ana = { userId: "ana" };
 * const put = { res: "note", key: "", op: "put", value: "hello", base: 0 } as const;
 * await authority.write(ana, "home", { by: "a-script", ops: [put] });
 * const { rows } = await authority.rows(ana, "home", "note");
 * console.assert(rows[0]?.[3] === "hello");
 * ```
 */
export function createAuthority<Identity extends SyncIdentity = SyncIdentity>(
  options: AuthorityOptions<Identity>,
): Authority<Identity> {
  return new StoredAuthority(options);
}

class StoredAuthority<Identity extends SyncIdentity> implements Authority<Identity> {
  readonly policy: SyncPolicy<Identity>;
  readonly store: AuthorityStore;
  readonly now: () => number;
  readonly #random: Random;
  readonly #pokes: PokeBus;
  readonly #reads: SharedReads;

  constructor(options: AuthorityOptions<Identity>) {
    this.policy = options;
    this.store = options.store;
    this.#reads = new SharedReads(options.store);
    this.now = options.now ?? Date.now;
    this.#random = options.random ?? secureRandom;
    this.#pokes = options.pokes ?? createPokeBus();
  }

  meta = async (scope: string): Promise<Meta> => {
    const known = await this.store.tx(scope, "read", (tx) => tx.get(META_KEY));
    if (known) return known as Meta;
    const first = firstMeta(this.#random, this.now());
    return await this.store.tx(scope, "write", async (tx) => {
      const other = await tx.get(META_KEY);
      if (other) return other as Meta;
      tx.put(META_KEY, first);
      return first;
    });
  };

  async push(identity: Identity, request: DecodedPush): Promise<PushResponse> {
    this.#admit(identity, request);
    const { response, changed } = await this.#guard(() => push(this, identity, request));
    if (changed) this.#pokes.publish(request.scope);
    return response;
  }

  async pull(identity: Identity, request: PullRequest): Promise<PullPage> {
    this.#admit(identity, request);
    const sight = await sightOf(this.policy, identity);
    return await this.#guard(async () => {
      await this.meta(request.scope);
      return await this.store.tx(
        request.scope,
        "read",
        (tx) => pullPage(tx, request, sight, this.now()),
      );
    });
  }

  async write(
    identity: Identity,
    scope: string,
    write: DirectWrite,
  ): Promise<Omit<TxResult, "seq">> {
    await this.meta(scope);
    for (let tries = 0; tries < MAX_COMMIT_TRIES; tries++) {
      const result = await this.#guard(() => this.#tryWrite(identity, scope, write));
      if (!result) continue;
      if (result.version !== undefined) this.#pokes.publish(scope);
      return result;
    }
    throw new SyncRefusal("busy", "Cannot write now: too many others write here; try again");
  }

  async #tryWrite(
    identity: Identity,
    scope: string,
    write: DirectWrite,
  ): Promise<Omit<TxResult, "seq"> | undefined> {
    const mid = randomId(this.#random);
    const draft: Tx = { ...write, seq: 0, mid, at: 0 };
    const seen = await this.store.tx(scope, "read", async (tx) => {
      const rows = new Map<string, Row | undefined>();
      for (const [id, key] of rowsTouched(identity.userId, write.by, [draft])) {
        rows.set(id, await tx.get(key) as Row | undefined);
      }
      return { meta: await tx.get(META_KEY) as Meta, rows };
    });
    const at = Math.max(this.now(), seen.meta.clock);
    const plan = new Plan(this.policy, seen.meta, seen.rows, at);
    const writer = { identity, by: write.by, former: [], at };
    const result = await plan.add(writer, { ...draft, seq: seen.meta.version + 1, at });
    if (result.status === "rejected") return result;
    const committed = await this.store.tx(scope, "write", async (tx) => {
      const meta = await tx.get(META_KEY) as Meta;
      if (!isSameMeta(meta, seen.meta)) return false;
      await plan.write(tx);
      return true;
    });
    return committed ? result : undefined;
  }

  async rows(
    identity: Identity,
    scope: string,
    name: string,
    query: { readonly prefix?: string; readonly after?: string; readonly limit?: number } = {},
  ): Promise<RowsAt> {
    const sight = await sightOf(this.policy, identity);
    const { prefix = "", after, limit } = query;
    const res = name.startsWith("~") ? sight.conflicts : name;
    return await this.store.tx(scope, "read", async (tx) => {
      const rows: Change[] = [];
      let range = rowsRange(res, prefix, after);
      while (rows.length < (limit ?? Infinity)) {
        const entries = await tx.range({ ...range, ...(limit && { limit }) });
        for (const [, value] of entries) {
          const change = (value as Row).deleted ? undefined : visibleChange(value as Row, sight);
          if (change && rows.length < (limit ?? Infinity)) rows.push(change);
        }
        if (!limit || entries.length < limit) break;
        range = { ...range, from: `${entries.at(-1)![0]}\x01` };
      }
      return { rows, version: await versionIn(tx) };
    });
  }

  async changesSince(
    identity: Identity,
    scope: string,
    version: number,
  ): Promise<RowsAt | undefined> {
    const sight = await sightOf(this.policy, identity);
    const changed = await this.#reads.changedSince(scope, version);
    if (!changed) return undefined;
    const rows: Change[] = [];
    for (const row of changed.rows) {
      const change = visibleChange(row, sight);
      if (change) rows.push(change);
    }
    return { rows, version: changed.version };
  }

  async history(
    identity: Identity,
    scope: string,
    name: string,
    key: string,
  ): Promise<readonly Loser[]> {
    const sight = await sightOf(this.policy, identity);
    if (sight.names && !sight.names.has(name)) return [];
    const kept = await this.store.tx(scope, "read", (tx) => tx.get(historyKey(name, key)));
    return (kept ?? []) as HistoryRecord;
  }

  subscribe(scope: string, onChange: () => void): () => void {
    return this.#pokes.subscribe(scope, onChange);
  }

  async collect(options: { readonly retentionMs?: number } = {}): Promise<void> {
    const now = this.now();
    const limits = {
      before: now - (options.retentionMs ?? RETENTION_MS),
      clientsBefore: now - CLIENT_RETENTION_MS,
    };
    for (const scope of await this.store.scopes()) await collect(this.store, scope, limits);
  }

  async beginEpoch(): Promise<void> {
    for (const scope of await this.store.scopes()) {
      await this.store.tx(scope, "write", async (tx) => {
        const meta = await tx.get(META_KEY) as Meta | undefined;
        if (meta) tx.put(META_KEY, beginEpoch(meta, this.#random, this.now()));
      });
      this.#pokes.publish(scope);
    }
  }

  /** @throws {SyncRefusal} before anything is read */
  #admit(identity: Identity, request: DecodedPush | PullRequest): void {
    if (request.user !== identity.userId) {
      throw new SyncRefusal("wrong-user", "Cannot sync: the device holds another user's data");
    }
    const { schema = 0, minSchema = 0 } = this.policy;
    if (request.schema < minSchema) {
      throw new SyncRefusal("upgrade", "Cannot sync: this version of the app is too old");
    }
    if (request.schema > schema) {
      throw new SyncRefusal("busy", "Cannot sync yet: the server runs an older version of the app");
    }
  }

  /** The store's contention as the protocol says it. */
  async #guard<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (cause) {
      if (!(cause instanceof SyncError) || (cause.code !== "busy" && cause.code !== "store")) {
        throw cause;
      }
      throw new SyncRefusal("busy", "Cannot sync now: the store is busy; try again", {}, { cause });
    }
  }
}

async function versionIn(tx: StoreTx): Promise<number> {
  return (await tx.get(META_KEY) as Meta | undefined)?.version ?? 0;
}
