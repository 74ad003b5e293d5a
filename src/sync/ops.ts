/** What one op does to one value: the same on the device, before sending, and on the server. */

import { isObject } from "./value.ts";

/** What an op does, without what it stands on. */
export type Effect =
  | { readonly op: "put"; readonly value: unknown }
  | { readonly op: "patch"; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly op: "delete" };

/**
 * The value after the op; `undefined` is "not there". A patch of what is not there, or of what has
 * no fields, changes nothing: only a put creates.
 */
export function applyOp(value: unknown, op: Effect): unknown {
  if (op.op === "put") return op.value;
  if (op.op === "delete") return undefined;
  return isObject(value) ? Object.freeze({ ...value, ...op.fields }) : value;
}

/** What an op writes: a value, fields, or nothing. */
export function writtenBy(op: Effect): { readonly value?: unknown } {
  if (op.op === "delete") return {};
  return { value: op.op === "put" ? op.value : op.fields };
}

/** The other way round. */
export function effectOf(op: Effect["op"], value: unknown): Effect {
  if (op === "put") return { op, value };
  return op === "patch" ? { op, fields: value as Readonly<Record<string, unknown>> } : { op };
}

/** Names one record of one resource, in maps. */
export function recordId(res: string, key: string): string {
  return `${res}/${key}`;
}
