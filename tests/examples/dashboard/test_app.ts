/**
 * The dashboard with a session store of its own, gone with the tests.
 *
 * @module
 */
import type { Hono } from "hono";

const directory = await Deno.makeTempDir({ prefix: "vango-dashboard-" });
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
Deno.env.set("VANGO_DATA", directory);

/** The app, as `deno serve` would take it. */
export const app: Hono = (await import("../../../examples/dashboard/app.tsx")).default;
