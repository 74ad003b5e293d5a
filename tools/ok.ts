/**
 * The gate: what must hold before a change is done. Every step runs, also after a failed one, so
 * that one run shows all there is to mend. The last line is the tests' own, with each failed step
 * counted as a failure.
 *
 * @module
 */
import { lintDocs } from "./doc_lint.ts";
import { runDeno } from "./run_deno.ts";
import { checkTypes, runTests } from "./run_tests.ts";
import { totalsLine } from "./test_totals.ts";

/** One thing that must hold. */
export interface Step {
  name: string;
  /** The command that shows all that a failed step had to say, or mends it. */
  hint: string;
  run(): Promise<{ success: boolean; output: string }>;
}

/** Lines of a failed step that the gate shows: enough to see what is wrong, not to bury the rest. */
const MOST_LINES = 60;

/** The steps before the tests, quickest first. */
export function stepsFor(root: string, exportedFiles: string[]): Step[] {
  const deno = (name: string, args: string[], hint = `deno ${args.join(" ")}`): Step => ({
    name,
    hint,
    run: () => runDeno(args),
  });
  const ownTool = (name: string, file: string, ...args: string[]): Step =>
    deno(name, ["run", "--allow-all", file, ...args]);
  return [
    deno("format", ["fmt", "--check"], "deno fmt"),
    deno("lint", ["lint", "--quiet"], "deno lint"),
    ownTool("layers", "tools/layer_check.ts"),
    { name: "types", hint: "deno check --doc", run: () => checkTypes(root) },
    { name: "docs", hint: "deno doc --lint", run: () => lintDocs(exportedFiles) },
    { ...ownTool("bundle", "tools/bundle.ts", "--check"), hint: "deno task bundle" },
    deno("package", ["publish", "--dry-run", "--allow-dirty", "--quiet"]),
  ];
}

/**
 * Runs the steps one after the other and prints one line for each; what a failed one said follows
 * its line.
 *
 * @returns The names of those that failed.
 */
export async function runSteps(
  steps: Step[],
  log: (line: string) => void = console.log,
): Promise<string[]> {
  const failed: string[] = [];
  for (const step of steps) {
    const start = performance.now();
    // A step that cannot even be run has failed; the others are still worth running.
    const { success, output } = await step.run().catch((error: unknown) => ({
      success: false,
      output: String(error),
    }));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    log(`${success ? "ok    " : "FAILED"} ${step.name} (${seconds} s)`);
    if (success) continue;
    failed.push(step.name);
    const lines = output.trim().split("\n");
    for (const line of lines.slice(0, MOST_LINES)) log(`    ${line}`.trimEnd());
    const rest = lines.length - MOST_LINES;
    log(`    ${rest > 0 ? `… and ${rest} more lines. ` : ""}By itself: ${step.hint}`);
  }
  return failed;
}

/** The files behind the `exports` of a `deno.json`. */
export function exportedFilesOf(config: { exports: string | Record<string, string> }): string[] {
  const files = typeof config.exports === "string"
    ? [config.exports]
    : Object.values(config.exports);
  return [...new Set(files)];
}

async function main(root: string): Promise<number> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const failedSteps = await runSteps(stepsFor(root, exportedFilesOf(config)));

  const start = performance.now();
  const totals = await runTests(root, false);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${totals.failed === 0 ? "ok    " : "FAILED"} tests (${seconds} s)`);

  const failed = [...failedSteps, ...(totals.failed > 0 ? ["tests"] : [])];
  console.log(failed.length === 0 ? "The gate is open." : `Failed: ${failed.join(", ")}.`);
  console.log(totalsLine({ ...totals, failed: totals.failed + failedSteps.length }));
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.cwd()));
