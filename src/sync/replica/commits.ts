/**
 * The one way to the store: a transaction, then the memory, then the other tabs, one after the
 * other. So memory is always the store as of some commit, and never half of two.
 */

import { SyncError } from "../errors.ts";
import { Turns } from "../memory_store.ts";
import type { ReplicaStore, StoreTx } from "../ports.ts";
import type { Tx } from "../protocol.ts";
import type { Delta, ReplicaChannel } from "./channel.ts";
import { readLog } from "./log.ts";
import type { ReplicaMemory } from "./memory.ts";
import { mustBelong } from "./open.ts";
import { type BaseRow, readRows } from "./pages.ts";
import { basePrefix, type LetterRecord, META_KEY, type ReplicaMeta } from "./records.ts";

export interface CommitsOptions {
  readonly store: ReplicaStore;
  readonly owner: { readonly user: string; readonly scope: string; readonly schema: number };
  readonly memory: ReplicaMemory;
  readonly channel: ReplicaChannel | undefined;
  /** What is shown and not durable yet. */
  readonly unsaved: () => readonly Omit<Tx, "seq">[];
  /** Another tab appended to the log. */
  readonly onAppended: () => void;
}

export interface StepOutcome<T> {
  readonly meta: ReplicaMeta;
  readonly delta: Omit<Delta, "meta">;
  readonly result: T;
}

export class Commits {
  readonly #options: CommitsOptions;
  readonly #turns = new Turns();
  readonly #stopListening: () => void;
  #closed = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
    this.#stopListening = options.channel?.listen((delta) => this.#hear(delta)) ?? (() => {});
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Runs one step in a transaction, brings the memory in line, and tells the other tabs.
   *
   * @param step may run more than once; undefined changes nothing
   * @param onDurable runs after the commit, before the memory is brought in line
   * @throws {SyncError} after which nothing was written
   */
  commit<T>(
    step: (tx: StoreTx, meta: ReplicaMeta) => Promise<StepOutcome<T> | undefined>,
    onDurable?: () => void,
  ): Promise<T | undefined> {
    return this.#turns.run(async () => {
      this.#mustBeOpen();
      const done = await this.#options.store.tx("write", async (tx) => {
        const before = await this.#mustMeta(tx);
        const outcome = await step(tx, before);
        if (!outcome) return undefined;
        const meta = { ...outcome.meta, rev: before.rev + 1 };
        tx.put(META_KEY, meta);
        return { ...outcome, before: before.rev, meta };
      });
      if (!done) return undefined;
      onDurable?.();
      const delta: Delta = { ...done.delta, meta: done.meta };
      const { memory, channel } = this.#options;
      if (memory.isAt(done.before) && !delta.reload) memory.apply(delta);
      else {
        memory.setStale();
        // It is durable, so it must not fail now: the next transaction reads anew.
        await this.#reload().catch(() => {});
      }
      channel?.post(delta);
      return done.result;
    });
  }

  /**
   * Reads in a transaction, brings the memory in line if it is behind, and hands over the result.
   *
   * @param fn may run more than once
   */
  read<T>(
    fn: (tx: StoreTx, meta: ReplicaMeta) => Promise<T>,
    take?: (result: T) => void,
  ): Promise<T> {
    return this.#turns.run(async () => {
      this.#mustBeOpen();
      const { store, memory } = this.#options;
      const readOnce = () =>
        store.tx("read", async (tx) => {
          const meta = await this.#mustMeta(tx);
          return { result: await fn(tx, meta), rev: meta.rev };
        });
      let { result, rev } = await readOnce();
      // What is handed over must be of the commit that memory is at: another tab may have written
      // between the two transactions.
      while (!memory.isAt(rev)) {
        await this.#reload();
        if (!memory.isAt(rev)) ({ result, rev } = await readOnce());
      }
      take?.(result);
      return result;
    });
  }

  /** Fulfilled after everything that was begun before. */
  async turn(): Promise<void> {
    await this.#turns.run(() => Promise.resolve());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    await this.#turns.run(async () => await this.#options.store.close());
  }

  #hear(delta: Delta): void {
    const { memory, onAppended } = this.#options;
    this.#turns.run(async () => {
      if (this.#closed || memory.isPast(delta.meta.rev)) return;
      if (memory.isAt(delta.meta.rev - 1) && !delta.reload) memory.apply(delta);
      else await this.#reload();
      if (delta.append || delta.reload) onAppended();
    }).catch(() => memory.setStale());
  }

  async #reload(): Promise<void> {
    const { store, memory, unsaved } = this.#options;
    const names = memory.view.loadedNames();
    const state = await store.tx("read", async (tx) => {
      const meta = await this.#mustMeta(tx);
      const rows: [string, BaseRow[]][] = [];
      for (const res of names) rows.push([res, await readRows(tx, basePrefix(meta.gen, res))]);
      return { meta, rows, ...await readLog(tx), letters: await readLetters(tx) };
    });
    memory.replace(state, unsaved());
  }

  async #mustMeta(tx: StoreTx): Promise<ReplicaMeta> {
    const meta = await tx.get(META_KEY) as ReplicaMeta | undefined;
    mustBelong(meta, this.#options.owner);
    if (meta.schema === this.#options.owner.schema) return meta;
    throw new SyncError("newer", "Cannot go on: another tab runs a newer app; load this one anew");
  }

  #mustBeOpen(): void {
    if (!this.#closed) return;
    throw new SyncError("closed", "Cannot use this replica: it was closed; open it again");
  }
}

/** What the server refused, in the order in which it came to be known. */
export async function readLetters(tx: StoreTx, without?: string): Promise<LetterRecord[]> {
  const entries = await tx.range({ from: "d/", before: "d/\x7f" });
  return entries.map(([, value]) => value as LetterRecord)
    .filter(({ id }) => id !== without)
    .sort((a, b) => a.nth - b.nth);
}
