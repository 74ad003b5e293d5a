/**
 * One timer for many deadlines that move on. A timer each would cost every connection half a
 * kilobyte, and most are never due: whatever is heard of a player moves its deadline.
 *
 * @module
 */

/** Milliseconds between two looks at everything, at least. */
const SHORTEST = 1_000;

/** The longest that `setTimeout` can wait, in milliseconds: about 24 days. */
const LONGEST = 2 ** 31 - 1;

/** What a {@linkcode SharedTimer} asks about what it watches. */
export interface TimerRules<T> {
  /** When something is due as things stand, by the clock of `now`. It may only move on. */
  dueOf(watched: T): number;
  /** It is due, and not watched any longer. */
  late(watched: T): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Watches deadlines: exact for the first one, and up to a second late for those soon after it, so
 * that many of them cost little.
 *
 * @example
 * ```ts
 * import { SharedTimer } from "./shared_timer.ts";
 * const due = Date.now() + 10;
 * const late = await new Promise<string>((resolve) => {
 *   const timer = new SharedTimer<string>({ dueOf: () => due, late: resolve, now: Date.now });
 *   timer.add("socket");
 * });
 * console.assert(late === "socket");
 * ```
 */
export class SharedTimer<T> {
  readonly #rules: TimerRules<T>;
  readonly #watched: Set<T> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires. */
  #armed = Infinity;

  constructor(rules: TimerRules<T>) {
    this.#rules = rules;
  }

  /** Watches something; adding it twice is no more. */
  add(watched: T): void {
    this.#watched.add(watched);
    this.#arm(this.#rules.dueOf(watched));
  }

  delete(watched: T): void {
    if (this.#watched.delete(watched) && this.#watched.size === 0) this.#disarm();
  }

  /** Watches nothing any more. */
  clear(): void {
    this.#watched.clear();
    this.#disarm();
  }

  #arm(due: number): void {
    if (due >= this.#armed) return;
    clearTimeout(this.#timer);
    this.#armed = due;
    const wait = Math.min(Math.max(due - this.#rules.now(), 0), LONGEST);
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armed = Infinity;
  }

  #look(): void {
    this.#armed = Infinity;
    const now = this.#rules.now();
    let next = Infinity;
    for (const watched of this.#watched) {
      const due = this.#rules.dueOf(watched);
      if (due > now) next = Math.min(next, due);
      else {
        this.#watched.delete(watched);
        this.#rules.late(watched);
      }
    }
    if (this.#watched.size > 0) this.#arm(Math.max(next, now + SHORTEST));
  }
}
