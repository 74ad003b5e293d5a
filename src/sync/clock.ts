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

/**
 * Milliseconds since a write, never negative.
 *
 * @param written its moment by the monotonic clock; without it the wall clock must do
 * @param at its time by the wall clock
 */
export function ageOf(clock: Clock, written: number | undefined, at: number): number {
  return Math.max(0, written === undefined ? clock.now() - at : clock.monotonic() - written);
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
