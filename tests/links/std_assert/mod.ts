/**
 * Stands in for `jsr:@std/assert` on machines that cannot reach JSR. Only what this project uses,
 * with the real signatures, on `node:assert`; take the `links` line out of `deno.json` to use the
 * real package.
 *
 * @module
 */
export * from "./assertion_error.ts";
export * from "./equal.ts";
export * from "./values.ts";
export * from "./strings.ts";
export * from "./throws.ts";
