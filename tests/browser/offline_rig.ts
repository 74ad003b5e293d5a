/**
 * A real browser on the offline test app, with a network between them that can be cut.
 *
 * @module
 */
import { vangoOf } from "../../src/server/vango.ts";
import type { BrowserContext, Page } from "playwright-core";
import type { Hono } from "hono";
import type { VangoOptions } from "@vango/vango";
import { bundleOffline, deno } from "@vango/vango/deno";
import { createAuthority } from "../../src/sync/authority/authority.ts";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { createMemoryAuthorityStore } from "../../src/sync/memory_store.ts";
import { type Chromium, openChromium } from "./chromium.ts";
import { eventually, listen, live, type Network, startNetwork } from "./e2e_rig.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { ACCOUNT_PATH } from "../../client/offline/names.ts";
import { createApp } from "./offline_app.tsx";

/** The app behind a network, and a browser. */
export interface OfflineSite extends AsyncDisposable {
  /** What the browser reaches it by. */
  readonly origin: string;
  readonly chromium: Chromium;
  /** What pages complained of while the network was there. */
  readonly complaints: string[];
  /** Texts of the notes that the server has, sorted. */
  stored(): Promise<string[]>;
  /** Whom the server takes this browser's user for, whatever the network does. */
  loginOf(page: Page): Promise<string | undefined>;
  /** Writes a note on the server, as another device would. */
  write(key: string, text: string): Promise<void>;
  cut(): void;
  restore(): void;
  /** Another version takes the server's place, whose bundle says more than the one before. */
  deploy(more: string): Promise<void>;
  /** Paths that are answered by 503. */
  refuses: (path: string) => boolean;
  /** For what is worse than a cut. */
  readonly network: Network;
  /** A page of Ana's, live on the server, with everything ready for the network to go. */
  open(context?: BrowserContext): Promise<Page>;
}

/** The app that a site serves. */
export interface OfflineApp {
  readonly create: (host: Omit<VangoOptions, "app">) => Hono | Promise<Hono>;
  /** Its bundle for browsers. */
  readonly script: () => Promise<string>;
  /** Opens it as Ana. */
  readonly enter: (page: Page, origin: string) => Promise<void>;
}

const NOTES: OfflineApp = {
  create: createApp,
  script: bundleOffline(import.meta.resolve("./offline_entry.tsx")),
  enter: async (page, origin) => {
    await page.goto(`${origin}/in/ana`);
  },
};

const user = "ana";

/** Starts both. */
export async function openOfflineSite(
  { create, script, enter }: OfflineApp = NOTES,
): Promise<OfflineSite> {
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  const store = createMemorySessionStore();
  // It outlives each of the servers.
  store.close = () => Promise.resolve();
  const start = async (script: OfflineApp["script"]): Promise<Hono> =>
    await create({
      platform: deno(),
      secrets: ["a secret of at least 32 characters"],
      development: false,
      store,
      sync: { authority },
      offline: { script },
    });
  let app = await start(script);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request, info) =>
      site.refuses(new URL(request.url).pathname)
        ? new Response("Not now", { status: 503 })
        : app.fetch(request, info),
  );
  const network = startNetwork(server.addr.port);
  const origin = `http://127.0.0.1:${network.port}`;
  const chromium = await openChromium();
  const complaints: string[] = [];
  let isCut = false;
  const site: OfflineSite = {
    origin,
    chromium,
    refuses: () => false,
    complaints,
    network,
    async stored() {
      const { rows } = await authority.rows({ userId: user }, user, "notes");
      return rows.map(([, , , value]) => (value as { text: string }).text).sort();
    },
    async loginOf(page) {
      const cookies = await page.context().cookies(origin);
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      const response = await app.request(origin + ACCOUNT_PATH, { headers: { cookie } });
      return (await response.json()).account?.login;
    },
    async write(key, text) {
      const value = { text, done: false };
      const base = (await authority.rows({ userId: user }, user, "notes")).version;
      const ops = [{ res: "notes", key, op: "put", value, base }] as const;
      await authority.write({ userId: user }, user, { by: "another", ops });
    },
    cut() {
      isCut = true;
      network.cut();
    },
    restore() {
      isCut = false;
      network.restore();
    },
    async deploy(more) {
      const before = app;
      app = await start(async () => await script() + more);
      await vangoOf(before)!.shutdown({ spread: 0 });
    },
    async open(context = chromium.context) {
      const page = await context.newPage();
      countPatches(page);
      listen(page, {
        push: (text: string) => isCut ? 0 : complaints.push(text),
      } as unknown as string[]);
      await enter(page, origin);
      await live(page);
      await ready(page);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await chromium[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await vangoOf(app)!.shutdown({ spread: 0 });
      await server.shutdown();
    },
  };
  return site;
}

/** Waits until the service worker runs and the data has been loaded: then the network may go. */
export async function ready(page: Page): Promise<void> {
  await eventually(page, () =>
    page.evaluate(async () => {
      const { controller } = navigator.serviceWorker;
      const names = (await indexedDB.databases()).map(({ name }) => name!);
      const kept = await caches.match("/_vango/offline/app.js");
      return controller?.state === "activated" && kept !== undefined &&
        names.some((name) => name.startsWith("vango-sync-"));
    }));
}

/** Waits until the page is served by its tab's worker. */
export async function offline(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.documentElement.classList.contains("vango-device"),
    null,
    {
      timeout: 30_000,
    },
  );
}

/** Waits until the page is served by the server, and shows what the server has sent it first. */
export async function online(page: Page): Promise<void> {
  await page.waitForSelector("html.vango-live:not(.vango-device)", { timeout: 60_000 });
  await eventually(page, () => (patches.get(page) ?? 0) > 0);
  // Behind the frame that has come.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
}

/** Patches that came over a page's newest socket. */
const patches = new WeakMap<Page, number>();

function countPatches(page: Page): void {
  page.on("websocket", (socket) => {
    patches.set(page, 0);
    socket.on("framereceived", ({ payload }) => {
      const first = typeof payload === "string" ? undefined : payload[0];
      if (first === Frame.PATCH || first === Frame.DEFLATED) {
        patches.set(page, (patches.get(page) ?? 0) + 1);
      }
    });
  });
}

/** Writes a record as a person does. */
export async function put(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.click("#put");
}
