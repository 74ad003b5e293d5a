/**
 * The browser's part: durable writes and a first load, ours beside the peers', in one page.
 *
 * @module
 */
import { createAuthority } from "../../src/sync/authority/authority.ts";
import { createSyncHandler } from "../../src/sync/endpoint/handler.ts";
import { createMemoryAuthorityStore } from "../../src/sync/memory_store.ts";
import { openChromium } from "../../tests/browser/chromium.ts";
import { provideTools, thisMachine } from "../../tools/needed_tools.ts";
import { itemOf, PAGE, ROWS, ROWS_PATH } from "./contender.ts";
import type { BrowserTimes } from "./driver_page.ts";
import { bundle, bundleEvents, bundlePeer, PEERS } from "./peers.ts";

/** What a first load fetches, as the sync endpoint of an app has it. */
async function makeHandler(): Promise<(request: Request) => Promise<Response>> {
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  const ana = { userId: "ana" };
  for (let from = 0; from < ROWS; from += 500) {
    const ops = Array.from({ length: 500 }, (_, i) => {
      const { id: key, ...rest } = itemOf(from + i);
      return { res: "todos", key, op: "put" as const, base: 0, value: { id: key, ...rest } };
    });
    await authority.write(ana, "ana", { by: "bench", ops });
  }
  return createSyncHandler({ authority, identify: () => ana });
}

async function serve(): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const folder = new URL(".", import.meta.url).pathname;
  const scripts = [
    await bundle("ours_page.ts", folder),
    ...await Promise.all(PEERS.map(bundlePeer)),
    await bundle("driver_page.ts", folder),
  ];
  const handler = await makeHandler();
  const events = await bundleEvents();
  const page = `<!doctype html><title>bench</title>` +
    `<script type="importmap">{"imports":{"node:events":"/events.js"}}</script>` +
    scripts.map((_, i) => `<script type="module" src="/${i}.js"></script>`).join("");
  const json = Array.from(
    { length: ROWS / PAGE },
    (_, n) => JSON.stringify(Array.from({ length: PAGE }, (_, i) => itemOf(n * PAGE + i))),
  );
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/_vango/")) return handler(request);
    const text = (body: string, type: string) =>
      new Response(body, { headers: { "content-type": `${type}; charset=utf-8` } });
    const at = pathname + search;
    if (at.startsWith(ROWS_PATH)) {
      return text(json[Number(at.slice(ROWS_PATH.length)) / PAGE] ?? "[]", "application/json");
    }
    if (pathname === "/events.js") return text(events, "text/javascript");
    const script = scripts[Number(/^\/(\d+)\.js$/.exec(pathname)?.[1])];
    return script === undefined ? text(page, "text/html") : text(script, "text/javascript");
  });
}

/** Measures, and says in which version of Chromium. */
export async function measureBrowser(): Promise<{ times: BrowserTimes; version: string }> {
  const { found } = await provideTools({ ...thisMachine, log: console.error });
  const path = found.VANGO_CHROMIUM;
  if (!path) throw new Error("cannot measure in a browser: there is no Chromium");
  const server = await serve();
  try {
    await using chromium = await openChromium({ path });
    const page = await chromium.newPage();
    page.on("pageerror", (error) => console.error("in the page:", error));
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    const times = await page.evaluate(() =>
      (globalThis as unknown as { runRaces(): Promise<BrowserTimes> }).runRaces()
    );
    const missing = PEERS.filter(({ name }) => !times.writes[name]);
    if (missing.length > 0) throw new Error(`cannot compare: ${missing[0]!.name} did not start`);
    return { times, version: chromium.context.browser()?.version() ?? "unknown" };
  } finally {
    await server.shutdown();
  }
}
