/**
 * Cases, how they are run, and the report.
 *
 * @module
 */

/** One thing that must hold of a subject: a player or a server. */
export interface Case<Subject> {
  /** A sentence. */
  readonly name: string;
  /** Rejects when it does not hold, with a {@linkcode Skip} when it does not concern the subject. */
  run(subject: Subject): Promise<void>;
}

/** The subject does not have what the case is about, and need not have it. */
export class Skip extends Error {
  override name = "Skip";
}

/** What became of the cases. */
export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names of the cases that failed, with why. */
  readonly failures: readonly string[];
}

/** Milliseconds that one case may take. */
const CASE_LIMIT = 60_000;

/** Runs cases one after the other, and says what becomes of each. */
export async function runCases<Subject>(
  cases: readonly Case<Subject>[],
  subject: Subject,
  log: (line: string) => void,
): Promise<Report> {
  let passed = 0;
  let skipped = 0;
  const failures: string[] = [];
  for (const { name, run } of cases) {
    try {
      await within(CASE_LIMIT, run(subject), "the case");
      passed++;
      log(`ok       ${name}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (error instanceof Skip) {
        skipped++;
        log(`skipped  ${name}: ${why}`);
        continue;
      }
      failures.push(`${name}: ${why}`);
      log(`FAILED   ${name}\n         ${why.replaceAll("\n", "\n         ")}`);
    }
  }
  return { passed, failed: failures.length, skipped, failures };
}

/** The last line of a report. */
export function totalsOf({ passed, failed, skipped }: Report): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Resolves as `work` does, or rejects after so many milliseconds. */
export async function within<T>(most: number, work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${most} ms`)), most);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws {Error} when two values differ as JSON, whatever the order of their keys. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [stable(actual), stable(expected)];
  if (is !== should) throw new Error(`${what}\n  is      ${is}\n  must be ${should}`);
}

/** @throws {Error} unless `condition` holds. */
export function must(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

function stable(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  ) ?? "nothing";
}
