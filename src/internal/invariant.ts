/**
 * A broken promise of the framework itself: always a bug in Vango, never a
 * mistake of the application.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { invariant, InvariantError } from "./invariant.ts";
 * assertThrows(() => invariant(false, "place without a template"), InvariantError);
 * ```
 */
export class InvariantError extends Error {
  override name = "InvariantError";
  readonly code = "invariant";
}

/**
 * Throws an {@linkcode InvariantError} unless `condition` holds.
 *
 * @throws {InvariantError} when `condition` is falsy.
 */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) {
    throw new InvariantError(`${what}: this is a bug in Vango, please report it`);
  }
}
