/** A clock that stands still until it is told to go on. */

import type { PlayerClock, Timer } from "../../src/player/clock.ts";

interface Alarm {
  readonly at: number;
  readonly task: () => void;
}

/** Time for tests: timers fire in order while {@linkcode FakeClock.pass} lets time pass. */
export class FakeClock implements PlayerClock {
  chance = 0.5;
  #now = 0;
  readonly #alarms: Set<Alarm> = new Set();

  now(): number {
    return this.#now;
  }

  start(task: () => void, milliseconds: number): Timer {
    const alarm = { at: this.#now + Math.max(0, milliseconds), task };
    this.#alarms.add(alarm);
    return alarm;
  }

  stop(timer: Timer): void {
    this.#alarms.delete(timer as Alarm);
  }

  random(): number {
    return this.chance;
  }

  /** How many timers run. */
  get running(): number {
    return this.#alarms.size;
  }

  /** When the next timer fires, milliseconds from now. */
  get next(): number {
    return Math.min(...[...this.#alarms].map(({ at }) => at)) - this.#now;
  }

  /** Lets time pass. */
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
