/**
 * A server of the sync endpoint for pages that run `client/sync` as it is bundled, without an app
 * around it.
 *
 * @module
 */
import type { BrowserContext, Page } from "playwright-core";
import { type Authority, createAuthority } from "../../src/sync/authority/authority.ts";
import { createSyncHandler } from "../../src/sync/endpoint/handler.ts";
import { createMemoryAuthorityStore } from "../../src/sync/memory_store.ts";
import { type Chromium, openChromium } from "./chromium.ts";

/** A server and a browser for sync pages. */
export interface SyncSite extends AsyncDisposable {
  readonly origin: string;
  readonly authority: Authority;
  readonly chromium: Chromium;
  /** Whether the endpoint is there: else a proxy says that it is not. */
  up: boolean;
  /** Who is signed in, for every page; `undefined` for nobody. */
  user: string | undefined;
  /** Pushes that arrived, by the client that sent them. */
  readonly pushes: string[];
  /** A page with the script of `entry`; its own context unless one is given. */
  open(context?: BrowserContext): Promise<Page>;
}

/** Starts both. `entry` is a module of this folder, bundled with `flags`. */
export async function openSyncSite(
  entry: string,
  flags: readonly string[] = [],
): Promise<SyncSite> {
  const script = await bundlePage(entry, flags);
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  const handler = createSyncHandler({
    authority,
    identify: () => site.user === undefined ? undefined : { userId: site.user },
  });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/_vango/sync/")) return site.up ? noted(request) : away();
    return pathname === "/script.js"
      ? new Response(script, { headers: { "content-type": "text/javascript" } })
      : new Response(`<!doctype html><title>sync</title><script src="/script.js"></script>`, {
        headers: { "content-type": "text/html" },
      });
  });
  const noted = async (request: Request): Promise<Response> => {
    if (request.url.endsWith("/push")) {
      site.pushes.push((await request.clone().json()).clientId);
    }
    return await handler(request);
  };
  const chromium = await openChromium();
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const site: SyncSite = {
    origin,
    authority,
    chromium,
    up: true,
    user: "ana",
    pushes: [],
    async open(context = chromium.context) {
      const page = await context.newPage();
      await page.goto(origin);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await chromium[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
  return site;
}

function away(): Response {
  return new Response("<h1>Bad gateway</h1>", { status: 502 });
}

async function bundlePage(entry: string, flags: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--format", "iife", "--no-lock"]
      .concat(flags, `tests/browser/${entry}`),
    cwd: new URL("../..", import.meta.url),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
