/**
 * The app: one page, two files. `deno serve -A examples/dashboard/app.tsx` runs it as it is.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango } from "@vango/vango";
import { defaultStore, deno } from "@vango/vango/deno";
import { icon, stylesheet } from "./assets.ts";
import { DashboardPage } from "./components/dashboard.tsx";

const app = new Hono();
const vango = createVango({
  app,
  platform: deno(),
  // On disk, so that a restart costs nobody their page.
  store: await defaultStore(),
  csp: true,
  title: "Dashboard",
  head: (
    <>
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" content="#f6f6f7" media="(prefers-color-scheme: light)" />
      <meta name="theme-color" content="#08090b" media="(prefers-color-scheme: dark)" />
      <meta name="description" content="What this machine is doing, live." />
      <link rel="icon" href={icon.path} />
      <link rel="stylesheet" href={stylesheet.path} />
    </>
  ),
});

app.get("/", vango.page(DashboardPage));
app.get(stylesheet.path, stylesheet.serve);
app.get(icon.path, icon.serve);

export default app;
