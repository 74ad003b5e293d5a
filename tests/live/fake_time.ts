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
    // Few timers come from promises of promises: one turn each is enough on the way.
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
      await this.#turn();
    }
    this.now = end;
    await this.settle();
  }

  /** Lets promises and streams settle. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) await this.#turn();
  }

  /** One turn of the event loop, sooner than a timer gives it. */
  #turn(): Promise<void> {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    });
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#real.setTimeout;
    globalThis.clearTimeout = this.#real.clearTimeout;
    Date.now = this.#real.dateNow;
    performance.now = this.#real.performanceNow;
  }
}
