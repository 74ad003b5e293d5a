/**
 * A node whose pages outlive it: `node.tsx FILE` keeps them in a SQLite file and prints its port.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango } from "../../mod.ts";
import { deno, serve } from "../../src/adapters/deno/mod.ts";
import { createSqliteSessionStore, openNodeSqlite } from "../../src/adapters/sqlite/mod.ts";
import { CounterPage } from "./pages.tsx";

const app = new Hono();
const vango = createVango({
  app,
  platform: deno(),
  secrets: ["a secret that only the benchmark uses"],
  development: false,
  store: createSqliteSessionStore({ database: openNodeSqlite(Deno.args[0]!) }),
});
app.get("/", vango.page(CounterPage));
serve(app, {
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(JSON.stringify({ port })),
});
