/**
 * The app: the exhibit, the page that it exhibits, and their files.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { createExhibit } from "./components/exhibit.tsx";
import { ProductPage } from "./components/product_page.tsx";

const CSS = "text/css; charset=utf-8";

/** Other files by their names, with their types. */
const FILES: Readonly<Record<string, string>> = {
  "lamp.svg": "image/svg+xml",
  "phone.js": "text/javascript; charset=utf-8",
};

/**
 * Makes the app.
 *
 * @param origin Where it is served, as seen from its own machine: the native apps connect there.
 */
export async function createApp(origin: () => string): Promise<Hono> {
  const app = new Hono();
  const vango = createVango({
    app,
    platform: deno(),
    csp: true,
    title: "One card, four players",
    head: <link rel="stylesheet" href="/assets/style.css" />,
  });
  app.get("/", vango.page(createExhibit(origin)));
  app.get("/product", vango.page(ProductPage));
  const text = (file: string) => Deno.readTextFile(new URL(file, import.meta.url));
  const style = await text("../shared/base.css") + await text("assets/style.css");
  app.get("/assets/style.css", (c) => c.body(style, 200, { "content-type": CSS }));
  for (const [name, type] of Object.entries(FILES)) {
    const bytes = await Deno.readFile(new URL(`assets/${name}`, import.meta.url));
    app.get(`/assets/${name}`, (c) => c.body(bytes, 200, { "content-type": type }));
  }
  app.get("/favicon.ico", (c) => c.body(null, 204));
  return app;
}
