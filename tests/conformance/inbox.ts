/**
 * Things that come one after the other and are waited for.
 *
 * @module
 */
import { within } from "./suite.ts";

/** Milliseconds that something may take to come: a slow machine, and a wait before a retry. */
const PATIENCE = 10_000;

/** A queue whose reader waits, but not for ever. */
export class Inbox<T> {
  readonly #what: string;
  readonly #items: T[] = [];
  readonly #wakers: (() => void)[] = [];

  /** @param what What comes, for messages. */
  constructor(what: string) {
    this.#what = what;
  }

  push(item: T): void {
    this.#items.push(item);
    for (const wake of this.#wakers.splice(0)) wake();
  }

  /** What has come and was not taken. */
  get waiting(): readonly T[] {
    return this.#items;
  }

  /** The next one that `fits`; those before it stay. */
  async next(fits: (item: T) => boolean = () => true, most: number = PATIENCE): Promise<T> {
    const end = performance.now() + most;
    for (;;) {
      const at = this.#items.findIndex(fits);
      if (at >= 0) return this.#items.splice(at, 1)[0]!;
      const waker = Promise.withResolvers<void>();
      this.#wakers.push(waker.resolve);
      await within(
        Math.max(0, end - performance.now()),
        waker.promise,
        `waiting for ${this.#what}`,
      );
    }
  }
}
