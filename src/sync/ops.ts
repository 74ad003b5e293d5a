/** What one op does to one value: the same on the device, before sending, and on the server. */

import type { Op } from "./protocol.ts";
import { isObject } from "./value.ts";

/**
 * The value after the op; `undefined` is "not there". A patch of what is not there, or of what has
 * no fields, changes nothing: only a put creates.
 */
export function applyOp(value: unknown, op: Op): unknown {
  if (op.op === "put") return op.value;
  if (op.op === "delete") return undefined;
  return isObject(value) ? Object.freeze({ ...value, ...op.fields }) : value;
}

/** Names one record of one resource, in maps. */
export function recordId(res: string, key: string): string {
  return `${res}/${key}`;
}
