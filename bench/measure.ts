/**
 * Timing: contenders take turns, so that what else the machine does meanwhile hits all of them
 * alike; what counts is processor time, not the clock; figures are medians.
 *
 * @module
 */
import process from "node:process";

/** The middle of the values; of an even number, the lower one of the two. `NaN` for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `at` (0 to 1) of the values lies. `NaN` for none. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * at)] ?? NaN;
}

/** What one contender's samples came to. */
export interface Timing {
  /** Median processor time of one run, in milliseconds. */
  readonly milliseconds: number;
  /** Median over the rounds of this contender's time over the first one's in the same round. */
  readonly ratio: number;
  /** Samples in milliseconds for one run, one a round. */
  readonly samples: readonly number[];
}

/** How often {@linkcode race} measures. */
export interface RaceOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before, in which the engine compiles what is hot. */
  readonly warmUp: number;
  /** A sample runs a contender so often that it takes about this many milliseconds. */
  readonly sampleTime: number;
}

/**
 * Empties the young generation when the process was started with `--v8-flags=--expose-gc`, so that
 * a sample does not pay for the one before.
 *
 * Not the old generation: a forced full collection drops the hidden classes of which no object lives
 * at that moment, and with them the optimised code of whoever made such objects. A server, in which
 * some page is always alive, never sees that, and it would hit the contenders unequally.
 */
export function collectYoungGarbage(): void {
  (globalThis as { gc?: (options: { type: "minor" }) => void }).gc?.({ type: "minor" });
}

/** What the contenders return is kept here, so that no call is optimised away. */
export let sink: unknown;

/**
 * Measures contenders in turns: each round takes one sample of each, in an order that rotates, with
 * a collection of young garbage before every sample.
 *
 * @param contenders What to run; the first is what the others are compared with.
 * @returns In the contenders' order.
 */
export function race(contenders: readonly (() => unknown)[], options: RaceOptions): Timing[] {
  const repeats = contenders.map((run) => repeatsFor(run, options.sampleTime));
  const samples: number[][] = contenders.map(() => []);
  for (let round = -options.warmUp; round < options.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round + options.warmUp) % contenders.length;
      const time = sample(contenders[at]!, repeats[at]!);
      if (round >= 0) samples[at]!.push(time);
    }
  }
  return samples.map((own) => ({
    milliseconds: median(own),
    ratio: median(own.map((time, round) => time / samples[0]![round]!)),
    samples: own,
  }));
}

function sample(run: () => unknown, repeats: number): number {
  collectYoungGarbage();
  const start = processorTime();
  for (let i = 0; i < repeats; i++) sink = run();
  return (processorTime() - start) / repeats;
}

/**
 * Milliseconds of processor time of this process. Start it with `--v8-flags=--single-threaded`: the
 * compiler's and the collector's work then counts where it is caused.
 */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Doubles the repeats until they take a while, then scales: the engine is warm by then. */
function repeatsFor(run: () => unknown, sampleTime: number): number {
  for (let repeats = 1;; repeats *= 2) {
    const time = sample(run, repeats) * repeats;
    if (time >= sampleTime || repeats > 1e6) {
      return Math.max(1, Math.round(repeats * sampleTime / time));
    }
  }
}
