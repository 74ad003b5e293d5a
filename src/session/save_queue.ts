/**
 * Write-behind: changes wait a moment, so that ten of them are one save, and wait for the store
 * when it is away.
 *
 * What waits is held here by a strong reference, so a session with unsaved changes outlives its
 * last tab. The queue is bounded; past the bound the change itself is refused, loudly, because the
 * alternative is to lose one that was accepted.
 */

import { SessionStoreError } from "./errors.ts";
import type { GuardedStore } from "./guarded_store.ts";
import { MAX_PARALLEL_SAVES, MAX_QUEUED_BYTES, MAX_QUEUED_SESSIONS } from "./limits.ts";

/** Something that must reach the store. */
export interface QueueJob {
  /** About how much memory it keeps. */
  readonly bytes: number;
  /** Does it; rejects with a {@linkcode SessionStoreError} when it must be tried again. */
  run(): Promise<void>;
}

/** Settings of the queue. */
export interface SaveQueueOptions {
  readonly store: GuardedStore;
  /** How long changes wait for more of them, in milliseconds. */
  readonly delay: number;
  readonly maxJobs?: number;
  readonly maxBytes?: number;
  /** Told of a job that failed while the store itself is well. */
  readonly onFailure: (error: unknown) => void;
}

/** The pause after a job failed while the store is well, in milliseconds. */
const RETRY_PAUSE = 500;

/** Codes that trying again does not cure: the next change of that session tries by itself. */
const HOPELESS: ReadonlySet<string> = new Set(["too_large", "closed"]);

/** Runs jobs soon, a few at a time, each until it succeeds. */
export class SaveQueue {
  readonly #options: SaveQueueOptions;
  readonly #waiting = new Map<QueueJob, number>();
  /** Those of the waiting that failed while the store is well: left alone until the timer. */
  readonly #parked = new Set<QueueJob>();
  readonly #running = new Set<Promise<void>>();
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: SaveQueueOptions) {
    this.#options = options;
  }

  /** Jobs that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The jobs that wait, which stay where they are. */
  jobs(): QueueJob[] {
    return [...this.#waiting.keys()];
  }

  /**
   * Caller asks before it makes a change that `add` must then take.
   *
   * @throws {SessionStoreError} `queue_full` when too much waits already
   */
  mustHaveRoom(job: QueueJob): void {
    const { maxJobs = MAX_QUEUED_SESSIONS, maxBytes = MAX_QUEUED_BYTES } = this.#options;
    const isFull = this.#bytes >= maxBytes ||
      (this.#waiting.size >= maxJobs && !this.#waiting.has(job));
    if (!isFull) return;
    throw new SessionStoreError(
      `Cannot change the session: ${this.#waiting.size} sessions (${this.#bytes} bytes) already ` +
        "wait for the session store; bring the store back",
      "queue_full",
    );
  }

  /** Runs the job soon. Adding it again while it waits only measures it anew. */
  add(job: QueueJob): void {
    this.#put(job);
    this.#schedule(this.#options.delay);
  }

  /**
   * Runs the job now.
   *
   * @throws {SessionStoreError} when it failed; it then waits in the queue
   */
  async runNow(job: QueueJob): Promise<void> {
    this.#remove(job);
    try {
      await job.run();
    } catch (error) {
      if (!isHopeless(error)) this.#park(job);
      throw error;
    }
  }

  /** Starts nothing more, and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await Promise.allSettled([...this.#running]);
  }

  /** Forgets a job, for whoever has done it in another way. */
  remove(job: QueueJob): void {
    this.#remove(job);
  }

  #put(job: QueueJob): void {
    this.#remove(job);
    this.#waiting.set(job, job.bytes);
    this.#bytes += job.bytes;
  }

  #park(job: QueueJob): void {
    this.#put(job);
    this.#parked.add(job);
    this.#schedule(RETRY_PAUSE);
  }

  #remove(job: QueueJob): void {
    this.#parked.delete(job);
    this.#bytes -= this.#waiting.get(job) ?? 0;
    this.#waiting.delete(job);
  }

  #schedule(delay: number): void {
    if (this.#timer !== undefined || this.#stopped || this.#waiting.size === 0) return;
    const wait = Math.max(delay, this.#options.store.pause);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#parked.clear();
      this.#pump();
    }, wait);
  }

  #pump(): void {
    if (this.#stopped) return;
    for (const job of this.#waiting.keys()) {
      if (this.#parked.has(job)) continue;
      const { store, delay } = this.#options;
      if (store.isShut) return this.#schedule(delay);
      // One finds out whether the store is back; the others then follow.
      if (this.#running.size >= (store.isDown ? 1 : MAX_PARALLEL_SAVES)) return;
      this.#remove(job);
      const running: Promise<void> = this.#run(job).finally(() => {
        this.#running.delete(running);
        this.#pump();
      });
      this.#running.add(running);
    }
  }

  async #run(job: QueueJob): Promise<void> {
    try {
      await job.run();
    } catch (error) {
      const { store, onFailure } = this.#options;
      if (!isHopeless(error)) this.#park(job);
      if (!store.isDown) onFailure(error);
    }
  }
}

function isHopeless(error: unknown): boolean {
  return error instanceof SessionStoreError && HOPELESS.has(error.code);
}
