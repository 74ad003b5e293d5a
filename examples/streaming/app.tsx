/**
 * The app: one page and its stylesheet.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { createReport, type Sources } from "./report.tsx";

const STYLE = await text("../shared/base.css") + await text("style.css");

function text(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, import.meta.url));
}

/** Makes the app. */
export function createApp(sources: Sources): Hono {
  const app = new Hono();
  const vango = createVango({
    app,
    platform: deno(),
    csp: true,
    title: "Sales report",
    head: <link rel="stylesheet" href="/style.css" />,
  });
  app.get("/", vango.page(createReport(sources)));
  app.get("/style.css", (c) => c.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  return app;
}
