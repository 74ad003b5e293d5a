/**
 * Conflicts as plain data: what a resolver shows, without how it looks.
 *
 * @module
 */
import type { Conflict } from "../contract/sync.ts";

/** Whose version of a field. */
export type ConflictSide = "local" | "remote";

/** One field of a value that was changed in two places. */
export interface ConflictField {
  /** The field's name; `""` for a value without fields, such as a text or a list. */
  readonly name: string;
  /** What both started from, as far as it is known. */
  readonly base: unknown;
  /** What was written here. */
  readonly local: unknown;
  /** What the server has. */
  readonly remote: unknown;
  /** Whether both are the same: then there is nothing to choose. */
  readonly same: boolean;
  /** The side that changed it when only one did; else the later one. */
  readonly suggested: ConflictSide;
}

/** Choices by the names of fields. */
export type ConflictChoices = Readonly<Record<string, ConflictSide>>;

/**
 * The fields of both versions, those of the server first, in their order.
 *
 * A value that was deleted on one side has no fields to compare: the list is empty, and what is
 * left is to keep one side or the other.
 *
 * @example
 * ```ts
 * import { conflictFields } from "./conflict_fields.ts";
 * const fields = conflictFields({
 *   id: "1",
 *   name: "todos",
 *   key: "milk",
 *   localValue: { title: "Oat milk", done: false },
 *   remoteValue: { title: "Milk", done: true },
 *   baseValue: { title: "Milk", done: false },
 *   localTime: new Date(1),
 *   remoteTime: new Date(2),
 * });
 * console.assert(fields.map(({ suggested }) => suggested).join() === "local,remote");
 * ```
 */
export function conflictFields(conflict: Conflict): readonly ConflictField[] {
  const { localValue, remoteValue, baseValue, localTime, remoteTime } = conflict;
  if (localValue === undefined || remoteValue === undefined) return [];
  const later: ConflictSide = localTime >= remoteTime ? "local" : "remote";
  const field = (name: string, base: unknown, local: unknown, remote: unknown): ConflictField => {
    const same = isSame(local, remote);
    const knowsBase = baseValue !== undefined;
    const suggested = knowsBase && isSame(base, remote)
      ? "local"
      : knowsBase && isSame(base, local)
      ? "remote"
      : later;
    return { name, base, local, remote, same, suggested };
  };
  if (!isRecord(localValue) || !isRecord(remoteValue)) {
    return [field("", baseValue, localValue, remoteValue)];
  }
  const base = isRecord(baseValue) ? baseValue : {};
  const names = new Set([...Object.keys(remoteValue), ...Object.keys(localValue)]);
  return [...names].map((name) => field(name, base[name], localValue[name], remoteValue[name]));
}

/**
 * One value out of two: each field as chosen, as suggested where nothing was chosen.
 *
 * @example
 * ```ts
 * import { mergeConflict } from "./conflict_fields.ts";
 * const conflict = {
 *   id: "1",
 *   name: "todos",
 *   key: "milk",
 *   localValue: { title: "Oat milk", done: false },
 *   remoteValue: { title: "Milk", done: true },
 *   baseValue: undefined,
 *   localTime: new Date(1),
 *   remoteTime: new Date(2),
 * };
 * const merged = mergeConflict(conflict, { title: "local" });
 * console.assert(JSON.stringify(merged) === '{"title":"Oat milk","done":true}');
 * ```
 */
export function mergeConflict(conflict: Conflict, choices: ConflictChoices): unknown {
  const fields = conflictFields(conflict);
  const chosen = (field: ConflictField) => field[choices[field.name] ?? field.suggested];
  const [first] = fields;
  if (!first || first.name === "") return first ? chosen(first) : conflict.remoteValue;
  const merged: [name: string, value: unknown][] = [];
  for (const field of fields) {
    const value = chosen(field);
    // Removed on the side that was chosen.
    if (value !== undefined) merged.push([field.name, value]);
  }
  return Object.fromEntries(merged);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Plain data, whatever the order of its fields. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]));
}
