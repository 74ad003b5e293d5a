/**
 * One device's copy: what the server confirmed, and what was written here since.
 *
 * ```
 * write      check → show → append to the log, with everything else that waits → durable
 * push       log from `acked` on → outcomes → `acked` moves, refusals become letters
 * pull       rows + "your transactions up to here are in them" → one commit → `included` moves
 * dropped    when answered and delivered back, never before
 * ```
 *
 * Two numbers, because the answer to a push and the pull that brings its effect are two messages,
 * and either may be lost. Rejected: dropping at the answer (the value would fall back to the old
 * one until the pull comes, then jump again), and dropping at the pull (a refusal would never be
 * heard of).
 */

import { untracked } from "@preact/signals-core";
import type { CollectionQuery } from "../../contract/sync.ts";
import { ageOf, type Clock, systemClock } from "../clock.ts";
import { type Draft, draftOps } from "../draft.ts";
import { SyncError } from "../errors.ts";
import { type Random, randomId, secureRandom } from "../ids.ts";
import { PAGE_ROWS } from "../limits.ts";
import { effectOf } from "../ops.ts";
import type { ReplicaStore, StoreTx } from "../ports.ts";
import { CONFLICTS, type Tx } from "../protocol.ts";
import type { Row } from "../resource_rows.ts";
import { type Entry, startOf, View } from "../view.ts";
import { Appends } from "./appends.ts";
import type { ReplicaChannel } from "./channel.ts";
import { Commits } from "./commits.ts";
import { readLetters } from "./letters.ts";
import { ReplicaMemory } from "./memory.ts";
import { type Migration, openStore } from "./open.ts";
import { readRows, rowsFrom } from "./pages.ts";
import {
  basePrefix,
  letterKey,
  type LetterRecord,
  type LostRecord,
  type Owner,
  type ReplicaMeta,
} from "./records.ts";
import { under } from "./store_pages.ts";

export interface ReplicaOptions {
  readonly store: ReplicaStore;
  /** Whose data it is; the server must know the sender as the same. */
  readonly user: string;
  /** Which part of the server's data. Default: the server's choice for this user. */
  readonly scope?: string | undefined;
  /** The version of the app's data. Default 0. */
  readonly schema?: number | undefined;
  /** Brings what is on the device to this version. Without it, values stay as they are. */
  readonly migrate?: Migration | undefined;
  /** The other tabs on the same store. */
  readonly channel?: ReplicaChannel | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Rows in one page of the base. */
  readonly pageRows?: number;
}

/** A transaction on its way into the log. */
export interface Write {
  readonly mid: string;
  /** Fulfilled when it will survive a crash. */
  readonly durable: Promise<void>;
}

/**
 * Opens the copy on a store.
 *
 * @throws {SyncError} `wrong-user` when the store holds another user's data, `newer` when a newer
 * version of the app wrote it
 *
 * @example
 * ```ts
 * import { createMemoryReplicaStore } from "../memory_store.ts";
 * import { openReplica } from "./replica.ts";
 * const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
 * await replica.write([{ res: "note", key: "", op: "put", value: "hello" }]).durable;
 * console.assert(replica.view.get("note", "") === "hello");
 * await replica.close();
 * ```
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { user, scope = "", schema = 0, migrate, random = secureRandom } = options;
  const owner = { user, scope, schema };
  const newClientId = (): string => randomId(random);
  const meta = await openStore(options.store, owner, { migrate, newClientId });
  const replica = new Replica(options, owner, meta);
  await replica.load(CONFLICTS);
  return replica;
}

export class Replica {
  readonly clock: Clock;
  readonly random: Random;
  /** Rows in one page of the base. */
  readonly pageRows: number;
  /** The way to the store. */
  readonly commits: Commits;
  readonly #memory: ReplicaMemory;
  readonly #appends: Appends;
  readonly #onWork = new Set<() => void>();

  /** Caller must use {@linkcode openReplica}. */
  constructor(options: ReplicaOptions, owner: Owner, meta: ReplicaMeta) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? secureRandom;
    this.pageRows = options.pageRows ?? PAGE_ROWS;
    const memory = new ReplicaMemory(meta);
    const onAppended = (): void => {
      for (const fn of this.#onWork) fn();
    };
    this.commits = new Commits({
      store: options.store,
      channel: options.channel,
      owner,
      memory,
      unsaved: () => this.#appends.unsaved,
      onAppended,
    });
    this.#memory = memory;
    this.#appends = new Appends(this.commits, memory, onAppended);
  }

  get view(): View {
    return this.#memory.view;
  }

  /** What is known of the store. Reactive. */
  get meta(): Readonly<ReplicaMeta> {
    return this.#memory.meta;
  }

  /** What the server refused, in the order in which that came to be known. Reactive. */
  get letters(): readonly LetterRecord[] {
    return this.#memory.letters;
  }

  /** How long ago a write of this device was made, in milliseconds. */
  ageOf(entry: Entry): number {
    return ageOf(this.clock, entry.written, entry.at);
  }

  /** Calls back when there may be something to send. */
  onWork(fn: () => void): () => void {
    this.#onWork.add(fn);
    return () => this.#onWork.delete(fn);
  }

  /**
   * Writes one transaction: seen at once, durable when the promise says so. When the device has no
   * room, the promise is rejected and the write is not seen any more.
   *
   * @throws {SyncError} `not-plain`, `too-large`, `bad-name`, `no-record`, `closed`; nothing is written then
   */
  write(drafts: readonly Draft[], settles?: Tx["settles"]): Write {
    if (this.commits.isClosed) {
      throw new SyncError("closed", "Cannot write: the replica was closed; open it again");
    }
    return untracked(() => {
      const { ops, length } = draftOps(this.view, drafts);
      const mid = randomId(this.random);
      const tx = { mid, at: this.clock.now(), ops, ...(settles?.length && { settles }) };
      const blind = ops.filter(({ res }) => !this.view.isLoaded(res));
      this.#memory.show(tx, this.clock.monotonic());
      return { mid, durable: this.#appends.add({ tx, length, blind }) };
    });
  }

  /** Brings one resource into memory. */
  async load(res: string): Promise<void> {
    await this.commits.read(
      (tx, meta) => readRows(tx, basePrefix(meta.gen, res)),
      (rows) => this.view.load(res, rows),
    );
  }

  /** Some records of a resource, in the order of keys, without loading it. */
  async page(res: string, query: CollectionQuery): Promise<{ key: string; value: unknown }[]> {
    const { prefix = "", limit = Infinity } = query;
    const entries = [...this.view.entries()];
    const touched = new Set(
      entries.flatMap(({ ops }) => ops.filter((op) => op.res === res).map(({ key }) => key)),
    );
    const found = await this.commits.read(async (tx, meta) => {
      const rows: Row[] = [];
      let taken = 0;
      for await (const row of rowsFrom(tx, basePrefix(meta.gen, res), startOf(query))) {
        if (taken >= limit || !row.key.startsWith(prefix)) break;
        // What entries touch may be deleted by them: it does not count towards the limit.
        if (!touched.has(row.key)) taken++;
        rows.push(row);
      }
      return rows;
    });
    const view = new View();
    view.load(res, found);
    for (const entry of entries) view.addEntry({ ...entry });
    return view.page(res, query);
  }

  /** Values of one record that this device wrote and that lost, newest first. */
  async lost(res: string, key: string): Promise<LostRecord[]> {
    const all = await this.commits.read((tx) => tx.range(under("h/")));
    return all.map(([, value]) => value as LostRecord)
      .filter((lost) => lost.res === res && lost.key === key)
      .reverse();
  }

  /** @throws {SyncError} `no-letter` */
  async dismiss(id: string): Promise<void> {
    await this.commits.commit(async ({ tx, delta }) => {
      await mustLetter(tx, id);
      tx.delete(letterKey(id));
      delta.letters = await readLetters(tx);
      return true;
    });
  }

  /** Writes what a letter holds again. @throws {SyncError} `no-letter` */
  async retry(id: string): Promise<void> {
    const letter = await this.commits.read((tx) => mustLetter(tx, id));
    const drafts = letter.writes.map(({ name, key, kind, value }): Draft => ({
      res: name,
      key,
      ...effectOf(kind, value),
    }));
    await this.write(drafts).durable;
    await this.dismiss(id);
  }

  /** Reads anew if another tab wrote and we did not hear of it. */
  async refresh(): Promise<void> {
    await this.commits.read(() => Promise.resolve());
  }

  /** Fulfilled when everything written before is durable, or was refused by the device. */
  flushed(): Promise<void> {
    return this.#appends.flushed();
  }

  /** Ends it, after what was written is durable. */
  async close(): Promise<void> {
    if (this.commits.isClosed) return;
    await this.flushed();
    await this.commits.close();
  }
}

async function mustLetter(tx: StoreTx, id: string): Promise<LetterRecord> {
  const letter = await tx.get(letterKey(id));
  if (letter) return letter as LetterRecord;
  throw new SyncError("no-letter", "Cannot find this refused write: it was dismissed already");
}
