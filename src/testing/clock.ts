/**
 * Time that stands still until it is told to go on.
 *
 * @module
 */
import type { PlayerClock, Timer } from "../player/clock.ts";

interface Alarm {
  readonly at: number;
  readonly task: () => void;
}

/**
 * A clock for players and networks under test: timers fire in order while time passes.
 *
 * @example
 * ```ts
 * import { TestClock } from "./clock.ts";
 * const clock = new TestClock();
 * let rang = false;
 * clock.start(() => rang = true, 300);
 * clock.pass(300);
 * console.assert(rang);
 * ```
 */
export class TestClock implements PlayerClock {
  /** What {@linkcode TestClock.random} gives. */
  chance = 0.5;
  #now = 0;
  readonly #alarms: Set<Alarm> = new Set();

  /** Milliseconds since it was made. */
  now(): number {
    return this.#now;
  }

  /** Runs a task after so many milliseconds of this clock. */
  start(task: () => void, milliseconds: number): Timer {
    const alarm = { at: this.#now + Math.max(0, milliseconds), task };
    this.#alarms.add(alarm);
    return alarm;
  }

  /** Stops a timer; one that has fired already is ignored. */
  stop(timer: Timer): void {
    this.#alarms.delete(timer as Alarm);
  }

  /** {@linkcode TestClock.chance}: tests are no matter of luck. */
  random(): number {
    return this.chance;
  }

  /** How many timers run. */
  get running(): number {
    return this.#alarms.size;
  }

  /** Milliseconds until the next timer fires; infinity when none runs. */
  get next(): number {
    return Math.min(...[...this.#alarms].map(({ at }) => at)) - this.#now;
  }

  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#alarms.delete(due);
      this.#now = due.at;
      due.task();
    }
    this.#now = until;
  }
}
