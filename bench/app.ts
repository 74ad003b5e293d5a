/**
 * Our app, as a user makes it.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango, type Vango, type VangoOptions } from "../mod.ts";
import { deno } from "../src/adapters/deno/mod.ts";

/** An app and what makes its pages live. */
export interface BenchApp {
  readonly app: Hono;
  readonly vango: Vango;
}

/** Makes an app without pages, as it is in production. */
export function makeApp(options: Partial<VangoOptions> = {}): BenchApp {
  const app = new Hono();
  const vango = createVango({
    app,
    platform: deno(),
    secrets: ["a secret that only the benchmark uses"],
    development: false,
    ...options,
  });
  return { app, vango };
}
