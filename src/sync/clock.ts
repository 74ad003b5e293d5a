/**
 * Time that survives wrong clocks.
 *
 * A device says how *old* a write is when it sends it, never when it happened: `sentAt - at`, both
 * read from the same clock, so a constant skew cancels out. The server takes the age from its own
 * time. A clock that is set between writing and sending would falsify the age; within one run of
 * the process the monotonic clock gives the true one, so it is used where we have it.
 *
 * ```
 * device clock 6 h fast     write at 18:00   sent at 18:05   → age 5 min
 * server                                     arrives 12:05   → written at 12:00
 * ```
 *
 * Rejected: sending the device's time (the newest real write then loses against a fast clock, in
 * 4 of 5 keys under 6 h of skew), and correcting by a skew that was measured earlier (wrong
 * exactly when the clock was set in between).
 */

import { MAX_AGE_MS } from "./limits.ts";

/** Both clocks of a device, in milliseconds. A simulator passes its own. */
export interface Clock {
  /** Since 1970, as the device believes. May jump, and may be wrong by hours. */
  now(): number;
  /** Since any fixed moment of this run. Never goes back. */
  monotonic(): number;
}

/** The platform's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Remembers, for the writes of this run, the monotonic moment of each. */
export class AgeKeeper {
  readonly #clock: Clock;
  readonly #written = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call when the write happens. */
  note(mid: string): void {
    this.#written.set(mid, this.#clock.monotonic());
  }

  /** Call when the write needs no age any more. */
  forget(mid: string): void {
    this.#written.delete(mid);
  }

  /** Milliseconds since the write, never negative; from the wall clock only for earlier runs. */
  age(mid: string, at: number): number {
    const written = this.#written.get(mid);
    const age = written === undefined ? this.#clock.now() - at : this.#clock.monotonic() - written;
    return Math.max(0, age);
  }
}

/**
 * When a write happened, by the server's clock: `serverNow` less its age, never in the future,
 * never before what the same client wrote earlier.
 *
 * @param lastTime the corrected time of that client's previous write
 */
export function correctedTime(
  serverNow: number,
  sentAt: number,
  at: number,
  lastTime: number,
): number {
  const age = Math.min(MAX_AGE_MS, Math.max(0, sentAt - at));
  return Math.min(serverNow, Math.max(lastTime, Math.floor(serverNow - age)));
}
