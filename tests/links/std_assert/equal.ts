import { isDeepStrictEqual } from "node:util";
import { AssertionError, difference, suffix } from "./assertion_error.ts";

/**
 * Whether two values have equal contents. As `isDeepStrictEqual`, save that `0` equals `-0` and
 * that a null-prototype object equals a plain one.
 */
export function equal(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) || looselyEqual(a, b, new Map());
}

function looselyEqual(a: unknown, b: unknown, seen: Map<unknown, unknown>): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b);
  }
  if (seen.get(a) === b) return true;
  if (classOf(a) !== classOf(b)) return false;
  seen.set(a, b);
  const same = (x: unknown, y: unknown) => looselyEqual(x, y, seen);
  if (a instanceof Map && b instanceof Map) {
    return sameMembers([...a], [...b], ([k, v], [l, w]) => same(k, l) && same(v, w));
  }
  if (a instanceof Set && b instanceof Set) return sameMembers([...a], [...b], same);
  // Errors, dates, regular expressions, URLs and the like hide their contents from a walk.
  if (!Array.isArray(a) && classOf(a) !== Object && !hasOnlyOwnContents(a)) {
    return isDeepStrictEqual(a, b);
  }
  const keys = Reflect.ownKeys(a);
  return keys.length === Reflect.ownKeys(b).length &&
    keys.every((key) =>
      Object.hasOwn(b, key) &&
      same((a as Record<PropertyKey, unknown>)[key], (b as Record<PropertyKey, unknown>)[key])
    );
}

function classOf(value: object): unknown {
  return value.constructor ?? Object;
}

/** An instance of a class written in script: the default tag says that nothing native is inside. */
function hasOnlyOwnContents(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]" && !(value instanceof URL);
}

function sameMembers<T>(a: T[], b: T[], same: (x: T, y: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((x) => {
    const at = left.findIndex((y) => same(x, y));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** Fails unless both values have equal contents. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n\n${difference(actual, expected)}\n`,
  );
}

/** Fails when both values have equal contents. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${Deno.inspect(actual)} not to be: ${Deno.inspect(expected)}${suffix(msg)}`,
  );
}

/** Fails unless both are the same value (`Object.is`). */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const what = equal(actual, expected)
    ? "Values have the same structure but are not reference-equal"
    : "Values are not strictly equal";
  throw new AssertionError(`${what}${suffix(msg)}\n\n${difference(actual, expected)}\n`);
}

/** Fails when both are the same value (`Object.is`). */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${Deno.inspect(actual)}${suffix(msg)}`,
  );
}

/** Fails unless `actual` has, deeply, everything that `expected` has. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const shared = intersection(actual, expected, new Map());
  const wanted = intersection(expected, expected, new Map());
  assertEquals(shared, wanted, msg);
}

/** The part of `actual` that `expected` speaks of, as plain objects; cycles are kept. */
function intersection(actual: unknown, expected: unknown, seen: Map<unknown, unknown>): unknown {
  if (!isWalkable(actual) || !isWalkable(expected)) return actual;
  if (Array.isArray(actual) !== Array.isArray(expected)) return actual;
  const known = seen.get(actual);
  if (known !== undefined) return known;
  const part: Record<PropertyKey, unknown> = {};
  seen.set(actual, part);
  for (const key of Reflect.ownKeys(expected)) {
    if (Array.isArray(expected) && key === "length") continue;
    if (key in actual) part[key] = intersection(actual[key], expected[key], seen);
  }
  return part;
}

function isWalkable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null &&
    (Array.isArray(value) || classOf(value) === Object || hasOnlyOwnContents(value));
}
