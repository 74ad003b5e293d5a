/**
 * Runs the sync engine's simulator over many seeds and says which broke an invariant.
 *
 * `deno run -A tools/simulate.ts --seeds 100000 --from 0`. Exits with 1 when a seed broke one; that
 * seed then becomes a named test in `tests/sync/simulator_test.ts`. `--json path` also keeps the
 * result in a file.
 *
 * @module
 */
import { simulate } from "../tests/sync/simulator/simulate.ts";

interface Result {
  seeds: number;
  from: number;
  seconds: number;
  broken: { seed: number; violations: readonly string[] }[];
  counts: Record<string, number>;
}

/** Seeds between two lines of progress. */
const REPORT_EVERY = 1_000;

function numberOf(name: string, otherwise: number): number {
  const at = Deno.args.indexOf(`--${name}`);
  if (at < 0) return otherwise;
  const value = Number(Deno.args[at + 1]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`Cannot read --${name}: it is not a count`);
}

async function run(from: number, seeds: number): Promise<Result> {
  const started = performance.now();
  const result: Result = { seeds: 0, from, seconds: 0, broken: [], counts: {} };
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations, counts } = await simulate(seed);
    for (const [name, count] of Object.entries(counts)) {
      result.counts[name] = (result.counts[name] ?? 0) + count;
    }
    if (violations.length > 0) {
      result.broken.push({ seed, violations });
      console.log(`seed ${seed} broke:\n  ${violations.slice(0, 5).join("\n  ")}`);
    }
    result.seeds++;
    result.seconds = Math.round((performance.now() - started) / 1000);
    if (result.seeds % REPORT_EVERY === 0) {
      console.log(`${result.seeds} seeds, ${result.seconds} s, ${result.broken.length} broken`);
    }
  }
  return result;
}

const result = await run(numberOf("from", 0), numberOf("seeds", 1_000));
const file = Deno.args[Deno.args.indexOf("--json") + 1];
if (Deno.args.includes("--json") && file) {
  await Deno.writeTextFile(file, JSON.stringify(result, null, 2) + "\n");
}
console.log(`${result.seeds} seeds from ${result.from} in ${result.seconds} s`);
console.log(JSON.stringify(result.counts));
console.log(result.broken.length === 0 ? "no invariant broken" : `${result.broken.length} BROKEN`);
if (result.broken.length > 0) Deno.exit(1);
