/**
 * What a page may take along when it goes on without a network, and back: an open form stays open.
 *
 * @module
 */
import type { StandardSchema } from "@vango/vango";

/** Something is open, or not. */
export const flag: StandardSchema<boolean> = schema((value) => typeof value === "boolean");

/** A line of text. */
export const line: StandardSchema<string> = schema((value) =>
  typeof value === "string" && value.length <= 200
);

function schema<T>(accepts: (value: unknown) => boolean): StandardSchema<T> {
  return {
    "~standard": {
      version: 1,
      vendor: "todos",
      validate: (value) =>
        accepts(value)
          ? { value: value as T }
          : { issues: [{ message: "is not what this page keeps" }] },
    },
  };
}
