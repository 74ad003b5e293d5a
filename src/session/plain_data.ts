/**
 * What may be stored in a session, checked where it is set.
 *
 * A class instance, a function or a signal would come back from the store as something else, days
 * later and on another machine. So `set` refuses it at once and names the place.
 */

import { SessionLimitError, SessionValueError } from "./errors.ts";
import { MAX_VALUE_DEPTH, MAX_VALUE_NODES } from "./limits.ts";

interface Walk {
  readonly seen: Set<object>;
  nodes: number;
}

/**
 * Checks that a value is plain data throughout.
 *
 * @param path the name of the value, with which the paths in messages begin
 * @throws {SessionValueError} naming the path of the first thing that is not
 * @throws {SessionLimitError} when it nests more than 64 levels or has more than 100,000 parts
 */
export function assertPlainData(value: unknown, path: string): void {
  walk(value, path, 0, { seen: new Set(), nodes: 0 });
}

function walk(value: unknown, path: string, depth: number, state: Walk): void {
  if (++state.nodes > MAX_VALUE_NODES) throw tooMany(path);
  if (typeof value === "function" || typeof value === "symbol") throw notPlain(value, path);
  if (typeof value !== "object" || value === null) return;
  if (state.seen.has(value)) return;
  if (depth >= MAX_VALUE_DEPTH) {
    throw new SessionLimitError(
      `Cannot store ${path} in the session: it nests more than ${MAX_VALUE_DEPTH} levels deep; ` +
        "store a flatter shape",
      "too_deep",
    );
  }
  state.seen.add(value);
  if (Array.isArray(value)) return walkArray(value, path, depth, state);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    walkObject(value as Record<string, unknown>, path, depth, state);
  } else if (prototype === Map.prototype) {
    for (const [key, item] of value as Map<unknown, unknown>) {
      const name = typeof key === "string" ? JSON.stringify(key) : describe(key);
      walk(key, `${path}.keys(${name})`, depth + 1, state);
      walk(item, `${path}.get(${name})`, depth + 1, state);
    }
  } else if (prototype === Set.prototype) {
    let index = 0;
    for (const item of value as Set<unknown>) {
      walk(item, `${path}.values[${index++}]`, depth + 1, state);
    }
  } else if (prototype !== Date.prototype && prototype !== Uint8Array.prototype) {
    throw notPlain(value, path);
  }
}

function walkArray(array: readonly unknown[], path: string, depth: number, state: Walk): void {
  if (array.length > MAX_VALUE_NODES) throw tooMany(path);
  for (let i = 0; i < array.length; i++) {
    if (!(i in array)) {
      throw new SessionValueError(
        `Cannot store ${path}[${i}] in the session: the array has a hole there; fill it`,
        `${path}[${i}]`,
      );
    }
    walk(array[i], `${path}[${i}]`, depth + 1, state);
  }
}

function walkObject(
  object: Record<string, unknown>,
  path: string,
  depth: number,
  state: Walk,
): void {
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (!descriptor?.enumerable) continue;
    if (typeof key === "symbol") {
      throw new SessionValueError(
        `Cannot store ${path}[${String(key)}] in the session: symbols have no name in a store; ` +
          "use a string",
        `${path}[${String(key)}]`,
      );
    }
    const inner = /^[A-Za-z_$][\w$]*$/.test(key)
      ? `${path}.${key}`
      : `${path}[${JSON.stringify(key)}]`;
    if (key === "__proto__") {
      throw new SessionValueError(
        `Cannot store ${inner} in the session: that name changes what an object is; use another`,
        inner,
      );
    }
    if (!("value" in descriptor)) {
      throw new SessionValueError(
        `Cannot store ${inner} in the session: it is an accessor; store what it gives`,
        inner,
      );
    }
    walk(descriptor.value, inner, depth + 1, state);
  }
}

function tooMany(path: string): SessionLimitError {
  return new SessionLimitError(
    `Cannot store ${path} in the session: the value has more than ${MAX_VALUE_NODES} parts; ` +
      "keep large data in a database and its key in the session",
    "too_many_parts",
  );
}

function notPlain(value: unknown, path: string): SessionValueError {
  return new SessionValueError(
    `Cannot store ${path} in the session: it is ${describe(value)}, which is not plain data; ` +
      "use values that JSON has, Date, Map, Set, bigint or Uint8Array",
    path,
  );
}

function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return typeof value;
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object"
    ? `a ${name} object`
    : "an object of its own kind";
}
