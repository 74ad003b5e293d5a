/**
 * A store that may be away, made bearable: every call ends in time, every error is typed, and
 * while the store is away calls fail at once instead of waiting for it one after another.
 *
 * After an outage's first failure the guard is shut for a moment that doubles up to a few seconds.
 * When it has passed, one call goes through to find out; the others still fail at once. A call
 * that comes through opens the guard for all.
 */

import { SessionConflictError, SessionStoreError } from "./errors.ts";
import type { SaveAllResult, SaveOptions, SessionSave, SessionStore } from "./store.ts";
import type { StoredSession } from "./store.ts";

/** Settings of the guard. */
export interface GuardOptions {
  readonly now: () => number;
  /** How long one call may take, in milliseconds. */
  readonly timeout: number;
  /** Told when the store goes away (with the error) and when it is back (without). */
  readonly onChange: (error: SessionStoreError | undefined) => void;
}

/** The guard's shortest and longest pause, in milliseconds. */
const MIN_PAUSE = 100;
const MAX_PAUSE = 5000;

/** Codes that are about the store as a whole, not about the session that it was asked for. */
const OUTAGE: ReadonlySet<string> = new Set(["unavailable", "timeout"]);

/** Stands between the session manager and its store. */
export class GuardedStore {
  readonly #store: SessionStore;
  readonly #options: GuardOptions;
  /** The pause after the next failure; 0 while the store is well. */
  #pause = 0;
  #shutUntil = 0;
  #probing = false;

  constructor(store: SessionStore, options: GuardOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Whether the last call failed because the store is away. */
  get isDown(): boolean {
    return this.#pause > 0;
  }

  /** Whether a call would fail without asking the store. */
  get isShut(): boolean {
    return this.#pause > 0 && (this.#probing || this.#options.now() < this.#shutUntil);
  }

  /** How long to wait before the next try, in milliseconds: 0 while the store is well. */
  get pause(): number {
    return Math.max(0, this.#pause > 0 ? this.#shutUntil - this.#options.now() : 0);
  }

  load(id: string): Promise<StoredSession | undefined> {
    return this.#call(() => this.#store.load(id));
  }

  save(id: string, data: Uint8Array, options: SaveOptions): Promise<string> {
    return this.#call(() => this.#store.save(id, data, options));
  }

  touch(id: string, expiresAt: number): Promise<string | undefined> {
    return this.#call(() => this.#store.touch(id, expiresAt));
  }

  delete(id: string): Promise<void> {
    return this.#call(() => this.#store.delete(id));
  }

  /** `undefined` where the store cannot say. */
  revisions(ids: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    if (!this.#store.revisions) return Promise.resolve(undefined);
    return this.#call(() => this.#store.revisions!(ids));
  }

  /** Goes to the store even when the guard is shut: it is for the process's last seconds. */
  saveAll(sessions: ReadonlyMap<string, SessionSave>, timeout: number): Promise<SaveAllResult> {
    return inTime(this.#store.saveAll(sessions), timeout);
  }

  async #call<Result>(work: () => Promise<Result>): Promise<Result> {
    const isProbe = this.#pause > 0;
    if (this.isShut) {
      throw new SessionStoreError(
        "Cannot reach the session store: it failed a moment ago; it is tried again shortly",
        "unavailable",
      );
    }
    if (isProbe) this.#probing = true;
    try {
      const result = await inTime(work(), this.#options.timeout);
      this.#succeeded();
      return result;
    } catch (cause) {
      const error = storeErrorOf(cause);
      if (error instanceof SessionStoreError && OUTAGE.has(error.code)) this.#failed(error);
      else this.#succeeded();
      throw error;
    } finally {
      if (isProbe) this.#probing = false;
    }
  }

  #succeeded(): void {
    if (this.#pause === 0) return;
    this.#pause = 0;
    this.#options.onChange(undefined);
  }

  #failed(error: SessionStoreError): void {
    const wasWell = this.#pause === 0;
    const now = this.#options.now();
    // Calls that were under way together fail together: that is one failure, not many.
    if (!wasWell && now < this.#shutUntil) return;
    this.#pause = Math.min(MAX_PAUSE, Math.max(MIN_PAUSE, this.#pause * 2));
    this.#shutUntil = now + this.#pause;
    if (wasWell) this.#options.onChange(error);
  }
}

/** Ends a call that takes too long; what it does later is its own affair, and CAS keeps it safe. */
export function inTime<Result>(work: Promise<Result>, timeout: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new SessionStoreError(
          `Cannot reach the session store: it has not answered in ${timeout} ms; ` +
            "see whether it is overloaded or away",
          "timeout",
        ),
      );
    }, timeout);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function storeErrorOf(cause: unknown): Error {
  if (cause instanceof SessionConflictError || cause instanceof SessionStoreError) return cause;
  return new SessionStoreError(
    `Cannot use the session store: ${cause instanceof Error ? cause.message : String(cause)}`,
    "failed",
    { cause },
  );
}
