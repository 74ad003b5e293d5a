/**
 * The one way to the store: a transaction, then the memory, then the other tabs, one after the
 * other. So memory is always the store as of some commit, and never half of two.
 */

import { SyncError } from "../errors.ts";
import { Turns } from "../memory_store.ts";
import type { ReplicaStore, StoreTx } from "../ports.ts";
import type { Tx } from "../protocol.ts";
import type { Delta, ReplicaChannel } from "./channel.ts";
import { readLetters } from "./letters.ts";
import { readLog } from "./log.ts";
import type { ReplicaMemory } from "./memory.ts";
import { mustBelong } from "./open.ts";
import type { Row } from "../resource_rows.ts";
import { readRows } from "./pages.ts";
import { basePrefix, META_KEY, type Owner, type ReplicaMeta } from "./records.ts";

export interface CommitsOptions {
  readonly store: ReplicaStore;
  readonly owner: Owner;
  readonly memory: ReplicaMemory;
  readonly channel: ReplicaChannel | undefined;
  /** What is shown and not durable yet. */
  readonly unsaved: () => readonly Omit<Tx, "seq">[];
  /** Another tab appended to the log. */
  readonly onAppended: () => void;
}

/** A commit while it is put together. */
export interface Step {
  readonly tx: StoreTx;
  /** As stored; a step sets what changes, field by field, and never within a field. */
  readonly meta: ReplicaMeta;
  /** What memories are to take over from it. */
  readonly delta: Delta;
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
   * @param step may run more than once; undefined, before it wrote anything, changes nothing
   * @param onDurable runs after the commit, before the memory is brought in line
   * @throws {SyncError} after which nothing was written
   */
  commit<T>(
    step: (step: Step) => Promise<T | undefined>,
    onDurable?: () => void,
  ): Promise<T | undefined> {
    return this.#turn(async () => {
      const { store, channel } = this.#options;
      const done = await store.tx("write", async (tx) => {
        const meta = { ...await this.#mustMeta(tx) };
        const delta: Delta = { meta };
        const result = await step({ tx, meta, delta });
        if (result === undefined) return undefined;
        meta.rev++;
        tx.put(META_KEY, meta);
        return { result, delta };
      });
      if (!done) return undefined;
      onDurable?.();
      await this.#take(done.delta);
      channel?.post(done.delta);
      return done.result;
    });
  }

  /**
   * Reads in a transaction, brings the memory in line if it is behind, and hands over the result.
   *
   * @param fn may run more than once
   */
  read<T>(
    fn: (tx: StoreTx, meta: Readonly<ReplicaMeta>) => Promise<T>,
    take?: (result: T) => void,
  ): Promise<T> {
    return this.#turn(async () => {
      const { store, memory } = this.#options;
      for (;;) {
        const { result, rev } = await store.tx("read", async (tx) => {
          const meta = await this.#mustMeta(tx);
          return { result: await fn(tx, meta), rev: meta.rev };
        });
        // What is handed over must be of the commit that memory is at: another tab may have written
        // between the two transactions.
        if (memory.rev !== rev) await this.#reload();
        if (memory.rev !== rev) continue;
        take?.(result);
        return result;
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    await this.#turns.run(async () => await this.#options.store.close());
  }

  /** In its turn, if it is still open then. */
  #turn<T>(fn: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      if (!this.#closed) return await fn();
      throw new SyncError("closed", "Cannot use this replica: it was closed; open it again");
    });
  }

  #hear(delta: Readonly<Delta>): void {
    const { memory, onAppended } = this.#options;
    this.#turn(async () => {
      if (memory.rev >= delta.meta.rev) return;
      await this.#take(delta);
      if (delta.append || delta.reload) onAppended();
    }).catch(() => memory.setStale());
  }

  /** Brings the memory in line with a commit. */
  async #take(delta: Readonly<Delta>): Promise<void> {
    const { memory } = this.#options;
    if (memory.rev === delta.meta.rev - 1 && !delta.reload) return memory.apply(delta);
    memory.setStale();
    // It is durable, so it must not fail now: the next transaction reads anew.
    await this.#reload().catch(() => {});
  }

  async #reload(): Promise<void> {
    const { store, memory, unsaved } = this.#options;
    const names = memory.view.loadedNames();
    const state = await store.tx("read", async (tx) => {
      const meta = await this.#mustMeta(tx);
      const rows: [string, Row[]][] = [];
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
}
