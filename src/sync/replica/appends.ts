/**
 * Writes on their way into the log. Those that are made while a commit is under way share the next
 * one: what a commit costs is the disk's answer, however much is in it.
 */

import type { StoreTx } from "../ports.ts";
import type { Op, Tx } from "../protocol.ts";
import type { Commits } from "./commits.ts";
import { appendLog } from "./log.ts";
import type { ReplicaMemory } from "./memory.ts";
import { readRow } from "./pages.ts";
import { basePrefix, type LogTx, type ReplicaMeta } from "./records.ts";

/** A transaction that is shown and not durable yet. */
export interface Append {
  readonly tx: Omit<Tx, "seq">;
  /** Characters of JSON, about. */
  readonly length: number;
  /** Ops on what was not in memory: what they stand on is looked up in the store. */
  readonly blind: readonly Op[];
}

interface Waiting extends Append {
  readonly durable: PromiseWithResolvers<void>;
}

/** Transactions that one commit may take along. */
const MOST_IN_COMMIT = 10_000;

export class Appends {
  readonly #commits: Commits;
  readonly #memory: ReplicaMemory;
  readonly #onAppended: () => void;
  readonly #waiting = new Set<Waiting>();
  #flushing = false;

  constructor(commits: Commits, memory: ReplicaMemory, onAppended: () => void) {
    this.#commits = commits;
    this.#memory = memory;
    this.#onAppended = onAppended;
  }

  /** What is not durable yet, in order. */
  get unsaved(): Append["tx"][] {
    return Array.from(this.#waiting, ({ tx }) => tx);
  }

  /** Fulfilled when it will survive a crash. */
  add(append: Append): Promise<void> {
    const durable = Promise.withResolvers<void>();
    this.#waiting.add({ ...append, durable });
    if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.#flush());
    }
    return durable.promise;
  }

  /** Fulfilled when everything that was added before is durable, or was refused. */
  async flushed(): Promise<void> {
    await Promise.allSettled(Array.from(this.#waiting, ({ durable }) => durable.promise));
  }

  async #flush(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, MOST_IN_COMMIT);
      await this.#save(batch).catch(async (error) => {
        if (batch.length === 1) return this.#drop(batch[0]!, error);
        // One write that does not fit must not take those beside it along.
        for (const one of batch) await this.#save([one]).catch((error) => this.#drop(one, error));
      });
    }
    this.#flushing = false;
  }

  #drop(one: Waiting, error: unknown): void {
    this.#waiting.delete(one);
    this.#memory.forget(one.tx.mid);
    // Who does not wait for it sees it all the same: the value falls back.
    one.durable.promise.catch(() => {});
    one.durable.reject(error);
  }

  async #save(batch: readonly Waiting[]): Promise<void> {
    await this.#commits.commit(async ({ tx, meta, delta }) => {
      const append: LogTx[] = [];
      for (const { tx: item, blind } of batch) {
        const ops = blind.length > 0 ? await lookUp(tx, meta, item.ops, blind) : item.ops;
        const { mid, at, settles } = item;
        append.push({ seq: meta.nextSeq++, mid, at, ops, ...(settles && { settles }) });
      }
      appendLog(tx, append, batch.map(({ length }) => length));
      delta.append = append;
      return true;
    }, () => {
      for (const one of batch) this.#waiting.delete(one);
    });
    for (const { durable } of batch) durable.resolve();
    this.#onAppended();
  }
}

/** Fills in what the writer could not know. */
async function lookUp(
  tx: StoreTx,
  meta: ReplicaMeta,
  ops: readonly Op[],
  blind: readonly Op[],
): Promise<Op[]> {
  const result: Op[] = [];
  for (const op of ops) {
    const row = blind.includes(op)
      ? await readRow(tx, basePrefix(meta.gen, op.res), op.key)
      : undefined;
    result.push(
      row ? { ...op, had: 1 as const, ...(op.ask && { was: op.was ?? row.value }) } : op,
    );
  }
  return result;
}
