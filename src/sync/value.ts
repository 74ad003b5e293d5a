/** What can be synced: plain data, copied and frozen where it comes in. */

import { SyncError } from "./errors.ts";
import { MAX_DEPTH, MAX_VALUE_LENGTH } from "./limits.ts";

/**
 * A frozen copy of a value that is plain data.
 *
 * We copy, because a caller that changes its object later must not change the log; and freeze,
 * because a component that changes what it was given would see a state that exists nowhere else.
 *
 * @param what names the value in messages: `todos`, `todos/42`
 * @throws {SyncError} `not-plain` with the path, or `too-large`
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { SyncError } from "./errors.ts";
 * import { plainCopy } from "./value.ts";
 * assertThrows(() => plainCopy({ a: [new Date()] }, "note"), SyncError, "note.a[0]");
 * ```
 */
export function plainCopy<T>(value: T, what: string): T {
  return measuredCopy(value, what).value;
}

/** Like {@linkcode plainCopy}, with about how many characters of JSON the value makes. */
export function measuredCopy<T>(value: T, what: string): { value: T; length: number } {
  const walk: Walk = { what, path: [], length: 0 };
  return { value: copy(value, walk) as T, length: walk.length };
}

interface Walk {
  readonly what: string;
  /** Where we are: spelled out only when something is wrong there. */
  readonly path: (string | number | symbol)[];
  length: number;
}

function copy(value: unknown, walk: Walk): unknown {
  const type = typeof value;
  grow(walk, type === "string" ? (value as string).length + 3 : type === "number" ? 12 : 5);
  if (type === "string" || type === "boolean" || value === null) return value;
  if (type === "number") {
    if (!Number.isFinite(value)) throw notPlain(walk, String(value), "use null");
    return value === 0 ? 0 : value;
  }
  if (value === undefined) throw notPlain(walk, "undefined", "leave it out or use null");
  if (typeof value !== "object") throw notPlain(walk, `a ${type}`, "store what it stands for");
  const { path } = walk;
  if (path.length >= MAX_DEPTH) {
    throw notPlain(walk, `more than ${MAX_DEPTH} levels deep`, "store a flatter shape");
  }
  if (Array.isArray(value)) {
    const result: unknown[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      path.push(i);
      if (!(i in value)) throw notPlain(walk, "a hole", "use null");
      result[i] = copy(value[i], walk);
      path.pop();
    }
    return Object.freeze(result);
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const name = prototype.constructor?.name || "an object";
    throw notPlain(walk, `of class ${name}`, "store its fields as a plain object");
  }
  const result: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(value)) {
    path.push(key);
    if (typeof key === "symbol" || key === "__proto__") {
      throw notPlain(walk, "under a name that JSON cannot carry safely", "rename it");
    }
    const field = Object.getOwnPropertyDescriptor(value, key)!;
    if (!("value" in field) || !field.enumerable) {
      throw notPlain(walk, "a computed or hidden property", "store its value");
    }
    grow(walk, key.length + 4);
    result[key] = copy(field.value, walk);
    path.pop();
  }
  return Object.freeze(result);
}

function grow(walk: Walk, by: number): void {
  walk.length += by;
  if (walk.length <= MAX_VALUE_LENGTH) return;
  throw new SyncError(
    "too-large",
    `Cannot sync ${walk.what}: it has more than ${MAX_VALUE_LENGTH} characters as JSON; ` +
      "split it into records of a collection",
  );
}

function notPlain(walk: Walk, is: string, wayOut: string): SyncError {
  // `a.b[0]["c d"]`
  const path = walk.path.map((step) =>
    typeof step !== "string"
      ? `[${String(step)}]`
      : /^[A-Za-z_$][\w$]*$/.test(step)
      ? `.${step}`
      : `[${JSON.stringify(step)}]`
  ).join("");
  const message = `Cannot sync ${walk.what}${path}: it is ${is}; ${wayOut}`;
  return new SyncError("not-plain", message, { path: path.replace(/^\./, "") });
}

/** Whether a value has fields that a patch can set. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two plain values are the same data. The order of fields does not matter. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameValue(item, b[i]));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) =>
    Object.hasOwn(b, key) &&
    sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])
  );
}
