/**
 * A real browser on a real server of an app, and a network between them that can be bad.
 *
 * @module
 */
import type { VangoOptions } from "@vango/vango";
import type { BrowserContext, Page } from "playwright-core";
import { makeApp, startServer, type TestApp } from "../server/rig.ts";
import { openChromium } from "./chromium.ts";

/** A site that browsers visit. */
export interface Site extends AsyncDisposable, TestApp {
  readonly origin: string;
  readonly port: number;
  /** A page of the first visitor, live at `path`. */
  open(path?: string): Promise<Page>;
  /** A page of somebody else. */
  visit(path?: string): Promise<Page>;
  /** What pages said that should not be: errors, warnings of the console, policy violations. */
  readonly complaints: string[];
  readonly context: BrowserContext;
}

/** Starts a server and a browser. */
export async function openSite(
  routes: (test: TestApp) => void,
  { keepsPages = false, ...options }: Partial<VangoOptions> & { keepsPages?: boolean } = {},
): Promise<Site> {
  const test = makeApp({
    csp: true,
    // Chromium asks for one by itself.
    handshakes: { rate: 1e4, burst: 1e4 },
    ...options,
  });
  test.app.get("/favicon.ico", (c) => c.body(null, 204));
  routes(test);
  const server = startServer(test);
  const chromium = await openChromium({ keepsPages });
  const complaints: string[] = [];
  const contexts: BrowserContext[] = [];
  const show = async (page: Page, path: string): Promise<Page> => {
    listen(page, complaints);
    await page.goto(server.origin + path);
    await live(page);
    return page;
  };
  return {
    ...test,
    origin: server.origin,
    port: server.port,
    complaints,
    context: chromium.context,
    open: async (path = "/") => await show(await chromium.newPage(), path),
    async visit(path = "/") {
      const context = await chromium.newVisitor();
      contexts.push(context);
      return await show(await context.newPage(), path);
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
      await chromium[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Notes what a page complains of. */
export function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
}

/** Waits until the page is live. */
export async function live(page: Page): Promise<void> {
  await page.waitForSelector("html.vango-live", { timeout: 20_000 });
}

/** Waits until an element has this text. */
export async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    ([selector, text]) => document.querySelector(selector!)?.textContent === text,
    [selector, text],
    { timeout: 10_000 },
  );
}

/** Waits, frame by frame, for something that the page or the server brings about. */
export async function eventually(
  page: Page,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`Not within 10 s: ${condition}`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** The text of an element. */
export function textOf(page: Page, selector: string): Promise<string | null> {
  return page.evaluate((selector) => document.querySelector(selector)!.textContent, selector);
}

/** A network between browser and server. */
export interface Network extends AsyncDisposable {
  readonly port: number;
  /** Milliseconds that everything takes one way. */
  delay: number;
  /** Whether everything is lost on the way, without a word to either side. */
  swallows: boolean;
  /** Breaks every connection; new ones fail until `restore`. */
  cut(): void;
  restore(): void;
}

/** A network in front of a port. */
export function startNetwork(to: number): Network {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const open = new Set<Deno.TcpConn>();
  let down = false;
  const network: Network = {
    port: listener.addr.port,
    delay: 0,
    swallows: false,
    cut() {
      down = true;
      for (const connection of open) connection.close();
      open.clear();
    },
    restore() {
      down = false;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      this.cut();
      await accepting;
    },
  };
  const close = (connection: Deno.TcpConn): void => {
    if (open.delete(connection)) connection.close();
  };
  const carry = async (from: Deno.TcpConn, into: Deno.TcpConn): Promise<void> => {
    let last: Promise<unknown> = Promise.resolve();
    try {
      for (;;) {
        const bytes = new Uint8Array(16 * 1024);
        const count = await from.read(bytes);
        if (count === null) break;
        if (network.swallows) continue;
        const due = Date.now() + network.delay;
        last = last.then(async () => {
          const left = due - Date.now();
          if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
          for (let at = 0; at < count;) at += await into.write(bytes.subarray(at, count));
        });
        last.catch(() => {});
      }
      await last;
    } catch {
      // Cut.
    }
    close(from);
    close(into);
  };
  const accept = async (near: Deno.TcpConn): Promise<void> => {
    if (down) return near.close();
    open.add(near);
    if (network.swallows) return;
    try {
      const far = await Deno.connect({ port: to, hostname: "127.0.0.1" });
      if (!open.has(near)) return far.close();
      open.add(far);
      await Promise.all([carry(near, far), carry(far, near)]);
    } catch {
      close(near);
    }
  };
  const accepting = (async () => {
    const work: Promise<void>[] = [];
    try {
      for await (const connection of listener) work.push(accept(connection));
    } catch {
      // Closed.
    }
    await Promise.all(work);
  })();
  return network;
}
