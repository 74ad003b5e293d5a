/**
 * Stands for `Deno.test` and `@std/assert` where a contract suite runs inside a browser.
 *
 * @module
 */

/** The tests that were registered, by name. */
export const tests: Map<string, () => Promise<void>> = new Map();

Object.assign(globalThis, {
  Deno: { test: (name: string, run: () => Promise<void>) => tests.set(name, run) },
});

/** @throws {Error} when it is falsy */
export function assert(value: unknown, message = "not true"): asserts value {
  if (!value) throw new Error(message);
}

/** @throws {Error} when they are not the same data */
export function assertEquals(actual: unknown, expected: unknown): void {
  // An error's own fields say nothing: it is the same or it is not.
  if (actual instanceof Error || expected instanceof Error) {
    return assert(actual === expected, `${actual} is not ${expected}`);
  }
  const [left, right] = [actual, expected].map((value) => JSON.stringify({ value }));
  assert(left === right, `${left} is not ${right}`);
}

/** What `fn` rejects with. */
export async function assertRejects(fn: () => Promise<unknown>): Promise<unknown> {
  try {
    await fn();
  } catch (error) {
    return error;
  }
  throw new Error("did not reject");
}
