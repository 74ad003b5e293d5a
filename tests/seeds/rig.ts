/**
 * An app for one of the specification's usage examples.
 *
 * @module
 */
import { createVango, type Page, type Vango, type VangoOptions } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { Hono } from "hono";

/** An app, and what it would have logged. */
export interface ExampleApp {
  readonly app: Hono;
  readonly vango: Vango;
  readonly errors: unknown[];
}

/** Makes the app of one page. */
export function exampleApp(page: Page, options: Partial<VangoOptions> = {}): ExampleApp {
  const app = new Hono();
  const errors: unknown[] = [];
  const vango = createVango({
    app,
    platform: deno(),
    secrets: ["a secret of at least 32 characters"],
    development: false,
    onError: (error) => void errors.push(error),
    ...options,
  });
  app.get("/", vango.page(page));
  return { app, vango, errors };
}
