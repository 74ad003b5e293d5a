/**
 * Time and chance as a player needs them: the real ones, or a test's.
 *
 * @module
 */

/** What a timer is named by. */
export type Timer = unknown;

/** A clock whose time a test can move, and chance that it can fix. */
export interface PlayerClock {
  /** Milliseconds since any fixed point. */
  now(): number;
  /** Runs `task` after so many milliseconds. */
  start(task: () => void, milliseconds: number): Timer;
  /** Stops a timer; one that has fired is ignored. */
  stop(timer: Timer): void;
  /** From 0 up to, not including, 1. */
  random(): number;
}

/** The machine's clock. */
export const systemClock: PlayerClock = {
  now: () => Date.now(),
  start: (task, milliseconds) => setTimeout(task, milliseconds),
  stop: (timer) => clearTimeout(timer as number | undefined),
  random: () => Math.random(),
};
