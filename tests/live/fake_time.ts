/**
 * A clock that moves when it is told to: timers, `Date.now` and `performance.now`.
 *
 * @module
 */

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Stands in for the clock of the whole process until it is disposed. */
export class FakeTime implements Disposable {
  now: number;
  readonly #timers: Map<number, Timer> = new Map();
  readonly #started: number;
  readonly #real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    dateNow: Date.now,
    performanceNow: performance.now,
  };
  #next = 1;

  constructor(now = 1_700_000_000_000) {
    this.now = this.#started = now;
    const set = (run: (...args: unknown[]) => void, wait = 0, ...args: unknown[]): number => {
      this.#timers.set(this.#next, { due: this.now + Math.max(0, wait), run: () => run(...args) });
      return this.#next++;
    };
    globalThis.setTimeout = set as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((id: number) => void this.#timers.delete(id)) as typeof clearTimeout;
    Date.now = () => this.now;
    performance.now = () => this.now - this.#started + 1;
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets promises settle, then time pass, timer by timer. */
  async tick(milliseconds = 0): Promise<void> {
    const end = this.now + milliseconds;
    await this.settle();
    for (;;) {
      let first: number | undefined;
      for (const [id, { due }] of this.#timers) {
        if (due <= end && (first === undefined || due < this.#timers.get(first)!.due)) first = id;
      }
      if (first === undefined) break;
      const { due, run } = this.#timers.get(first)!;
      this.#timers.delete(first);
      this.now = Math.max(this.now, due);
      run();
      await this.settle();
    }
    this.now = end;
  }

  /** Lets promises and streams settle. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await new Promise<void>((resolve) => this.#real.setTimeout.call(globalThis, resolve, 0));
    }
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#real.setTimeout;
    globalThis.clearTimeout = this.#real.clearTimeout;
    Date.now = this.#real.dateNow;
    performance.now = this.#real.performanceNow;
  }
}
