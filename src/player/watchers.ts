/**
 * Waiting for a condition: looked at whenever something has happened, never by the clock.
 *
 * @module
 */

/** Those who wait for something of a player. */
export class Watchers {
  readonly #watchers: Set<() => void> = new Set();

  /** Something has happened. */
  tell(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  /**
   * Resolves when `condition` holds: looked at now and whenever something happens.
   *
   * @param signal Gives up.
   * @throws the signal's reason.
   */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        if (signal?.aborted) reject(signal.reason);
        else if (condition()) resolve();
        else return;
        this.#watchers.delete(watch);
        signal?.removeEventListener("abort", watch);
      };
      this.#watchers.add(watch);
      signal?.addEventListener("abort", watch);
      watch();
    });
  }
}
