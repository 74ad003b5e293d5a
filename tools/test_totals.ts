/** How a test run ended. */
export interface TestTotals {
  passed: number;
  failed: number;
  /** Tests that were not run on purpose. */
  ignored: number;
}

/**
 * Reads the totals from the output of `deno test`, uncaught errors outside of any test included.
 *
 * @param output What it printed, or the end of it; colours do not matter.
 * @param success Whether it exited with 0.
 * @returns The totals. A run that failed counts at least one failure, also when it never came to
 * its last line (a module that does not load, a crash, a time limit).
 */
export function readTotals(output: string, success: boolean): TestTotals {
  // deno-lint-ignore no-control-regex
  const plain = output.replace(/\x1b\[[\d;]*m/g, "");
  const lines = plain.split("\n").filter((line) => /^(?:ok|FAILED) \| \d+ passed/.test(line));
  const last = lines.at(-1) ?? "";
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(last)?.[1] ?? 0);
  const failed = count("failed");
  return {
    passed: count("passed"),
    failed: success ? failed : Math.max(failed, 1),
    ignored: count("ignored"),
  };
}

/** The line that a test run ends with, whoever reads it. */
export function totalsLine({ passed, failed }: TestTotals): string {
  return `${passed} passed, ${failed} failed`;
}
