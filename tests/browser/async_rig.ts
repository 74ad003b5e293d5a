/**
 * Pages with async regions, served to a real Chromium.
 *
 * @module
 */
import { Hono } from "hono";
import type { BrowserContext, Page as Tab } from "playwright-core";
import { createVango, type Page, type Vango } from "@vango/vango";
import { deno, serve } from "@vango/vango/deno";
import { type Chromium, openChromium } from "./chromium.ts";

/** A served page, and a Chromium to look at it. */
export interface Site extends AsyncDisposable {
  readonly vango: Vango;
  readonly origin: string;
  /** Paths that were asked for, with their methods. */
  readonly requests: string[];
  readonly chromium: Chromium;
}

/** What of it is held back. */
export interface SiteOptions {
  /** Held back until it resolves. */
  readonly script?: Promise<void>;
  readonly socket?: Promise<void>;
  readonly waitForPlayer?: number;
}

/** Serves a page that may be read before all of it is there. */
export async function startSite(page: Page, options: SiteOptions = {}): Promise<Site> {
  const app = new Hono();
  const requests: string[] = [];
  app.use("*", async (c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`);
    if (c.req.path.endsWith(".js")) await options.script;
    if (c.req.path === "/_vango/live") await options.socket;
    await next();
  });
  const vango = createVango({
    app,
    platform: deno(),
    secrets: ["a secret of at least 32 characters"],
    csp: true,
    development: false,
    onError: () => {},
    ...(options.waitForPlayer ? { waitForPlayer: options.waitForPlayer } : {}),
  });
  app.get("/", vango.page(page));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  const server = serve(app, { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} });
  const chromium = await openChromium();
  return {
    vango,
    requests,
    chromium,
    origin: `http://127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await chromium[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** A tab that keeps what goes wrong in it, policy violations included. */
export async function openTab(context: BrowserContext): Promise<{ tab: Tab; problems: string[] }> {
  const tab = await context.newPage();
  const problems: string[] = [];
  tab.on("pageerror", (error) => problems.push(String(error)));
  tab.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  await tab.exposeFunction("problem", (text: string) => void problems.push(text));
  await tab.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (globalThis as unknown as { problem(text: string): void })
        .problem(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { tab, problems };
}

/** Waits until the element shows this text. */
export function shows(tab: Tab, selector: string, expected: string): Promise<unknown> {
  return tab.waitForFunction(
    ([at, wanted]) => document.querySelector(at!)?.textContent === wanted,
    [selector, expected],
  );
}
