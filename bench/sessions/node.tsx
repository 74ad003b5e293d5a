/**
 * A node whose pages outlive it: `node.tsx FILE` keeps them in a SQLite file and prints its port.
 *
 * @module
 */
import { serve } from "../../src/adapters/deno/mod.ts";
import { createSqliteSessionStore, openNodeSqlite } from "../../src/adapters/sqlite/mod.ts";
import { makeApp } from "../app.ts";
import { CounterPage } from "./pages.tsx";

const { app, vango } = makeApp({
  store: createSqliteSessionStore({ database: openNodeSqlite(Deno.args[0]!) }),
});
app.get("/", vango.page(CounterPage));
serve(app, {
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(JSON.stringify({ port })),
});
