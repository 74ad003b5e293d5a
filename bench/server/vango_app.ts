/**
 * Our server: the pages of the benchmark as an application serves them, in a process of its own.
 *
 * @module
 */
import { serve } from "../../src/adapters/deno/mod.ts";
import { makeApp } from "../app.ts";
import { CounterPage, plainTablePage, tablePage } from "../table/app.tsx";
import { announce, collected } from "./process.ts";

// All players of the benchmark come from one address.
const { app, vango } = makeApp({ handshakes: { rate: 100_000, burst: 100_000 } });

app.get("/counter", vango.page(CounterPage));
app.get("/rows", vango.page(plainTablePage(1000)));
app.get("/table", vango.page(tablePage(1000)));
app.get("/collected", () => collected());

serve(app, { port: 0, hostname: "127.0.0.1", onListen: announce });
