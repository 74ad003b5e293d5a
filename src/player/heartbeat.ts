/**
 * Whether the server is still there, and when to try again if not.
 *
 * @module
 */
import type { PlayerClock, Timer } from "./clock.ts";

/** Milliseconds of silence after which the server is asked, and that it has to answer. */
const SILENCE = 25_000;
const PATIENCE = 10_000;
/** Milliseconds of the first and of the longest wait before another attempt, at most. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;

/** What a heartbeat asks of the player. */
export interface HeartbeatPort {
  /** Asks the server for a sign of life. @returns Whether there is one to ask. */
  ping(): boolean;
  /** It gave none. */
  lost(): void;
}

/** Listens for the server's silence. */
export class Heartbeat {
  readonly #clock: PlayerClock;
  readonly #port: HeartbeatPort;
  #timer: Timer;
  #heard = 0;
  #pinged = false;

  constructor(clock: PlayerClock, port: HeartbeatPort) {
    this.#clock = clock;
    this.#port = port;
  }

  start(): void {
    this.hear();
    this.#listen();
  }

  stop(): void {
    this.#clock.stop(this.#timer);
  }

  /** Something was heard from the server. */
  hear(): void {
    this.#heard = this.#clock.now();
    this.#pinged = false;
  }

  #listen(): void {
    this.#clock.stop(this.#timer);
    let left = this.#heard + SILENCE - this.#clock.now();
    if (left <= 0) {
      if (this.#pinged || !this.#port.ping()) return this.#port.lost();
      this.#pinged = true;
      left = PATIENCE;
    }
    this.#timer = this.#clock.start(() => this.#listen(), left);
  }
}

/** Waits between attempts, with full jitter: a random time below a limit that doubles. */
export class Backoff {
  readonly #clock: PlayerClock;
  #timer: Timer;
  #attempts = 0;
  /** Whether an attempt is to come. */
  waiting = false;

  constructor(clock: PlayerClock) {
    this.#clock = clock;
  }

  /** Whether attempts have failed since all was well. */
  get failing(): boolean {
    return this.#attempts > 0;
  }

  /** All is well: the next wait is a short one. */
  reset(): void {
    this.#attempts = 0;
  }

  /** @param more Attempts to count as failed besides this one, for a server that asks for time. */
  wait(task: () => void, more = 0): void {
    this.#attempts += more;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts++);
    this.waiting = true;
    this.#timer = this.#clock.start(() => {
      this.waiting = false;
      task();
    }, this.#clock.random() * longest);
  }

  stop(): void {
    this.waiting = false;
    this.#clock.stop(this.#timer);
  }
}
