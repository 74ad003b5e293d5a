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
import { ageOf, type Clock, systemClock } from "../clock.ts";
import { checkDrafts, type Draft, standOn, UNKNOWN } from "../draft.ts";
import { SyncError } from "../errors.ts";
import { encodeKey, type Random, randomId, secureRandom } from "../ids.ts";
import { MAX_PUSH_TXS, PAGE_ROWS } from "../limits.ts";
import type { ReplicaStore, StoreTx } from "../ports.ts";
import {
  CONFLICTS,
  type Op,
  type PullPage,
  type PullRequest,
  type PushRequest,
  type PushResponse,
  SYNC_PROTOCOL,
  type Tx,
} from "../protocol.ts";
import { type Entry, View } from "../view.ts";
import { applyAnswer, letterOf } from "./answered.ts";
import type { ReplicaChannel } from "./channel.ts";
import { Commits, readLetters, type StepOutcome } from "./commits.ts";
import { appendLog, editLog, readChunks } from "./log.ts";
import { ReplicaMemory } from "./memory.ts";
import { type Migration, openStore } from "./open.ts";
import { type BaseRow, readRow, readRows, readRowsFrom } from "./pages.ts";
import { applyPage, pullPosition, sweep } from "./pulled.ts";
import {
  basePrefix,
  letterKey,
  type LetterRecord,
  type LogTx,
  type LostRecord,
  putLetter,
  type ReplicaMeta,
} from "./records.ts";

export interface ReplicaOptions {
  readonly store: ReplicaStore;
  /** Whose data it is; the server must know the sender as the same. */
  readonly user: string;
  /** Which part of the server's data. Default: the server's choice for this user. */
  readonly scope?: string;
  /** The version of the app's data. Default 0. */
  readonly schema?: number;
  /** Brings what is on the device to this version. Without it, values stay as they are. */
  readonly migrate?: Migration;
  /** The other tabs on the same store. */
  readonly channel?: ReplicaChannel;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Rows in one page of the base. */
  readonly pageRows?: number;
}

/** A transaction on its way into the log. */
export interface Write {
  readonly mid: string;
  /** Fulfilled when it will survive a crash. */
  readonly durable: Promise<void>;
}

export interface PreparedPush {
  readonly request: PushRequest;
  /** Nothing waited beyond it when it was made. */
  readonly last: boolean;
}

export interface PreparedPull {
  readonly request: PullRequest;
  readonly acked: number;
}

interface Unsaved {
  readonly tx: Omit<Tx, "seq">;
  readonly length: number;
  /** Resources that were not in memory: what it stood on is looked up in the store. */
  readonly missing: ReadonlySet<string> | undefined;
  isSaved: boolean;
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Transactions that one commit may take along. */
const MOST_IN_COMMIT = 10_000;

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
  const random = options.random ?? secureRandom;
  const meta = await openStore(options.store, {
    user: options.user,
    scope: options.scope ?? "",
    schema: options.schema ?? 0,
    migrate: options.migrate,
    newClientId: () => randomId(random),
  });
  const replica = new Replica(options, meta);
  await replica.load(CONFLICTS);
  return replica;
}

export class Replica {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pageRows: number;
  readonly #memory: ReplicaMemory;
  readonly #commits: Commits;
  readonly #onWork = new Set<() => void>();
  #unsaved: Unsaved[] = [];
  #flushing = false;

  /** Caller must use {@linkcode openReplica}. */
  constructor(options: ReplicaOptions, meta: ReplicaMeta) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? secureRandom;
    this.#pageRows = options.pageRows ?? PAGE_ROWS;
    this.#memory = new ReplicaMemory(meta);
    this.#commits = new Commits({
      store: options.store,
      owner: { user: meta.user, scope: meta.scope, schema: meta.schema },
      memory: this.#memory,
      channel: options.channel,
      unsaved: () => this.#unsaved.map(({ tx }) => tx),
      onAppended: () => this.#work(),
    });
  }

  get view(): View {
    return this.#memory.view;
  }

  /** What is known of the store. Reactive. */
  get meta(): ReplicaMeta {
    return this.#memory.meta;
  }

  /** What the server refused, in the order in which that came to be known. Reactive. */
  get letters(): readonly LetterRecord[] {
    return this.#memory.letters;
  }

  /** How long ago a write of this device was made, in milliseconds. */
  ageOf(entry: Entry): number {
    return ageOf(this.#clock, entry.written, entry.at);
  }

  /** Calls back when there may be something to send. */
  onWork(fn: () => void): () => void {
    this.#onWork.add(fn);
    return () => this.#onWork.delete(fn);
  }

  #work(): void {
    for (const fn of this.#onWork) fn();
  }

  /**
   * Writes one transaction: seen at once, durable when the promise says so. When the device has no
   * room, the promise is rejected and the write is not seen any more.
   *
   * @throws {SyncError} `not-plain`, `too-large`, `bad-name`, `no-record`, `closed`; nothing is written then
   */
  write(drafts: readonly Draft[], settles?: Tx["settles"]): Write {
    if (this.#commits.isClosed) {
      throw new SyncError("closed", "Cannot write: the replica was closed; open it again");
    }
    return untracked(() => {
      const checked = checkDrafts(
        drafts,
        (res, key) => this.view.isLoaded(res) ? this.view.get(res, key) : UNKNOWN,
      );
      const mid = randomId(this.#random);
      const ops: Op[] = [];
      for (const draft of checked.drafts) ops.push(standOn(this.view, draft, ops));
      const tx = { mid, at: this.#clock.now(), ops, ...(settles && { settles }) };
      const missing = ops.every(({ res }) => this.view.isLoaded(res))
        ? undefined
        : new Set(ops.map(({ res }) => res).filter((res) => !this.view.isLoaded(res)));
      this.#memory.show(tx, this.#clock.monotonic());
      const { length } = checked;
      const { promise: durable, resolve, reject } = Promise.withResolvers<void>();
      this.#unsaved.push({ tx, length, missing, isSaved: false, durable, resolve, reject });
      if (!this.#flushing) {
        this.#flushing = true;
        queueMicrotask(() => this.#flush());
      }
      return { mid, durable };
    });
  }

  async #flush(): Promise<void> {
    while (this.#unsaved.length > 0) {
      const batch = this.#unsaved.slice(0, MOST_IN_COMMIT);
      try {
        await this.#save(batch);
      } catch (error) {
        if (batch.length === 1) this.#drop(batch[0]!, error);
        // One write that does not fit must not take those beside it along.
        else {
          for (const one of batch) await this.#save([one]).catch((error) => this.#drop(one, error));
        }
      }
    }
    this.#flushing = false;
  }

  #drop(unsaved: Unsaved, error: unknown): void {
    this.#unsaved = this.#unsaved.filter((other) => other !== unsaved);
    this.#memory.forget(unsaved.tx.mid);
    // Who does not wait for it sees it all the same: the value falls back.
    unsaved.durable.catch(() => {});
    unsaved.reject(error);
  }

  async #save(batch: readonly Unsaved[]): Promise<void> {
    const step = async (tx: StoreTx, meta: ReplicaMeta): Promise<StepOutcome<undefined>> => {
      const append: LogTx[] = [];
      let seq = meta.nextSeq;
      for (const { tx: item, missing } of batch) {
        const ops = missing ? await lookUp(tx, meta, item.ops, missing) : item.ops;
        const { mid, at, settles } = item;
        append.push({ seq: seq++, mid, at, ops, ...(settles && { settles }) });
      }
      appendLog(tx, append, batch.map(({ length }) => length));
      const nextSeq = meta.nextSeq + append.length;
      return { meta: { ...meta, nextSeq }, delta: { append }, result: undefined };
    };
    await this.#commits.commit(step, () => {
      for (const unsaved of batch) unsaved.isSaved = true;
      this.#unsaved = this.#unsaved.filter(({ isSaved }) => !isSaved);
    });
    for (const unsaved of batch) unsaved.resolve();
    this.#work();
  }

  /** Brings one resource into memory. */
  async load(res: string): Promise<void> {
    await this.#commits.read(
      (tx, meta) => readRows(tx, basePrefix(meta.gen, res)),
      (rows) => this.view.load(res, rows),
    );
  }

  /** Some records of a resource, in the order of keys, without loading it. */
  async page(
    res: string,
    query: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<{ key: string; value: unknown }[]> {
    const prefix = encodeKey(query.prefix ?? "");
    const after = query.after === undefined ? "" : `${encodeKey(query.after)}\x01`;
    const from = after > prefix ? after : prefix;
    const limit = query.limit ?? Infinity;
    const entries = [...this.view.entries()];
    const touched = new Set(
      entries.flatMap(({ ops }) => ops.filter((op) => op.res === res).map((op) => op.key)),
    );
    const found = await this.#commits.read(async (tx, meta) => {
      const rows: BaseRow[] = [];
      let taken = 0;
      await readRowsFrom(tx, basePrefix(meta.gen, res), from, (row) => {
        if (taken >= limit || !encodeKey(row.key).startsWith(prefix)) return false;
        // What entries touch may be deleted by them: it does not count towards the limit.
        if (!touched.has(row.key)) taken++;
        rows.push(row);
        return true;
      });
      return rows;
    });
    const rows = new View();
    rows.load(res, found);
    for (const entry of entries) rows.addEntry({ ...entry });
    const result = [];
    for (const { key, value } of rows.list(res, from)) {
      if (result.length >= limit || !encodeKey(key).startsWith(prefix)) break;
      result.push({ key, value });
    }
    return result;
  }

  /** Values of one record that this device wrote and that lost, newest first. */
  async lost(res: string, key: string): Promise<LostRecord[]> {
    const all = await this.#commits.read((tx) => tx.range({ from: "h/", before: "h/\x7f" }));
    return all.map(([, value]) => value as LostRecord)
      .filter((lost) => lost.res === res && lost.key === key)
      .reverse();
  }

  /** @throws {SyncError} `no-letter` */
  async dismiss(id: string): Promise<void> {
    await this.#commits.commit(async (tx, meta) => {
      await mustLetter(tx, id);
      tx.delete(letterKey(id));
      return { meta, delta: { letters: await readLetters(tx, id) }, result: undefined };
    });
  }

  /** Writes what a letter holds again. @throws {SyncError} `no-letter` */
  async retry(id: string): Promise<void> {
    const letter = await this.#commits.read((tx) => mustLetter(tx, id));
    await this.write(letter.writes.map(({ name, key, kind, value }): Draft => {
      const target = { res: name, key };
      if (kind === "delete") return { ...target, op: "delete" };
      if (kind === "put") return { ...target, op: "put", value };
      return { ...target, op: "patch", fields: value as Readonly<Record<string, unknown>> };
    })).durable;
    await this.dismiss(id);
  }

  /**
   * The next push, or undefined when there is nothing to say.
   *
   * @param limits transactions and characters of JSON; one transaction is sent whatever its size
   */
  preparePush(limits: {
    readonly txs: number;
    readonly length: number;
    /** Also when only the server's copies of old outcomes are to be released. */
    readonly release?: boolean;
  }): Promise<PreparedPush | undefined> {
    return this.#commits.read(async (tx, meta) => {
      const txs: Tx[] = [];
      let length = 0;
      const sentAt = this.#clock.now();
      const most = Math.min(limits.txs, MAX_PUSH_TXS);
      for (let from = meta.acked + 1, full = false; !full;) {
        const chunks = await readChunks(tx, { from, limit: 10 });
        for (const item of chunks.flatMap(([, chunk]) => chunk)) {
          if (item.seq < from || full) continue;
          length += JSON.stringify(item).length;
          full = txs.length > 0 && (txs.length >= most || length > limits.length);
          const { written } = this.view.entry(item.mid) ?? {};
          if (!full) txs.push({ ...item, at: sentAt - ageOf(this.#clock, written, item.at) });
        }
        if (chunks.length < 10) break;
        from = chunks.at(-1)![1].at(-1)!.seq + 1;
      }
      if (txs.length === 0 && !(limits.release && meta.told < meta.acked)) return undefined;
      const last = (txs.at(-1)?.seq ?? meta.acked) >= meta.nextSeq - 1;
      const { epoch, former, acked: ack } = meta;
      return { request: { ...head(meta), epoch, former, sentAt, ack, txs }, last };
    });
  }

  /**
   * Takes the answer to a push.
   *
   * @returns how many transactions it settled, and whether the rest goes on under a new client id
   */
  async takeAnswer(
    request: PushRequest,
    response: PushResponse,
  ): Promise<{ settled: number; forked: boolean }> {
    const newClientId = randomId(this.#random);
    const taken = await this.#commits.commit(async (tx, meta) => {
      const answered = await applyAnswer(tx, meta, request, response, newClientId);
      if (!answered) return undefined;
      const { rejected, forked } = answered;
      return {
        meta: answered.meta,
        delta: {
          ...(forked && { reload: true }),
          ...(rejected.length > 0 && { removed: rejected, letters: await readLetters(tx) }),
        },
        result: { settled: answered.settled, forked },
      };
    });
    return taken ?? { settled: 0, forked: false };
  }

  /** Gives up a transaction that the server cannot even be sent. Its number is still used. */
  async giveUp(item: Tx, reason: string, message: string): Promise<void> {
    await this.#commits.commit(async (tx, meta) => {
      const [chunk] = await readChunks(tx, { from: item.seq, until: item.seq });
      const stored = chunk?.[1].find((other) => other.seq === item.seq);
      if (stored?.mid !== item.mid || stored.void !== undefined) return undefined;
      const after = putLetter(tx, meta, letterOf(stored, reason, message));
      const { seq, mid, at } = stored;
      await editLog(tx, new Map([[seq, { seq, mid, at, ops: [], void: reason }]]));
      return {
        meta: after,
        delta: { removed: [mid], letters: await readLetters(tx) },
        result: undefined,
      };
    });
  }

  /** The next pull. */
  preparePull(limit: number): Promise<PreparedPull> {
    return this.#commits.read((_tx, meta) => {
      const { epoch, cursor, view } = pullPosition(meta);
      const request = { ...head(meta), epoch, cursor, view, limit };
      return Promise.resolve({ request, acked: meta.acked });
    });
  }

  /**
   * Takes one page of a pull.
   *
   * @returns the request that goes on after it, or undefined when the page came too late
   */
  async takePage(prepared: PreparedPull, page: PullPage): Promise<PreparedPull | undefined> {
    const context = {
      now: this.#clock.now(),
      newClientId: randomId(this.#random),
      pageRows: this.#pageRows,
      ackedAtRequest: prepared.acked,
    };
    return await this.#commits.commit(async (tx, before) => {
      const pulled = await applyPage(tx, before, prepared.request, page, context);
      if (!pulled) return undefined;
      const { meta, rows, revoked, complete, forked } = pulled;
      const delta = forked || rows === "all"
        ? { reload: true, complete }
        : { rows, revoked, complete };
      const { epoch, cursor, view } = pullPosition(meta);
      const { limit } = prepared.request;
      const request = { ...head(meta), epoch, cursor, view, limit };
      return { meta, delta, result: { request, acked: prepared.acked } };
    });
  }

  /** Deletes, a little at a time, what a complete load has replaced. */
  async sweep(): Promise<void> {
    for (let more = this.meta.garbage.length > 0; more;) {
      more = await this.#commits.commit(async (tx, meta) => {
        if (meta.garbage.length === 0) return undefined;
        const next = await sweep(tx, meta);
        return { meta: next, delta: {}, result: next.garbage.length > 0 };
      }) ?? false;
    }
  }

  /** Reads anew if another tab wrote and we did not hear of it. */
  async refresh(): Promise<void> {
    await this.#commits.read(() => Promise.resolve());
  }

  /** Fulfilled when everything written before is durable, or was refused by the device. */
  async flushed(): Promise<void> {
    while (this.#flushing) await this.#commits.turn();
  }

  /** Ends it, after what was written is durable. */
  async close(): Promise<void> {
    if (this.#commits.isClosed) return;
    await this.flushed();
    await this.#commits.close();
  }
}

/** Fills in what the writer could not know, because the resource was not in memory. */
async function lookUp(
  tx: StoreTx,
  meta: ReplicaMeta,
  ops: readonly Op[],
  missing: ReadonlySet<string>,
): Promise<Op[]> {
  const result: Op[] = [];
  for (const op of ops) {
    const row = missing.has(op.res)
      ? await readRow(tx, basePrefix(meta.gen, op.res), op.key)
      : undefined;
    result.push(
      row ? { ...op, had: 1 as const, ...(op.ask && { was: op.was ?? row.value }) } : op,
    );
  }
  return result;
}

function head(meta: ReplicaMeta) {
  const { schema, user, scope, clientId } = meta;
  return { protocol: SYNC_PROTOCOL, schema, user, scope, clientId };
}

async function mustLetter(tx: StoreTx, id: string): Promise<LetterRecord> {
  const letter = await tx.get(letterKey(id));
  if (letter) return letter as LetterRecord;
  throw new SyncError("no-letter", "Cannot find this refused write: it was dismissed already");
}
