/**
 * The authority in NATS JetStream, for a cluster.
 *
 * JetStream's key-value buckets change one key at a time, and a transaction of ours changes many.
 * So a scope is a log: each commit is one message that carries all of its writes, published on the
 * condition that the last message of the scope is the one that it was computed from. The state is
 * the fold of the log; each node keeps it in memory and catches up before each transaction.
 *
 * ```text
 *   node A  at 7 ── computes ── publish "after 7" ──▶ stored as 8
 *   node B  at 7 ── computes ── publish "after 7" ──▶ refused: reads 8, computes again, "after 8"
 * ```
 *
 * Every few hundred messages a snapshot of the fold is stored and the messages before it are
 * purged. Each message says which one it follows, so a node whose next message was purged notices,
 * and takes the snapshot. Rejected: a bucket with one key per row (no transaction), and one message
 * per scope with the whole state (bounded by the server's payload limit).
 *
 * @module
 */

import {
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { SyncError } from "../../sync/errors.ts";
import { randomId, secureRandom } from "../../sync/ids.ts";
import { OverlayTx, Turns } from "../../sync/memory_store.ts";
import { OrderedMap } from "../../sync/ordered_map.ts";
import type { AuthorityStore, StoreMode, StoreTx } from "../../sync/ports.ts";
import { readSnapshot, type SnapshotPlace, SNAPSHOTS, writeSnapshot } from "./sync_snapshots.ts";

/** Settings of {@linkcode createNatsAuthorityStore}. */
export interface NatsAuthorityStoreOptions {
  /** An open connection; the caller closes it. */
  readonly connection: NatsConnection;
  /** Prefix of the streams and subjects: `"vango_sync"` by default. */
  readonly name?: string;
  /** Copies of each message in a cluster: 1 by default. */
  readonly replicas?: number;
  /** Messages of a scope between snapshots: 300 by default. */
  readonly snapshotEvery?: number;
  /** Scopes held in memory: 500 by default; others are read anew when they are used. */
  readonly scopesInMemory?: number;
}

/** Attempts against other nodes before the caller is told. */
const MOST_TRIES = 40;

/** Messages fetched one by one before a consumer is worth its making. */
const FEW = 8;

/** Nanoseconds after which the server forgets a consumer that we could not delete. */
const CONSUMER_REST_NS = 30_000_000_000;

/** JetStream's error codes. */
const WRONG_LAST_SEQUENCE: ReadonlySet<unknown> = new Set([10071, 10164]);
const TOO_LARGE = 10054;

interface Fold {
  map: OrderedMap<unknown>;
  /** Sequence of the last message in it. */
  seq: number;
  /** Messages since the last snapshot that we know of. */
  since: number;
  readonly turns: Turns;
}

/** One commit. */
interface Message {
  /** Sequence of the message that it follows. */
  readonly after: number;
  /** Names the attempt: its answer may be lost. */
  readonly id: string;
  /** A value, or null for deleted. */
  readonly writes: readonly (readonly [key: string, value: unknown])[];
}

/**
 * The authority's store on NATS JetStream.
 *
 * @example
 * ```ts ignore
 * import { connect } from "@nats-io/transport-node";
 * import { createNatsAuthorityStore } from "@vango/vango/nats";
 * const connection = await connect({ servers: "localhost:4222" });
 * const store = await createNatsAuthorityStore({ connection });
 * ```
 *
 * @throws {SyncError} `store` when the server has no JetStream, or cannot make the streams
 */
export async function createNatsAuthorityStore(
  options: NatsAuthorityStoreOptions,
): Promise<AuthorityStore> {
  const name = options.name ?? "vango_sync";
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw new TypeError(`Cannot use ${JSON.stringify(name)} as a stream: A-Z a-z 0-9 _ - only`);
  }
  return await inWords(async () => {
    const manager = await jetstreamManager(options.connection);
    const config = { num_replicas: options.replicas ?? 1, storage: "file" as const };
    for (const stream of [name, `${name}_${SNAPSHOTS}`]) {
      await manager.streams.add({ ...config, name: stream, subjects: [`${stream}.>`] });
    }
    return new NatsStore(name, options, manager);
  });
}

class NatsStore implements AuthorityStore {
  readonly limits: AuthorityStore["limits"];
  readonly #name: string;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #snapshotEvery: number;
  readonly #scopesInMemory: number;
  readonly #mostBytes: number;
  readonly #folds = new Map<string, Fold>();
  readonly #background = new Set<Promise<void>>();

  constructor(name: string, options: NatsAuthorityStoreOptions, manager: JetStreamManager) {
    this.#name = name;
    this.#client = jetstream(options.connection);
    this.#manager = manager;
    this.#snapshotEvery = options.snapshotEvery ?? 300;
    this.#scopesInMemory = options.scopesInMemory ?? 500;
    this.#mostBytes = (options.connection.info?.max_payload ?? 1024 * 1024) - 1_000;
    // Text of three bytes a character still fits.
    this.limits = { writes: 5_000, length: Math.floor(this.#mostBytes / 3) };
  }

  tx<T>(scope: string, mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T> {
    const fold = this.#foldOf(scope);
    // Within a node one after the other: only other nodes can make a commit fail.
    return fold.turns.run(() => this.#run(scope, fold, mode, fn));
  }

  async #run<T>(
    scope: string,
    fold: Fold,
    mode: StoreMode,
    fn: (tx: StoreTx) => Promise<T>,
  ): Promise<T> {
    const subject = this.#subjectOf(scope);
    /** Attempts whose answer was lost, and what they would have given. */
    const lost = new Map<string, T>();
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const folded = await inWords(() => this.#catchUp(subject, fold));
      for (const id of folded) if (lost.has(id)) return lost.get(id)!;
      const tx = new OverlayTx(fold.map);
      const result = await fn(tx);
      const writes = tx.writes();
      if (mode === "read" || writes.length === 0) return result;
      const id = randomId(secureRandom, 16);
      const message: Message = {
        after: fold.seq,
        id,
        writes: writes.map(([key, value]) => [key, value ?? null]),
      };
      const sent = await this.#publish(subject, message);
      if (sent === "lost") lost.set(id, result);
      else if (sent !== "overtaken") {
        tx.commit();
        fold.seq = sent;
        fold.since++;
        this.#maybeSnapshot(scope, subject, fold);
        return result;
      }
      const most = Math.min(200, 4 * 2 ** tries);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * most));
    }
    throw new SyncError("busy", "Cannot commit: too many others write this scope; try again");
  }

  /** @returns the message's sequence; `lost` when nobody can say whether it was stored */
  async #publish(subject: string, message: Message): Promise<number | "overtaken" | "lost"> {
    const bytes = encoder.encode(JSON.stringify(message));
    if (bytes.byteLength > this.#mostBytes) {
      throw new SyncError(
        "too-large",
        `Cannot commit ${bytes.byteLength} bytes: the NATS server takes ${this.#mostBytes}`,
      );
    }
    try {
      const expect = { lastSubjectSequence: message.after };
      return (await this.#client.publish(subject, bytes, { expect })).seq;
    } catch (cause) {
      if (WRONG_LAST_SEQUENCE.has(codeOf(cause))) return "overtaken";
      if (codeOf(cause) === TOO_LARGE) {
        throw new SyncError("too-large", "Cannot commit: the NATS server's limit is lower", {
          cause,
        });
      }
      if (cause instanceof Error && cause.name === "TimeoutError") return "lost";
      throw asStoreError(cause);
    }
  }

  /** Brings a fold to the end of its log. @returns ids of the commits that it took in */
  async #catchUp(subject: string, fold: Fold): Promise<string[]> {
    // Asked of the leader: any other answer may be older than what a device has seen already.
    const last = await this.#manager.streams.getMessage(this.#name, { last_by_subj: subject });
    if (!last || last.seq === fold.seq) return [];
    if (last.seq < fold.seq) {
      // The stream was restored from a backup under us.
      await this.#takeSnapshot(subject, fold);
    }
    const folded: string[] = [];
    let isWhole = true;
    const take = (seq: number, message: Message): boolean => {
      if (seq <= fold.seq) return true;
      isWhole = message.after === fold.seq;
      if (!isWhole) return false;
      for (const [key, value] of message.writes) {
        if (value === null) fold.map.delete(key);
        else fold.map.set(key, value);
      }
      fold.seq = seq;
      fold.since++;
      folded.push(message.id);
      return true;
    };
    while (fold.seq < last.seq) {
      await this.#replay(subject, fold.seq + 1, last.seq, take);
      // What follows our state was purged: it is in the snapshot.
      if (!isWhole) await this.#takeSnapshot(subject, fold);
    }
    return folded;
  }

  async #replay(
    subject: string,
    from: number,
    until: number,
    take: (seq: number, message: Message) => boolean,
  ): Promise<void> {
    let seq = from;
    for (let i = 0; i < FEW && seq <= until; i++) {
      const query = { seq, next_by_subj: subject } as unknown as { seq: number };
      const message = await this.#manager.streams.getMessage(this.#name, query);
      if (!message) throw new SyncError("store", "Cannot read the log: a message is missing");
      if (!take(message.seq, message.json<Message>())) return;
      seq = message.seq + 1;
    }
    if (seq > until) return;
    // Not the client's ordered consumer, which asks for a newer server than Debian's.
    const { name } = await this.#manager.consumers.add(this.#name, {
      filter_subject: subject,
      deliver_policy: "by_start_sequence",
      opt_start_seq: seq,
      ack_policy: "none",
      inactive_threshold: CONSUMER_REST_NS,
      mem_storage: true,
    });
    const consumer = await this.#client.consumers.get(this.#name, name);
    const messages = await consumer.consume({ max_messages: 200 });
    try {
      for await (const message of messages) {
        if (!take(message.seq, message.json<Message>()) || message.seq >= until) return;
      }
    } finally {
      messages.stop();
      await consumer.delete().catch(() => {});
    }
  }

  async #takeSnapshot(subject: string, fold: Fold): Promise<void> {
    const snapshot = await readSnapshot(this.#placeOf(subject));
    if (!snapshot) {
      throw new SyncError("store", "Cannot read the log: its beginning and its snapshot are gone");
    }
    fold.map = new OrderedMap();
    for (const [key, value] of snapshot.entries) fold.map.set(key, value);
    fold.seq = snapshot.seq;
    fold.since = 0;
  }

  #maybeSnapshot(scope: string, subject: string, fold: Fold): void {
    if (fold.since < this.#snapshotEvery) return;
    fold.since = 0;
    const entries = [...fold.map.entriesFrom("")];
    const { seq } = fold;
    const work = (async () => {
      await writeSnapshot(this.#placeOf(subject), seq, entries);
      // The message at `seq` stays: publishers compare with the last one.
      await this.#manager.streams.purge(this.#name, { filter: subject, seq });
    })().catch(() => {
      // The log is whole without it; a later commit tries again.
      const current = this.#folds.get(scope);
      if (current) current.since += this.#snapshotEvery;
    }).finally(() => this.#background.delete(work));
    this.#background.add(work);
  }

  #placeOf(subject: string): SnapshotPlace {
    const stream = `${this.#name}_${SNAPSHOTS}`;
    return {
      client: this.#client,
      manager: this.#manager,
      stream,
      subject: stream + subject.slice(this.#name.length),
      mostBytes: this.#mostBytes,
    };
  }

  #foldOf(scope: string): Fold {
    let fold = this.#folds.get(scope);
    // The one used longest ago comes first.
    if (fold) this.#folds.delete(scope);
    else fold = { map: new OrderedMap(), seq: 0, since: 0, turns: new Turns() };
    this.#folds.set(scope, fold);
    if (this.#folds.size > this.#scopesInMemory) {
      const [oldest] = this.#folds.keys();
      this.#folds.delete(oldest!);
    }
    return fold;
  }

  /** Any text is a scope, and only some characters are a subject's. */
  #subjectOf(scope: string): string {
    return `${this.#name}.${encodeToken(scope)}`;
  }

  async scopes(): Promise<string[]> {
    const info = await inWords(() =>
      this.#manager.streams.info(this.#name, { subjects_filter: ">" })
    );
    return Object.keys(info.state.subjects ?? {})
      .map((subject) => decodeToken(subject.slice(this.#name.length + 1)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#background);
    this.#folds.clear();
  }
}

const encoder = new TextEncoder();

/** UTF-8 as hexadecimal digits, after an `s`: a subject's token must not be empty. */
export function encodeToken(text: string): string {
  return "s" +
    Array.from(encoder.encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function decodeToken(token: string): string {
  const bytes = token.slice(1).match(/../g)?.map((digits) => parseInt(digits, 16)) ?? [];
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** Known by code, not by class: an app may have its own copy of the client. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

async function inWords<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (cause) {
    throw asStoreError(cause);
  }
}

function asStoreError(cause: unknown): SyncError {
  if (cause instanceof SyncError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new SyncError("store", `Cannot use NATS: ${text}`, { cause });
}
