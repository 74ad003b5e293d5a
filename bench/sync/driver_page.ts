/**
 * The driver of the browser's part: the contenders take turns in one page, each round on a new
 * database.
 *
 * @module
 */
import { type Contender, itemOf, type LocalData, ROWS, WRITES } from "./contender.ts";

/** Milliseconds by contender, round by round. */
export interface BrowserTimes {
  readonly writes: Record<string, number[]>;
  readonly loads: Record<string, number[]>;
}

const ROUNDS = { writes: 5, loads: 3 };

/** Rounds before, in which the browser compiles what is hot. */
const WARM_UP = 1;

// All of them promise the same: on disk, not in the browser's hands. Chromium's default is less.
const begin = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (names, mode, options) {
  return begin.call(this, names, mode, { ...options, durability: "strict" });
};

async function race(
  contenders: readonly Contender[],
  kind: keyof BrowserTimes,
  expected: number,
  run: (data: LocalData) => Promise<unknown>,
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let round = -WARM_UP; round < ROUNDS[kind]; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, open } = contenders[(turn + round + WARM_UP) % contenders.length]!;
      const data = await open(`bench-${kind}-${round + WARM_UP}-${turn}`);
      const start = performance.now();
      await run(data);
      const time = performance.now() - start;
      const count = await data.count();
      if (count !== expected) throw new Error(`${name} has ${count} records, not ${expected}`);
      await data.remove();
      if (round >= 0) (times[name] ??= []).push(time);
    }
  }
  return times;
}

/** Runs both races. */
async function runRaces(): Promise<BrowserTimes> {
  const { contenders } = globalThis as unknown as { contenders: Contender[] };
  const items = Array.from({ length: WRITES }, (_, i) => itemOf(i));
  return {
    writes: await race(
      contenders,
      "writes",
      WRITES,
      (data) => Promise.all(items.map((item) => data.write(item))),
    ),
    loads: await race(contenders, "loads", ROWS, (data) => data.load()),
  };
}

Object.assign(globalThis, { runRaces });
