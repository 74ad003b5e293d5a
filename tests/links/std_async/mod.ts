/**
 * Stands in for `jsr:@std/async` on machines that cannot reach JSR. Only what this project uses,
 * with the real signatures; take the `links` line out of `deno.json` to use the real package.
 *
 * @module
 */
export * from "./abortable.ts";
export * from "./deadline.ts";
export * from "./debounce.ts";
export * from "./delay.ts";
export * from "./pool.ts";
export * from "./retry.ts";
