/**
 * Runs the long forms of the random tests and keeps their results in `docs/soak.md`.
 *
 * A test file has a long form when it reads the variable `VANGO_SOAK`. What it prints in lines that
 * begin with `soak:` (seeds, sizes, counts) is kept.
 *
 * @module
 */
import { runDeno } from "./run_deno.ts";
import { listFiles } from "./source_files.ts";
import { readTotals, type TestTotals, totalsLine } from "./test_totals.ts";

const RESULTS = "docs/soak.md";

/** What a long run came to. */
export interface SoakResult {
  files: string[];
  totals: TestTotals;
  /** Seconds. */
  duration: number;
  /** What the tests had to say, in their order. */
  notes: string[];
}

/** The test files that have a long form. */
export async function findLongTests(root: string): Promise<string[]> {
  const files = (await listFiles(root, ["tests"])).filter((file) => /_test\.tsx?$/.test(file));
  const long: string[] = [];
  for (const file of files) {
    // In quotes: a file that only speaks of the variable is none.
    if ((await Deno.readTextFile(`${root}/${file}`)).includes('"VANGO_SOAK"')) long.push(file);
  }
  return long;
}

/** The lines that tests want kept. */
export function notesIn(output: string): string[] {
  return [...output.matchAll(/^soak: *(.+)$/gm)].map(([, note]) => note ?? "");
}

/** The page with the results. */
export function page(result: SoakResult, machine: string, day: string): string {
  const { files, totals, duration, notes } = result;
  return `# The long run

Made by \`deno task soak\`: the random tests with many more seeds than the gate has time for.

- Day: ${day}
- Machine: ${machine}
- Outcome: ${totalsLine(totals)}, in ${Math.round(duration)} s

## What ran

${files.map((file) => `- \`${file}\``).join("\n")}

## What the tests say

${notes.length === 0 ? "Nothing." : notes.map((note) => `- ${note}`).join("\n")}
`;
}

async function main(root: string): Promise<number> {
  const files = await findLongTests(root);
  if (files.length === 0) {
    console.error("Cannot soak: no test reads VANGO_SOAK, so none has a long form.");
    return 1;
  }
  const start = performance.now();
  const { success, output } = await runDeno(["test", "--allow-all", ...files], {
    show: true,
    env: { VANGO_SOAK: "1" },
  });
  const totals = readTotals(output, success);
  const result = {
    files,
    totals,
    duration: (performance.now() - start) / 1000,
    notes: notesIn(output),
  };
  const gibibytes = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const machine = `${navigator.hardwareConcurrency} cores, ${gibibytes} GiB, ${Deno.build.os}, ` +
    `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`;
  const day = new Date().toISOString().slice(0, 10);
  await Deno.writeTextFile(`${root}/${RESULTS}`, page(result, machine, day));
  console.log(`Kept in ${RESULTS}.\n${totalsLine(totals)}`);
  return totals.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.cwd()));
