/**
 * One measurement for everybody: however many pages are open, the machine is measured once a
 * second, and not at all while nobody looks.
 *
 * @module
 */
import { batch, type ReadonlySignal, type Signal, signal } from "@vango/vango";
import type { Collector, Host, Reading } from "../collectors/reading.ts";
import { Series } from "./series.ts";

/** The charts' data. Shares in percent, flows in bytes per second. */
export interface History {
  readonly cpu: Series;
  readonly memory: Series;
  readonly received: Series;
  readonly sent: Series;
  readonly read: Series;
  readonly written: Series;
}

/** Options of {@linkcode Sampler}. */
export interface SamplerOptions {
  /** Milliseconds between two readings. Default: 1000. */
  readonly interval?: number;
}

/** Measures while somebody watches. */
export class Sampler {
  readonly history: History = {
    cpu: new Series(),
    memory: new Series(),
    received: new Series(),
    sent: new Series(),
    read: new Series(),
    written: new Series(),
  };
  readonly #collector: Collector;
  readonly #interval: number;
  readonly #reading: Signal<Reading | undefined> = signal<Reading | undefined>(undefined);
  #watchers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;

  constructor(collector: Collector, options: SamplerOptions = {}) {
    this.#collector = collector;
    this.#interval = options.interval ?? 1000;
  }

  /** What does not change. */
  get host(): Host {
    return this.#collector.host;
  }

  /** The newest reading; `undefined` before the first {@linkcode Sampler.refresh} is done. */
  get reading(): ReadonlySignal<Reading | undefined> {
    return this.#reading;
  }

  /** How many watch. */
  get watchers(): number {
    return this.#watchers;
  }

  /**
   * Measures for as long as the caller watches.
   *
   * @returns Ends the watch; calling it again does nothing.
   */
  watch(): () => void {
    if (this.#watchers++ === 0) {
      // A moment ago the page itself was rendered with a reading: rates over less are noise.
      const age = Date.now() - (this.#reading.value?.at ?? 0);
      this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#interval - age));
    }
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      if (--this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  /** Resolves when the newest reading is at most one interval old: a page's first figures. */
  async refresh(): Promise<void> {
    const age = Date.now() - (this.#reading.value?.at ?? 0);
    if (age > this.#interval) await this.#measure();
  }

  #tick(): void {
    const began = performance.now();
    // The interval is from start to start, or the clock of the page would lag behind.
    const measured = this.#measure().catch((error) => console.error("cannot measure:", error));
    measured.then(() => {
      // Somebody else may have begun to watch while this was measured: one timer, not two.
      clearTimeout(this.#timer);
      if (this.#watchers === 0) return;
      const wait = this.#interval - (performance.now() - began);
      this.#timer = setTimeout(() => this.#tick(), Math.max(wait, this.#interval / 4));
    });
  }

  #measure(): Promise<void> {
    return this.#running ??= this.#collect().finally(() => this.#running = undefined);
  }

  async #collect(): Promise<void> {
    const reading = await this.#collector.collect();
    const { history } = this;
    const elapsed = reading.at - (this.#reading.value?.at ?? 0);
    batch(() => {
      this.#reading.value = reading;
      // After a pause the rates are averages of all that time: figures, but no point of a chart.
      if (elapsed > this.#interval * 3) return;
      history.cpu.push(reading.at, reading.cpu.used * 100);
      history.memory.push(reading.at, reading.memory.used / reading.memory.total * 100);
      if (reading.network) {
        history.received.push(reading.at, reading.network.in);
        history.sent.push(reading.at, reading.network.out);
      }
      if (reading.disk) {
        history.read.push(reading.at, reading.disk.in);
        history.written.push(reading.at, reading.disk.out);
      }
    });
  }
}
