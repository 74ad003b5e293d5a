/**
 * The times by which parts of a page must have settled. One timer serves them all: a timer for each
 * costs a server more than the rest of a small async region.
 *
 * @module
 */

/** Something whose time can be up. */
export interface Timed {
  /** Its time is up. */
  late(): void;
}

/** The deadlines of one page. */
export class Deadlines {
  readonly #due: Map<Timed, number> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires: not after the first deadline. */
  #armed = Infinity;

  /** Calls `late` after so many milliseconds, unless {@linkcode Deadlines.drop} comes first. */
  add(timed: Timed, milliseconds: number): void {
    const due = Date.now() + milliseconds;
    this.#due.set(timed, due);
    if (due < this.#armed) this.#arm(due);
  }

  drop(timed: Timed): void {
    if (!this.#due.delete(timed) || this.#due.size > 0) return;
    clearTimeout(this.#timer);
    this.#armed = Infinity;
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
