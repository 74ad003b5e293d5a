/**
 * The service worker: answers navigations and assets while the network is away.
 *
 * It holds nothing in memory, because the browser stops it whenever it is idle: each answer opens
 * the data, renders and lets go. It keeps no answer of the server's that was made for one person:
 * a page is rendered here, with a nonce of its own, and only what is public is put into the cache.
 *
 * @module
 */
import { openReplica } from "../../src/sync/replica/replica.ts";
import { databaseName } from "../sync/browser_sync.ts";
import { openIndexedDbStore } from "../sync/indexeddb_store.ts";
import { readAccount, tellSignOut } from "./account.ts";
import { type CreateApp, idleDriver, localReplica, startApp } from "./device.ts";
import type { OfflineDataOptions } from "./mod.ts";
import { ACCOUNT_PATH, APP_SCRIPT, AWAY, CACHE, SIGN_OUT_TAG } from "./names.ts";

/** What is used of `ServiceWorkerGlobalScope`, whose types exclude those of pages. */
interface Scope {
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly registration: {
    readonly navigationPreload?: { enable(): Promise<void> };
  };
}

interface WorkerEvent {
  readonly request: Request;
  readonly tag: string;
  readonly preloadResponse?: Promise<Response | undefined>;
  readonly data: { readonly keep?: readonly string[] };
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

/** Milliseconds that a navigation waits for the network: one that says nothing is as good as none. */
const PATIENCE = 8_000;

/** What a page loads that is the same for everybody. */
const PUBLIC: ReadonlySet<string> = new Set([
  "font",
  "image",
  "manifest",
  "script",
  "style",
  "worker",
]);

/** Listens: must be called while the script is first run. */
export function serveNavigations(create: CreateApp, options: OfflineDataOptions): void {
  const scope = globalThis as unknown as Scope;
  scope.addEventListener("install", (event) => {
    event.waitUntil(keep([APP_SCRIPT]).then(() => scope.skipWaiting()));
  });
  scope.addEventListener("activate", (event) => {
    event.waitUntil(Promise.all([
      // The browser asks for the page while it is still starting us.
      scope.registration.navigationPreload?.enable(),
      scope.clients.claim(),
    ]));
  });
  scope.addEventListener("message", (event) => {
    if (!Array.isArray(event.data?.keep)) return;
    // A page that was on its way while this was activated belongs to nobody until it is claimed.
    event.waitUntil(Promise.all([keep(event.data.keep), scope.clients.claim()]));
  });
  scope.addEventListener("sync", (event) => {
    if (event.tag === SIGN_OUT_TAG) event.waitUntil(tellOrFail());
  });
  scope.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== location.origin) return;
    if (request.mode === "navigate") event.respondWith(navigate(event, create, options));
    else if (request.method === "GET" && PUBLIC.has(request.destination)) {
      event.respondWith(asset(request, create));
    }
  });
}

/** The browser tries again later what fails. */
async function tellOrFail(): Promise<void> {
  if (await tellSignOut() === "away") throw new Error("Cannot sign out: the server is away");
}

async function navigate(
  { request, preloadResponse }: WorkerEvent,
  create: CreateApp,
  options: OfflineDataOptions,
): Promise<Response> {
  const told = await tellSignOut();
  if (told === "away") return unavailable(SIGNED_OUT);
  if (typeof told === "object" && told.url === request.url) return Response.redirect(told.landing);
  if (request.method !== "GET") return await fetch(request).catch(() => unavailable(NO_NETWORK));
  // What was asked for before the server knew is for one who has left.
  const preloaded = told === "nothing" ? preloadResponse : undefined;
  const asked = Promise.resolve(preloaded)
    .then((preloaded) => preloaded ?? fetch(request))
    .catch(() => undefined);
  const timer = Promise.withResolvers<undefined>();
  const id = setTimeout(() => timer.resolve(undefined), PATIENCE);
  const answer = await Promise.race([asked, timer.promise]);
  clearTimeout(id);
  if (answer && !AWAY.has(answer.status)) return answer;
  const page = await render(new URL(request.url), create, options).catch((error) => {
    console.error("vango: cannot show this page without a network:", error);
    return undefined;
  });
  // What is not for here waits for the network as long as the browser would.
  return page ?? await asked ?? unavailable(NO_NETWORK);
}

/** The page as the app renders it here; `undefined` when nobody's data is to be shown. */
async function render(
  url: URL,
  create: CreateApp,
  options: OfflineDataOptions,
): Promise<Response | undefined> {
  const account = await readAccount();
  if (!account) return undefined;
  const request = new Request(url, { headers: { accept: "text/html" } });
  const { user } = account;
  if (user === "") return await whole(await startApp(create, account, undefined).fetch(request));
  const store = await openIndexedDbStore(await databaseName(user, ""));
  const replica = await openReplica({ store, user, ...options });
  try {
    const app = startApp(create, account, localReplica(user, replica, idleDriver()));
    return await whole(await app.fetch(request));
  } finally {
    await replica.close();
    store.close();
  }
}

/**
 * The answer with all of its body, so that what renders it can be let go; `undefined` for a page
 * that is not for here.
 */
async function whole({ status, headers, body }: Response): Promise<Response | undefined> {
  if (status === 503) return undefined;
  return new Response(body && await new Response(body).arrayBuffer(), { status, headers });
}

/** Newest first: from the network, else as it was last seen, else as the app itself has it. */
async function asset(request: Request, create: CreateApp): Promise<Response> {
  const response = await fetch(request).catch(() => undefined);
  if (response && !AWAY.has(response.status)) {
    await put(request.url, response.clone());
    return response;
  }
  const kept = await (await caches.open(CACHE)).match(request, { ignoreVary: true });
  if (kept) return kept;
  const own = new URL(request.url).pathname.startsWith("/_vango/")
    ? await startApp(create, { user: "" }, undefined).fetch(new Request(request.url))
    : undefined;
  return own?.ok ? own : response ?? Response.error();
}

/** Keeps what is public and not kept yet. */
async function keep(urls: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(urls.map(async (url) => {
    if (new URL(url, location.href).origin !== location.origin) return;
    if (url !== APP_SCRIPT && await cache.match(url, { ignoreVary: true })) return;
    const response = await fetch(url, { cache: "no-cache" }).catch(() => undefined);
    if (response) await put(url, response);
  }));
}

async function put(url: string, response: Response): Promise<void> {
  const isPrivate = /private|no-store/.test(response.headers.get("cache-control") ?? "");
  // What was made for one person, or carries a nonce, says so; a page is never kept.
  const isPage = response.headers.get("content-type")?.includes("text/html");
  if (!response.ok || response.redirected || isPrivate || isPage) return;
  await (await caches.open(CACHE)).put(url, response).catch(() => {
    // No room: the network has it.
  });
}

interface Notice {
  readonly title: string;
  readonly text: string;
}

const NO_NETWORK: Notice = {
  title: "No network",
  text: "This page needs a network. Come back when there is one.",
};

const SIGNED_OUT: Notice = {
  title: "Signed out",
  text: "Nothing of yours is left on this device. The server is told when there is a network.",
};

/** Shown until the server answers again. */
function unavailable({ title, text }: Notice): Response {
  return new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>` +
      `<meta name="viewport" content="width=device-width"><meta name="color-scheme" ` +
      `content="light dark"><style>body{max-width:32em;margin:20vh auto;padding:0 1.5em;` +
      `font:16px/1.5 system-ui,sans-serif}h1{font-size:1.4em}</style>` +
      `<h1>${title}</h1><p>${text}</p><script type="module">${COME_BACK}</script></html>`,
    { status: 503, headers: { "content-type": "text/html; charset=utf-8" } },
  );
}

/** Asks for the page again, and not for what was posted. */
const COME_BACK = `const look=()=>fetch("${ACCOUNT_PATH}",{cache:"no-store"})` +
  `.then(({ok})=>ok&&location.replace(location.href),()=>{});` +
  `addEventListener("online",look);setInterval(look,5e3)`;
