/**
 * The times by which parts of a page must have settled. One timer serves them all, and it is set a
 * little later: setting and clearing a timer costs a server as much as a small async region, and
 * what settles at once needs none.
 *
 * @module
 */

/** Turns of promises after which something has not settled at once. */
export const TURNS = 8;

/** Something whose time can be up. */
export interface Timed {
  /** When, milliseconds since 1970; 0 while it is not waited for. Set by {@linkcode Deadlines}. */
  due: number;
  /** Its time is up. */
  late(): void;
}

/** The deadlines of one page. */
export class Deadlines {
  /** What is waited for, and what was until lately: it is dropped in passing, without a search. */
  #timed: Timed[] = [];
  #open = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether it is about to be seen what has not settled at once. */
  #looking = false;
  /** When the timer fires: not after the first deadline. */
  #armed = Infinity;

  /** Calls `late` after so many milliseconds, unless {@linkcode Deadlines.drop} comes first. */
  add(timed: Timed, milliseconds: number): void {
    if (this.#timed.length > 2 * this.#open + 64) this.#timed = this.#timed.filter(isOpen);
    timed.due = Date.now() + milliseconds;
    this.#timed.push(timed);
    this.#open++;
    if (timed.due < this.#armed && !this.#looking) this.#armLater();
  }

  drop(timed: Timed): void {
    if (timed.due === 0) return;
    timed.due = 0;
    if (--this.#open > 0) return;
    this.#timed = [];
    if (this.#armed === Infinity) return;
    clearTimeout(this.#timer);
    this.#armed = Infinity;
  }

  async #armLater(): Promise<void> {
    this.#looking = true;
    for (let turn = 0; turn < TURNS; turn++) await undefined;
    this.#looking = false;
    let first = Infinity;
    for (const { due } of this.#timed) if (due > 0) first = Math.min(first, due);
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
    for (const timed of this.#timed.filter(isOpen)) {
      if (timed.due > now) next = Math.min(next, timed.due);
      else if (timed.due > 0) {
        this.drop(timed);
        timed.late();
      }
    }
    if (next < this.#armed) this.#arm(next);
  }
}

function isOpen({ due }: Timed): boolean {
  return due > 0;
}
