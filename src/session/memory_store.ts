/**
 * Sessions in this process's memory: for tests, for development, and for one process whose
 * sessions may die with it.
 */

import { SessionConflictError, SessionStoreError } from "./errors.ts";
import type { SaveOptions, SessionChange, SessionStore, StoredSession } from "./store.ts";
import { saveEach } from "./save_each.ts";

/** Settings of {@linkcode createMemorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
  /** Sessions kept at most, 100,000 by default; one more is refused with the code `full`. */
  readonly maxSessions?: number;
}

/** Expired sessions are dropped when this many saves have passed: no timer, constant cost. */
const SWEEP_EVERY = 1000;

/**
 * Makes a store that keeps sessions in memory.
 *
 * @example
 * ```ts
 * import { createMemorySessionStore } from "./memory_store.ts";
 *
 * const store = createMemorySessionStore();
 * const expiresAt = Date.now() + 60_000;
 * const revision = await store.save("a", new Uint8Array(3), { expiresAt, revision: undefined });
 * await store.save("a", new Uint8Array(4), { expiresAt, revision });
 * ```
 */
export function createMemorySessionStore(options: MemorySessionStoreOptions = {}): SessionStore {
  return new MemorySessionStore(options);
}

class MemorySessionStore implements SessionStore {
  readonly #now: () => number;
  readonly #maxSessions: number;
  readonly #sessions = new Map<string, StoredSession>();
  readonly #listeners = new Set<(change: SessionChange) => void>();
  #saves = 0;
  #closed = false;

  constructor({ now = Date.now, maxSessions = 100_000 }: MemorySessionStoreOptions) {
    this.#now = now;
    this.#maxSessions = maxSessions;
  }

  // deno-lint-ignore require-await -- an async function turns every throw into a rejection
  async load(id: string): Promise<StoredSession | undefined> {
    this.#mustBeOpen();
    const stored = this.#current(id);
    return stored && { ...stored, data: stored.data.slice() };
  }

  // deno-lint-ignore require-await -- as above
  async save(id: string, data: Uint8Array, options: SaveOptions): Promise<string> {
    this.#mustBeOpen();
    const current = this.#current(id);
    if (current?.revision !== options.revision) throw new SessionConflictError(id);
    this.#saves++;
    if (this.#saves % SWEEP_EVERY === 0) this.#sweep();
    if (!current && this.#sessions.size >= this.#maxSessions) this.#mustHaveRoom();
    const revision = String(this.#saves);
    this.#sessions.set(id, { data: data.slice(), revision, expiresAt: options.expiresAt });
    this.#tell({ type: "saved", id, revision });
    return revision;
  }

  // deno-lint-ignore require-await -- as above
  async touch(id: string, expiresAt: number): Promise<string | undefined> {
    this.#mustBeOpen();
    const current = this.#current(id);
    if (current) this.#sessions.set(id, { ...current, expiresAt });
    return current?.revision;
  }

  // deno-lint-ignore require-await -- as above
  async delete(id: string): Promise<void> {
    this.#mustBeOpen();
    if (this.#sessions.delete(id)) this.#tell({ type: "deleted", id });
  }

  saveAll(sessions: Parameters<SessionStore["saveAll"]>[0]): ReturnType<SessionStore["saveAll"]> {
    return saveEach(this, sessions);
  }

  watch(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#sessions.clear();
    this.#listeners.clear();
    return Promise.resolve();
  }

  #current(id: string): StoredSession | undefined {
    const stored = this.#sessions.get(id);
    return stored && stored.expiresAt > this.#now() ? stored : undefined;
  }

  #mustBeOpen(): void {
    if (this.#closed) {
      throw new SessionStoreError(
        "Cannot use the session store: it was closed; make a new one",
        "closed",
      );
    }
  }

  #mustHaveRoom(): void {
    this.#sweep();
    if (this.#sessions.size < this.#maxSessions) return;
    throw new SessionStoreError(
      `Cannot save a new session: ${this.#maxSessions} are in memory; ` +
        "raise maxSessions, shorten idleTtl, or use a store on disk",
      "full",
    );
  }

  #sweep(): void {
    const now = this.#now();
    for (const [id, { expiresAt }] of this.#sessions) {
      if (expiresAt <= now) this.#sessions.delete(id);
    }
  }

  #tell(change: SessionChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
