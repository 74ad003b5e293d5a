/**
 * `ctx.sync` on the server: a live session reads and writes the authority itself. What it shows is
 * in memory and brought up to date by pokes, so that reading is synchronous, as on a device.
 */

import { batch, signal, untracked } from "@preact/signals-core";
import type { SyncOutcome, SyncStatus } from "../../contract/sync.ts";
import type { Authority } from "../authority/authority.ts";
import { type SyncIdentity, SyncRefusal } from "../authority/policy.ts";
import { type Draft, draftOps } from "../draft.ts";
import { SyncError } from "../errors.ts";
import { type Random, randomId, secureRandom } from "../ids.ts";
import { Turns } from "../memory_store.ts";
import { CONFLICTS, type Op, type Tx, type TxResult } from "../protocol.ts";
import type { LetterRecord, LostRecord } from "../replica/records.ts";
import { View } from "../view.ts";
import type { SyncBackend } from "./backend.ts";

export interface AuthorityBackendOptions<Identity extends SyncIdentity> {
  readonly authority: Authority<Identity>;
  readonly identity: Identity;
  readonly scope: string;
  /** Names the session among writers. Default: a new id. */
  readonly by?: string;
  readonly random?: Random;
  /** Hears of failures in the background: a store that is away when a poke comes. */
  readonly onError?: (error: unknown) => void;
}

export class AuthorityBackend<Identity extends SyncIdentity> implements SyncBackend {
  readonly view: View = new View((res) => this.#at.get(res) ?? 0);
  readonly ready: Promise<void>;
  readonly #options: AuthorityBackendOptions<Identity>;
  readonly #by: string;
  readonly #random: Random;
  readonly #turns = new Turns();
  readonly #unsubscribe: () => void;
  /** The version that every resource in memory is at, once it was brought up to date. */
  readonly #at = new Map<string, number>();
  readonly #version = signal(0);
  #catchingUp = false;
  #isClosed = false;

  constructor(options: AuthorityBackendOptions<Identity>) {
    this.#options = options;
    this.#random = options.random ?? secureRandom;
    this.#by = options.by ?? randomId(this.#random);
    this.#unsubscribe = options.authority.subscribe(options.scope, () => this.#poked());
    this.ready = this.load(CONFLICTS);
    this.ready.catch((error) => this.#report(error));
  }

  get letters(): readonly LetterRecord[] {
    return [];
  }

  get status(): SyncStatus {
    const { view } = this;
    void this.#version.value;
    return {
      phase: "idle",
      online: true,
      syncing: false,
      pending: view.unacked,
      oldestPendingAge: undefined,
      lastSync: undefined,
      lastError: undefined,
      conflicts: view.size(CONFLICTS),
      dead: 0,
      skewMs: 0,
      initial: undefined,
      stuck: false,
    };
  }

  async load(res: string): Promise<void> {
    await this.#turns.run(async () => {
      const { authority, identity, scope } = this.#options;
      const { rows, version } = await authority.rows(identity, scope, res);
      if (this.#isClosed) return;
      this.view.load(res, rows.map(([, key, version, value]) => ({ key, version, value })));
      this.#at.set(res, version);
      this.#version.value++;
    });
  }

  async page(
    res: string,
    query: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<{ key: string; value: unknown }[]> {
    const { authority, identity, scope } = this.#options;
    const { rows } = await authority.rows(identity, scope, res, query);
    return rows.map(([, key, , value]) => ({ key, value }));
  }

  seen(res: string, key: string): number {
    void this.#version.value;
    return this.view.seen(res, key).version;
  }

  write(drafts: readonly Draft[], settles?: Tx["settles"]): Promise<void> {
    if (this.#isClosed) {
      throw new SyncError("closed", "Cannot write: the session has ended; write in a live one");
    }
    const write = untracked(() => this.#begin(drafts, settles));
    // Who does not wait for it sees it all the same: the value falls back.
    write.catch(() => {});
    return write;
  }

  #begin(drafts: readonly Draft[], settles: Tx["settles"]): Promise<void> {
    const { view } = this;
    const { ops } = draftOps(view, drafts);
    const mid = randomId(this.#random);
    view.addEntry({ mid, seq: Infinity, at: 0, ops, replay: true, acked: false });
    return this.#commit(mid, ops, settles);
  }

  async #commit(mid: string, ops: readonly Op[], settles: Tx["settles"]): Promise<void> {
    const { authority, identity, scope } = this.#options;
    try {
      const by = this.#by;
      const write = { by, ops, ...(settles?.length && { settles }) };
      const result = await authority.write(identity, scope, write);
      if (result.status === "rejected") throw refused(result);
      // What we show must have it before we stop showing what was written.
      await this.#catchUp();
    } catch (error) {
      if (error instanceof SyncRefusal) {
        throw new SyncError("busy", "Cannot write now: the store is busy; try again", {
          cause: error,
        });
      }
      throw error;
    } finally {
      this.view.removeEntry(mid);
    }
  }

  async lost(res: string, key: string): Promise<LostRecord[]> {
    const { authority, identity, scope } = this.#options;
    const losers = await authority.history(identity, scope, res, key);
    return losers.map(({ value, at }) => ({ res, key, at, ...(value !== undefined && { value }) }));
  }

  dismiss(): Promise<void> {
    return Promise.reject(noLetter());
  }

  retry(): Promise<void> {
    return Promise.reject(noLetter());
  }

  async force(): Promise<SyncOutcome> {
    try {
      await this.#catchUp();
      return { ok: true, pushed: 0, pulled: 0, error: undefined };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, pushed: 0, pulled: 0, error: { code: "store", message } };
    }
  }

  /** What was shown goes with the user: a page may outlive a log-out. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    for (const res of this.view.loadedNames()) this.view.load(res, []);
    this.#at.clear();
  }

  /** Many pokes that come while one is answered are answered once. */
  #poked(): void {
    if (this.#catchingUp || this.#isClosed) return;
    this.#catchingUp = true;
    this.#turns.run(async () => {
      this.#catchingUp = false;
      if (!this.#isClosed) await this.#readChanges();
    }).catch((error) => this.#report(error));
  }

  async #catchUp(): Promise<void> {
    await this.#turns.run(() => this.#readChanges());
  }

  async #readChanges(): Promise<void> {
    if (this.#at.size === 0) return;
    const { authority, identity, scope } = this.#options;
    const since = Math.min(...this.#at.values());
    const changes = await authority.changesSince(identity, scope, since);
    if (this.#isClosed) return;
    if (!changes) return await this.#readAll();
    batch(() => {
      for (const [res, key, version, value] of changes.rows) {
        this.view.setRow(res, key, version, value);
      }
    });
    for (const res of this.#at.keys()) this.#at.set(res, changes.version);
    if (changes.version !== since) this.#version.value++;
  }

  /** After too long, or a new epoch. */
  async #readAll(): Promise<void> {
    const { authority, identity, scope } = this.#options;
    for (const res of [...this.#at.keys()]) {
      const { rows, version } = await authority.rows(identity, scope, res);
      if (this.#isClosed) return;
      this.view.load(res, rows.map(([, key, version, value]) => ({ key, version, value })));
      this.#at.set(res, version);
    }
    this.#version.value++;
  }

  #report(error: unknown): void {
    this.#options.onError?.(error);
  }
}

function refused(result: Omit<TxResult, "seq">): SyncError {
  const code = result.reason === "forbidden"
    ? "forbidden"
    : result.reason === "invalid"
    ? "invalid"
    : result.reason === "no-record"
    ? "no-record"
    : "rejected";
  return new SyncError(code, `Cannot write: ${result.message ?? "the server refused it"}`);
}

function noLetter(): SyncError {
  return new SyncError("no-letter", "Cannot find this refused write: on the server none is kept");
}
