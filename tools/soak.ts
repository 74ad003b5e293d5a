/**
 * Runs the long forms of the random tests and keeps their results in `docs/soak.md`:
 * `deno task soak` runs all, `deno task soak tests/cluster` those below a path. Each file has a
 * section there, which its next run replaces.
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

const INTRODUCTION = `# The long runs

Made by \`deno task soak\`: tests with many more seeds, players or steps than the gate has time for.
Each section is the newest run of one file.
`;

/** What a long run of one file came to. */
export interface SoakResult {
  file: string;
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

/** A file's section of the page. */
export function section(result: SoakResult, machine: string, day: string): string {
  const { file, totals, duration, notes } = result;
  const outcome = `${totalsLine(totals)}, in ${Math.round(duration)} s`;
  const lines = [`## ${file}`, "", `${outcome}. ${day}, ${machine}.`];
  if (notes.length > 0) lines.push("", ...notes.map((note) => `- ${note}`));
  return lines.join("\n") + "\n";
}

/** The page with another section in place of the file's old one; sections are in order. */
export function withSection(page: string, text: string): string {
  const [, ...sections] = page.split(/^(?=## )/m).map((part) => part.trimEnd() + "\n");
  const heading = text.slice(0, text.indexOf("\n") + 1);
  const others = sections.filter((other) => !other.startsWith(heading));
  return [INTRODUCTION, ...[...others, text].sort()].join("\n");
}

async function soak(root: string, file: string): Promise<boolean> {
  const start = performance.now();
  const { success, output } = await runDeno(["test", "--allow-all", file], {
    show: true,
    env: { VANGO_SOAK: "1" },
  });
  const totals = readTotals(output, success);
  const duration = (performance.now() - start) / 1000;
  const gibibytes = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const machine = `${navigator.hardwareConcurrency} cores, ${gibibytes} GiB, ${Deno.build.os}, ` +
    `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`;
  const day = new Date().toISOString().slice(0, 10);
  const result = { file, totals, duration, notes: notesIn(output) };
  const page = await Deno.readTextFile(`${root}/${RESULTS}`).catch(() => "");
  await Deno.writeTextFile(
    `${root}/${RESULTS}`,
    withSection(page, section(result, machine, day)),
  );
  return totals.failed === 0;
}

async function main(root: string, paths: readonly string[]): Promise<number> {
  const all = await findLongTests(root);
  const files = all.filter((file) =>
    paths.length === 0 || paths.some((path) => file.startsWith(path))
  );
  if (files.length === 0) {
    console.error(`Cannot soak: no test there has a long form. These have: ${all.join(", ")}`);
    return 1;
  }
  let failed = 0;
  for (const file of files) {
    console.log(`Soaking ${file} …`);
    if (!await soak(root, file)) failed++;
  }
  console.log(`Kept in ${RESULTS}. ${files.length} files, ${failed} failed.`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.cwd(), Deno.args));
