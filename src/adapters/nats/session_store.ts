/**
 * Sessions in NATS JetStream: durable, replicated, shared by every node of a cluster.
 *
 * A value is its expiry (8 bytes, milliseconds since 1970 as a double) and then the session. The
 * bucket's own TTL only cleans up: it cannot be set per session, because a message's TTL dies with
 * its next update. For the same reason touching writes the whole value again.
 *
 * Compare-and-set decides everything; a revision is the sequence number of the value's message.
 *
 * @module
 */

import type { KV, KvEntry } from "@nats-io/kv";
import { SessionConflictError, SessionStoreError } from "../../session/errors.ts";
import type {
  SaveAllResult,
  SaveOptions,
  SessionChange,
  SessionSave,
  SessionStore,
  StoredSession,
} from "../../session/store.ts";
import { NatsBucket, type NatsClientOptions } from "./bucket.ts";
import { isMissingBucket, isWrongRevision, storeErrorOf } from "./errors.ts";
import { RecentExpiries } from "./recent_expiries.ts";
import { parseServers } from "./servers.ts";
import { watchBucket } from "./watch.ts";

/** Settings of {@linkcode createNatsSessionStore}. Times are in milliseconds. */
export interface NatsSessionStoreOptions {
  /** As in `NATS_URL`: `"nats://user:pass@one:4222,two:4222"`, or a list of such. */
  readonly servers: string | readonly string[];
  /** The bucket, made on first use: `"vango_sessions"` by default. */
  readonly bucket?: string;
  /**
   * When NATS removes a session that nobody wrote or touched: 31 days by default. Not below the
   * manager's `idleTtl`. Counts when the bucket is made.
   */
  readonly ttl?: number;
  /** Copies in the cluster: 1, 3 or 5; 1 by default. Counts when the bucket is made. */
  readonly replicas?: number;
  /** How long one request may take: 2,000 by default. */
  readonly timeout?: number;
  /** More for the connection, as the NATS client takes it: credentials, TLS. */
  readonly connection?: NatsClientOptions;
  /** Another transport's way to connect, nats-core's `wsconnect` for instance; TCP by default. */
  readonly connect?: (options: NatsClientOptions) => Promise<object>;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/** Touches that lost against a writer before we give up: its save moved the expiry anyway. */
const MAX_ATTEMPTS = 8;

/** Saves under way at the same time in `saveAll`: fills the pipe without filling its buffers. */
const PIPELINE = 256;

const DAY = 86_400_000;

/**
 * Makes a session store in NATS JetStream. It connects by itself, now and whenever the connection
 * is lost; while there is none, calls reject with `unavailable`.
 *
 * @example
 * ```ts ignore
 * const store = createNatsSessionStore({ servers: "nats://127.0.0.1:4222", replicas: 3 });
 * const sessions = createSessionManager({ store, secrets });
 * ```
 */
export function createNatsSessionStore(options: NatsSessionStoreOptions): SessionStore {
  return new NatsSessionStore(options);
}

class NatsSessionStore implements SessionStore {
  readonly isDurable = true;
  readonly #bucket: NatsBucket;
  readonly #now: () => number;
  readonly #expiries = new RecentExpiries();
  readonly #stops = new Set<() => void>();

  constructor(options: NatsSessionStoreOptions) {
    this.#now = options.now ?? Date.now;
    const { servers, credentials } = parseServers(options.servers);
    this.#bucket = new NatsBucket({
      servers,
      connection: { ...credentials, ...options.connection },
      connect: options.connect,
      bucket: options.bucket ?? "vango_sessions",
      ttl: options.ttl ?? 31 * DAY,
      replicas: options.replicas ?? 1,
      timeout: options.timeout ?? 2000,
    });
  }

  load(id: string): Promise<StoredSession | undefined> {
    return this.#run(async (kv) => {
      const stored = readEntry(await kv.get(id));
      if (!stored || stored.expiresAt <= this.#now()) return undefined;
      this.#expiries.note(stored.revision, stored.expiresAt);
      return stored;
    });
  }

  save(id: string, data: Uint8Array, options: SaveOptions): Promise<string> {
    return this.#run(async (kv) => {
      const value = encodeValue(data, options.expiresAt);
      try {
        const sequence = options.revision === undefined
          ? await this.#create(kv, id, value)
          : await this.#update(kv, id, value, options.revision);
        return this.#expiries.note(String(sequence), options.expiresAt);
      } catch (error) {
        throw isWrongRevision(error) ? new SessionConflictError(id, { cause: error }) : error;
      }
    });
  }

  touch(id: string, expiresAt: number): Promise<string | undefined> {
    return this.#run(async (kv) => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const stored = readEntry(await kv.get(id));
        if (!stored || stored.expiresAt <= this.#now()) return undefined;
        try {
          const value = encodeValue(stored.data, expiresAt);
          const sequence = await kv.update(id, value, Number(stored.revision));
          return this.#expiries.note(String(sequence), expiresAt);
        } catch (error) {
          if (!isWrongRevision(error)) throw error;
        }
      }
      throw new SessionStoreError(
        "Cannot touch the session: it was written anew each time; its writers keep it alive",
        "busy",
      );
    });
  }

  delete(id: string): Promise<void> {
    return this.#run((kv) => kv.purge(id));
  }

  async saveAll(sessions: ReadonlyMap<string, SessionSave>): Promise<SaveAllResult> {
    const saved = new Map<string, string>();
    const failed = new Map<string, Error>();
    const waiting = sessions.entries();
    const saveOnes = async () => {
      // The workers share one iterator: each takes the next when it is done with its own.
      for (const [id, session] of waiting) {
        try {
          saved.set(id, await this.save(id, session.data, session));
        } catch (error) {
          failed.set(id, storeErrorOf(error));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(PIPELINE, sessions.size) }, saveOnes));
    return { saved, failed };
  }

  watch(listener: (change: SessionChange) => void): () => void {
    const stopWatching = watchBucket(this.#bucket, listener);
    const stop = () => {
      this.#stops.delete(stop);
      stopWatching();
    };
    this.#stops.add(stop);
    return stop;
  }

  close(): Promise<void> {
    for (const stop of [...this.#stops]) stop();
    return this.#bucket.close();
  }

  async #create(kv: KV, id: string, value: Uint8Array): Promise<number> {
    try {
      // Also takes the place of what was deleted.
      return await kv.create(id, value);
    } catch (error) {
      if (!isWrongRevision(error)) throw error;
      const stored = readEntry(await kv.get(id));
      if (!stored || stored.expiresAt > this.#now()) throw error;
      return await kv.update(id, value, Number(stored.revision));
    }
  }

  async #update(kv: KV, id: string, value: Uint8Array, revision: string): Promise<number> {
    const sequence = Number(revision);
    if (!Number.isSafeInteger(sequence) || sequence <= 0) throw new SessionConflictError(id);
    const expiresAt = this.#expiries.get(revision) ?? readEntry(await kv.get(id))?.expiresAt;
    if (expiresAt === undefined || expiresAt <= this.#now()) throw new SessionConflictError(id);
    return await kv.update(id, value, sequence);
  }

  async #run<Result>(work: (kv: KV) => Promise<Result>): Promise<Result> {
    try {
      return await this.#bucket.run(work);
    } catch (error) {
      if (isMissingBucket(error)) this.#bucket.reopen();
      throw storeErrorOf(error);
    }
  }
}

const HEAD_BYTES = 8;

function encodeValue(data: Uint8Array, expiresAt: number): Uint8Array {
  const value = new Uint8Array(HEAD_BYTES + data.length);
  new DataView(value.buffer).setFloat64(0, expiresAt);
  value.set(data, HEAD_BYTES);
  return value;
}

/** What is stored, expired or not; `undefined` for nothing, a deletion, or what is not ours. */
function readEntry(entry: KvEntry | null): StoredSession | undefined {
  if (!entry || entry.operation !== "PUT" || entry.value.length < HEAD_BYTES) return undefined;
  const { value, revision } = entry;
  const view = new DataView(value.buffer, value.byteOffset, HEAD_BYTES);
  return {
    data: value.slice(HEAD_BYTES),
    revision: String(revision),
    expiresAt: view.getFloat64(0),
  };
}
