/** The app's schema at the moment of writing. */

import type { StandardSchema } from "../../contract/sync.ts";
import { SyncError } from "../errors.ts";

/**
 * The value as the schema gives it.
 *
 * @throws {SyncError} `invalid`, with the path to the first thing that is wrong
 * @throws {TypeError} when the schema answers asynchronously: then what is shown could not be
 * checked before it is shown
 */
export function checkSchema<T>(
  schema: StandardSchema<T> | undefined,
  value: unknown,
  what: string,
): T {
  if (!schema) return value as T;
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    throw new TypeError(
      `Cannot check ${what}: its schema is asynchronous; check that on the server, in authorize`,
    );
  }
  if (!result.issues) return result.value;
  const [issue] = result.issues;
  const path = (issue?.path ?? [])
    .map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  throw new SyncError(
    "invalid",
    `Cannot write ${what}${path && `.${path}`}: ${issue?.message ?? "it is not valid"}`,
    { path },
  );
}
