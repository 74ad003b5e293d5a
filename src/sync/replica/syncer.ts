/**
 * Decides when to synchronise, and keeps at it.
 *
 * ```
 * idle ──write, poke, interval──▶ syncing ──done──▶ idle
 *                                    │ failed
 *                                    ├─ network, 5xx, 429, nonsense ─▶ waiting (0 … 60 s) ─▶ syncing
 *                                    ├─ 401 ─▶ signed-out     until resume()
 *                                    ├─ other user ─▶ wrong-user
 *                                    └─ 426 ─▶ upgrade        the queue is kept
 * ```
 *
 * Failures are never charged to a write: after however many attempts, the next one sends the same.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { SyncOutcome, SyncPhase } from "../../contract/sync.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Random, secureRandom } from "../ids.ts";
import { type Exchange, systemTimers, type Timers } from "../ports.ts";
import { Attempts, type Tally } from "./attempt.ts";
import { asFailure } from "./failure.ts";
import type { Replica } from "./replica.ts";

/** What the exchange is doing, apart from the data. */
export interface SyncerState {
  readonly phase: Exclude<SyncPhase, "loading">;
  readonly online: boolean;
  readonly lastError: { readonly code: string; readonly message: string } | undefined;
  readonly skewMs: number | undefined;
  readonly stuck: boolean;
}

/** What `ctx.sync` needs of whoever synchronises: this tab, or the tab that leads. */
export interface SyncDriver {
  readonly state: ReadonlySignal<SyncerState>;
  force(): Promise<SyncOutcome>;
}

export interface SyncerOptions {
  readonly replica: Replica;
  readonly exchange: Exchange;
  /** Milliseconds between attempts while nothing happens. Default 30,000. */
  readonly interval?: number | undefined;
  /** Milliseconds without a sign of the server that end a request. Default 30,000. */
  readonly timeout?: number;
  /** Rows in one page of a pull. */
  readonly pullRows?: number | undefined;
  readonly timers?: Timers;
  readonly clock?: Clock;
  readonly random?: Random;
}

const INTERVAL_MS = 30_000;
const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 60_000;

/** A server that asks for more than this is not believed. */
const MOST_RETRY_AFTER_MS = 3_600_000;

/** Until there is a credential, a matching user, a newer app: nothing is tried. */
const PAUSES: ReadonlySet<string> = new Set(["signed-out", "wrong-user", "upgrade"]);

const STOPPED = { code: "stopped", message: "Synchronising was stopped." };

const FIRST_STATE: SyncerState = {
  phase: "stopped",
  online: false,
  lastError: undefined,
  skewMs: undefined,
  stuck: false,
};

/**
 * Synchronises one replica with the server. Nothing is sent before `start`.
 *
 * @example
 * ```ts
 * import { createMemoryReplicaStore } from "../memory_store.ts";
 * import { openReplica } from "./replica.ts";
 * import { createSyncer } from "./syncer.ts";
 * const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
 * const syncer = createSyncer({
 *   replica,
 *   exchange: () => Promise.reject(new Error("no network")),
 * });
 * const { ok, error } = await syncer.force();
 * console.assert(!ok && error?.code === "network");
 * syncer.stop();
 * await replica.close();
 * ```
 */
export function createSyncer(options: SyncerOptions): Syncer {
  return new Syncer(options);
}

export class Syncer implements SyncDriver {
  readonly #replica: Replica;
  readonly #attempts: Attempts;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #interval: number;
  readonly #state: Signal<SyncerState> = signal(FIRST_STATE);
  #started = false;
  #running: Promise<SyncOutcome> | undefined;
  #controller = new AbortController();
  #again = false;
  #failures = 0;
  #retryAfter = 0;
  #cancelTimer: () => void = () => {};
  #cancelWatch: () => void = () => {};
  #stopHearing: () => void = () => {};
  #lastAttempt: number;

  /** Caller should use {@linkcode createSyncer}. */
  constructor(options: SyncerOptions) {
    this.#replica = options.replica;
    this.#timers = options.timers ?? systemTimers;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? secureRandom;
    this.#interval = options.interval ?? INTERVAL_MS;
    this.#lastAttempt = this.#clock.monotonic();
    this.#attempts = new Attempts({
      replica: options.replica,
      exchange: options.exchange,
      timers: this.#timers,
      clock: this.#clock,
      timeout: options.timeout ?? TIMEOUT_MS,
      pullRows: options.pullRows,
      onSkew: (ms) => this.#set({ skewMs: Math.round(ms), online: true }),
      onProgress: () => this.#lastAttempt = this.#clock.monotonic(),
    });
  }

  get state(): ReadonlySignal<SyncerState> {
    return this.#state;
  }

  /** Begins: at once, then by writes, pokes and the interval. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#controller = new AbortController();
    this.#stopHearing = this.#replica.onWork(() => this.poke());
    this.#set({ phase: "idle", stuck: false });
    this.#keepWatch();
    this.poke();
  }

  /** Ends it, also an attempt under way. May be started again. */
  stop(): void {
    if (!this.#started) return;
    this.#started = false;
    this.#controller.abort(new Error("Stopped."));
    this.#stopHearing();
    this.#cancelTimer();
    this.#cancelWatch();
    this.#set({ phase: "stopped" });
  }

  /** Something happened here or there: synchronise, unless that is due anyway. */
  poke(): void {
    if (!this.#started || this.#isPaused) return;
    if (this.#running) this.#again = true;
    else if (this.#failures === 0) this.#run(false);
  }

  /** There is a credential, or a network, again: forget why we waited. */
  resume(): void {
    if (!this.#started) return;
    this.#failures = 0;
    if (this.#isPaused) this.#set({ phase: "idle" });
    this.poke();
  }

  /** One attempt now, whatever forbade it, after the one under way. */
  async force(): Promise<SyncOutcome> {
    await this.#running;
    return await (this.#running ?? this.#run(true));
  }

  #run(release: boolean): Promise<SyncOutcome> {
    this.#cancelTimer();
    this.#again = false;
    this.#lastAttempt = this.#clock.monotonic();
    this.#set({ phase: "syncing", stuck: false });
    return this.#running = this.#attempt(release).finally(() => {
      this.#running = undefined;
      if (this.#started) this.#plan();
    });
  }

  async #attempt(release: boolean): Promise<SyncOutcome> {
    const tally: Tally = { pushed: 0, pulled: 0 };
    // Outside of `start` an attempt that was forced must not be aborted by an earlier `stop`.
    const { signal } = this.#started ? this.#controller : new AbortController();
    try {
      await this.#attempts.run(tally, signal, release);
      this.#failures = 0;
      this.#rest({ phase: "idle", online: true, lastError: undefined });
      return { ok: true, ...tally, error: undefined };
    } catch (thrown) {
      // It was called off; that says nothing about the network.
      if (signal.aborted) return { ok: false, ...tally, error: STOPPED };
      const { kind, code, message, reached, retryAfter = 0 } = asFailure(thrown);
      this.#failures++;
      this.#retryAfter = Math.min(retryAfter, MOST_RETRY_AFTER_MS);
      const isPause = PAUSES.has(kind);
      const error = { code, message };
      this.#rest({
        phase: isPause ? kind as SyncerState["phase"] : "waiting",
        online: reached || isPause,
        lastError: error,
      });
      return { ok: false, ...tally, error };
    }
  }

  /** How an attempt leaves it, unless it was stopped meanwhile. */
  #rest(state: Partial<SyncerState>): void {
    this.#set(this.#started ? state : { ...state, phase: "stopped" });
  }

  get #isPaused(): boolean {
    return PAUSES.has(this.#state.peek().phase);
  }

  /** After an attempt: when is the next one? */
  #plan(): void {
    if (this.#isPaused) return;
    if (this.#failures === 0) {
      if (this.#again) this.#run(false);
      else this.#schedule(this.#interval, true);
      return;
    }
    // Full jitter: a thousand devices that lost the server at once do not come back at once.
    const most = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(10, this.#failures));
    this.#schedule(this.#retryAfter + this.#random() * most, false);
  }

  #schedule(ms: number, release: boolean): void {
    this.#cancelTimer = this.#timers.after(ms, () => {
      if (this.#started && !this.#running) this.#run(release);
    });
  }

  /**
   * Reports writes that wait while nothing tries to send them, and tries. It should never happen;
   * a suspended page, a lost timer or a bug would otherwise stay unseen.
   */
  #keepWatch(): void {
    const patience = this.#interval + 2 * MOST_WAIT_MS;
    this.#cancelWatch = this.#timers.after(patience / 2, () => {
      if (!this.#started) return;
      const quiet = this.#clock.monotonic() - this.#lastAttempt;
      const waits = this.#replica.view.unacked > 0 && !this.#isPaused;
      if (waits && quiet > patience + this.#retryAfter) {
        this.#set({ stuck: true });
        if (!this.#running) this.#run(false);
      }
      this.#keepWatch();
    });
  }

  #set(state: Partial<SyncerState>): void {
    this.#state.value = { ...this.#state.peek(), ...state };
  }
}
