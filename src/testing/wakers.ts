/**
 * Waiting for whatever happens next, without asking the clock again and again.
 *
 * @module
 */

/** Those who wait for something to happen. */
export class Wakers {
  readonly #wakers: Set<() => void> = new Set();

  /** Something has happened. */
  wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }

  /** Once whoever waits for a promise that is about to resolve has gone on. */
  wakeSoon(): void {
    queueMicrotask(() => this.wake());
  }

  /** Whether something happens within so many milliseconds. */
  somethingHappens(most: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (): void => finish(true);
      const timer = setTimeout(() => finish(false), Math.max(0, most));
      const finish = (happened: boolean): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve(happened);
      };
      this.#wakers.add(wake);
    });
  }
}

/** Lets everything run that is ready to: microtasks, and tasks that were queued before. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
