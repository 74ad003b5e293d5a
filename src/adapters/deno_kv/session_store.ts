/**
 * Sessions in Deno KV: what Deno Deploy has, near every instance, with nothing to run.
 *
 * KV takes values of 64 KiB. A larger session is cut into parts, all written by one atomic
 * operation that checks the head's version:
 *
 * ```text
 *   [prefix, "head", id]     {expiresAt, data}                    up to 60 KiB
 *   [prefix, "head", id]     {expiresAt, parts: 3, stamp: "x"}    more
 *   [prefix, "part", id, 0]  {stamp: "x", data} ... 1, 2
 * ```
 *
 * A reader that meets parts of another stamp was overtaken by a writer, and reads again. Expiry is
 * ours: KV removes what has expired late, so it only cleans up after us.
 *
 * A revision is the head's version, its number of parts and its expiry: enough to know, without
 * reading first, which parts a smaller successor must remove, and that one has expired.
 *
 * @module
 */

import {
  SessionConflictError,
  SessionStoreError,
  type SessionStoreErrorCode,
} from "../../session/errors.ts";
import { saveEach } from "../../session/save_each.ts";
import type {
  SaveAllResult,
  SaveOptions,
  SessionChange,
  SessionSave,
  SessionStore,
  StoredSession,
} from "../../session/store.ts";
import { announce, watchDeletions } from "./deletions.ts";

/** Settings of {@linkcode createDenoKvSessionStore}. */
export interface DenoKvSessionStoreOptions {
  /** An open database; closed with the store. `await Deno.openKv()` on Deno Deploy. */
  readonly kv: Deno.Kv;
  /** The first part of every key: `"vango_sessions"` by default. */
  readonly prefix?: string;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/** Below KV's 65,536 bytes with room for what surrounds the bytes. */
const PART_BYTES = 60 * 1024;

/** An atomic operation takes 819,200 bytes. */
const MAX_PARTS = 13;

/** KV reads this many keys at once. */
const KEYS_AT_ONCE = 10;

/** Reads, or touches, that were overtaken by writers before we give up. */
const MAX_ATTEMPTS = 8;

interface Head {
  readonly expiresAt: number;
  readonly data?: Uint8Array;
  readonly parts?: number;
  readonly stamp?: string;
}

interface Part {
  readonly stamp: string;
  readonly data: Uint8Array;
}

/**
 * Makes a session store in Deno KV. Needs `--unstable-kv`, or `"unstable": ["kv"]` in `deno.json`;
 * Deno Deploy needs neither.
 *
 * @example
 * ```ts
 * import { createDenoKvSessionStore } from "./session_store.ts";
 *
 * const store = createDenoKvSessionStore({ kv: await Deno.openKv(":memory:") });
 * const expiresAt = Date.now() + 60_000;
 * await store.save("a", new Uint8Array(100_000), { expiresAt, revision: undefined });
 * await store.close();
 * ```
 */
export function createDenoKvSessionStore(options: DenoKvSessionStoreOptions): SessionStore {
  return new DenoKvSessionStore(options);
}

class DenoKvSessionStore implements SessionStore {
  readonly isDurable = true;
  readonly #kv: Deno.Kv;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #stops = new Set<() => void>();
  #closed = false;

  constructor({ kv, prefix = "vango_sessions", now = Date.now }: DenoKvSessionStoreOptions) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#now = now;
  }

  load(id: string): Promise<StoredSession | undefined> {
    return this.#run(async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const head = await this.#kv.get<Head>(this.#headKey(id));
        if (!head.value || head.value.expiresAt <= this.#now()) return undefined;
        const data = head.value.data ?? await this.#readParts(id, head.value);
        const { expiresAt } = head.value;
        if (data) return { data, revision: revisionOf(head.versionstamp, head.value), expiresAt };
      }
      throw new SessionStoreError(
        "Cannot load the session: it was written anew each time it was read; try again",
        "busy",
      );
    });
  }

  save(id: string, data: Uint8Array, options: SaveOptions): Promise<string> {
    return this.#run(async () => {
      const { expiresAt, revision } = options;
      const base = revision === undefined ? await this.#vacancy(id) : parseRevision(revision);
      // A revision that has expired is not there any more, whatever KV still keeps.
      if (!base || (revision !== undefined && base.expiresAt <= this.#now())) {
        throw new SessionConflictError(id);
      }
      const saved = await this.#write(id, data, expiresAt, base);
      if (saved === undefined) throw new SessionConflictError(id);
      return saved;
    });
  }

  touch(id: string, expiresAt: number): Promise<string | undefined> {
    return this.#run(async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const stored = await this.load(id);
        if (!stored) return undefined;
        const base = parseRevision(stored.revision);
        const touched = base && await this.#write(id, stored.data, expiresAt, base);
        if (touched !== undefined) return touched;
      }
      throw new SessionStoreError(
        "Cannot touch the session: it was written anew each time; its writers keep it alive",
        "busy",
      );
    });
  }

  delete(id: string): Promise<void> {
    return this.#run(async () => {
      const operation = this.#kv.atomic().delete(this.#headKey(id));
      for (let i = 0; i < MAX_PARTS; i++) operation.delete(this.#partKey(id, i));
      await announce(operation, this.#prefix, id, this.#now()).commit();
    });
  }

  saveAll(sessions: ReadonlyMap<string, SessionSave>): Promise<SaveAllResult> {
    return saveEach(this, sessions);
  }

  /** Tells of deletions, by any instance: a log-out must close sockets. Saves are not told of. */
  watch(listener: (change: SessionChange) => void): () => void {
    const stopWatching = watchDeletions(this.#kv, {
      prefix: this.#prefix,
      now: this.#now,
      listener,
    });
    const stop = () => {
      this.#stops.delete(stop);
      stopWatching();
    };
    this.#stops.add(stop);
    return stop;
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    for (const stop of [...this.#stops]) stop();
    this.#kv.close();
    return Promise.resolve();
  }

  #headKey(id: string): Deno.KvKey {
    return [this.#prefix, "head", id];
  }

  #partKey(id: string, index: number): Deno.KvKey {
    return [this.#prefix, "part", id, index];
  }

  /** What a creation builds on: nothing, or a session that has expired. */
  async #vacancy(id: string): Promise<Base | undefined> {
    const head = await this.#kv.get<Head>(this.#headKey(id));
    if (!head.value) return { versionstamp: null, parts: 0, expiresAt: 0 };
    if (head.value.expiresAt > this.#now()) return undefined;
    return parseRevision(revisionOf(head.versionstamp, head.value));
  }

  /** The new revision; `undefined` when the head is not at the version that we build on. */
  async #write(
    id: string,
    data: Uint8Array,
    expiresAt: number,
    base: Base,
  ): Promise<string | undefined> {
    const count = data.length > PART_BYTES ? Math.ceil(data.length / PART_BYTES) : 0;
    if (count > MAX_PARTS) {
      throw new SessionStoreError(
        `Cannot save the session: it has ${data.length} bytes, and Deno KV takes ` +
          `${MAX_PARTS * PART_BYTES} at once; keep large data elsewhere`,
        "too_large",
      );
    }
    const stamp = crypto.randomUUID();
    const head: Head = count > 0 ? { expiresAt, parts: count, stamp } : { expiresAt, data };
    const key = this.#headKey(id);
    const options = { expireIn: Math.max(1, expiresAt - this.#now()) };
    const operation = this.#kv.atomic().check({ key, versionstamp: base.versionstamp })
      .set(key, head, options);
    for (let i = 0; i < Math.max(count, base.parts); i++) {
      const part = data.slice(i * PART_BYTES, (i + 1) * PART_BYTES);
      if (i < count) operation.set(this.#partKey(id, i), { stamp, data: part }, options);
      else operation.delete(this.#partKey(id, i));
    }
    const result = await operation.commit();
    return result.ok ? revisionOf(result.versionstamp, head) : undefined;
  }

  /** The parts put together; `undefined` when a writer came between. */
  async #readParts(id: string, { parts = 0, stamp }: Head): Promise<Uint8Array | undefined> {
    const keys = Array.from({ length: parts }, (_, i) => this.#partKey(id, i));
    const data = new Uint8Array(parts * PART_BYTES);
    let length = 0;
    for (let start = 0; start < parts; start += KEYS_AT_ONCE) {
      const some = keys.slice(start, start + KEYS_AT_ONCE);
      for (const { value } of await this.#kv.getMany<Part[]>(some)) {
        if (!value || value.stamp !== stamp) return undefined;
        data.set(value.data, length);
        length += value.data.length;
      }
    }
    return data.slice(0, length);
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) {
      throw new SessionStoreError(
        "Cannot use the session store: it was closed; make a new one",
        "closed",
      );
    }
    try {
      return await work();
    } catch (error) {
      throw storeErrorOf(error);
    }
  }
}

/** What a save builds on. */
interface Base {
  readonly versionstamp: string | null;
  readonly parts: number;
  readonly expiresAt: number;
}

function revisionOf(versionstamp: string, { parts = 0, expiresAt }: Head): string {
  return `${versionstamp}.${parts}.${expiresAt}`;
}

function parseRevision(revision: string): Base | undefined {
  const [versionstamp = "", parts, expiresAt] = revision.split(".");
  // A revision that we did not make builds on nothing that can be there.
  if (parts === undefined || expiresAt === undefined) return undefined;
  return { versionstamp, parts: Number(parts), expiresAt: Number(expiresAt) };
}

function storeErrorOf(cause: unknown): Error {
  if (cause instanceof SessionConflictError || cause instanceof SessionStoreError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SessionStoreError(`Cannot use Deno KV: ${message}`, codeOf(cause, message), { cause });
}

function codeOf(cause: unknown, message: string): SessionStoreErrorCode {
  if (/too large/i.test(message)) return "too_large";
  if (/locked|busy/i.test(message)) return "busy";
  if (cause instanceof Deno.errors.BadResource) return "closed";
  // What else KV throws besides mistakes of the caller, it throws for its connection.
  return cause instanceof TypeError ? "failed" : "unavailable";
}
