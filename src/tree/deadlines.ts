/**
 * The times by which parts of a page must have settled. One timer serves them all, and it is set a
 * little later: setting and clearing a timer costs a server as much as a small async region, and
 * what settles at once needs none.
 *
 * @module
 */

/** Turns of promises after which something has not settled at once. */
const TURNS = 8;

/** Something whose time can be up. */
export interface Timed {
  /** Its time is up. */
  late(): void;
}

/** The deadlines of one page. */
export class Deadlines {
  readonly #due: Map<Timed, number> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether it is about to be seen what has not settled at once. */
  #looking = false;
  /** When the timer fires: not after the first deadline. */
  #armed = Infinity;

  /** Calls `late` after so many milliseconds, unless {@linkcode Deadlines.drop} comes first. */
  add(timed: Timed, milliseconds: number): void {
    const due = Date.now() + milliseconds;
    this.#due.set(timed, due);
    if (due < this.#armed && !this.#looking) this.#armLater();
  }

  drop(timed: Timed): void {
    if (!this.#due.delete(timed) || this.#due.size > 0 || this.#armed === Infinity) return;
    clearTimeout(this.#timer);
    this.#armed = Infinity;
  }

  async #armLater(): Promise<void> {
    this.#looking = true;
    for (let turn = 0; turn < TURNS; turn++) await undefined;
    this.#looking = false;
    let first = Infinity;
    for (const due of this.#due.values()) first = Math.min(first, due);
    if (first < this.#armed) this.#arm(first);
  }

  #arm(due: number): void {
    clearTimeout(this.#timer);
    this.#armed = due;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, due - Date.now()));
  }

  #fire(): void {
    this.#armed = Infinity;
    const now = Date.now();
    let next = Infinity;
    for (const [timed, due] of [...this.#due]) {
      if (due > now) next = Math.min(next, due);
      else if (this.#due.delete(timed)) timed.late();
    }
    if (next < this.#armed) this.#arm(next);
  }
}
