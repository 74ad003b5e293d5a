/**
 * Runs every test: types, unit, browser and documentation tests. Its last line is always
 * `N passed, N failed`, and its exit code says the same.
 *
 * @module
 */
import { readModuleGraph } from "./module_graph.ts";
import { filesThatNeed, type NeededTool, provideTools, thisMachine } from "./needed_tools.ts";
import { runDeno } from "./run_deno.ts";
import { listFiles } from "./source_files.ts";
import { readTotals, type TestTotals, totalsLine } from "./test_totals.ts";

/** Milliseconds that the tests may take in all; then something hangs. */
const TIME_LIMIT = 15 * 60_000;

/**
 * Runs all tests and shows their output.
 *
 * @param check Whether to check types first; the gate has a step of its own for that.
 */
export async function runTests(root: string, check = true): Promise<TestTotals> {
  const { found, missing } = await provideTools(thisMachine);
  const isCi = thisMachine.env("CI") === "true";
  let extraFailures = isCi ? missing.length : 0;

  if (check) {
    // Apart from the tests, so that one wrong type does not keep every test from running.
    const checked = await checkTypes(root);
    if (!checked.success) {
      console.log(checked.output);
      extraFailures++;
    }
  }

  const skipped = missing.length === 0 ? [] : await findFilesThatNeed(root, missing);
  const { success, output } = await runDeno([
    "test",
    "--allow-all",
    "--doc",
    "--no-check",
    ...(skipped.length > 0 ? [`--ignore=${skipped.join(",")}`] : []),
  ], { show: true, env: found, limit: TIME_LIMIT });
  const totals = readTotals(output, success);

  for (const file of skipped) console.log(`SKIPPED ${file}: a tool is missing, see above.`);
  if (totals.ignored > 0) console.log(`${totals.ignored} tests were ignored.`);
  return { ...totals, failed: totals.failed + extraFailures };
}

/** Checks the types of every module and of every code block in the documentation. */
export async function checkTypes(root: string): Promise<{ success: boolean; output: string }> {
  const pages = (await listFiles(root, ["docs"])).filter((file) => file.endsWith(".md"));
  const readme = await Deno.stat(`${root}/README.md`).then(() => ["README.md"], () => []);
  return await runDeno(["check", "--quiet", "--doc", ".", ...readme, ...pages]);
}

async function findFilesThatNeed(root: string, tools: NeededTool[]): Promise<string[]> {
  const files = (await listFiles(root, ["tests", "bench", "examples", "src", "client"]))
    .filter((file) => /\.tsx?$/.test(file));
  const testFiles = files.filter((file) => /[_.]test\.tsx?$/.test(file));
  const texts = new Map<string, string>();
  for (const file of files) texts.set(file, await Deno.readTextFile(`${root}/${file}`));
  return filesThatNeed(tools, testFiles, await readModuleGraph(root, testFiles), texts);
}

if (import.meta.main) {
  const totals = await runTests(Deno.cwd());
  console.log(totalsLine(totals));
  Deno.exit(totals.failed === 0 ? 0 : 1);
}
