/** Bad networks, and the browser's own history. */
import { assert, assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import type { Page } from "playwright-core";
import { eventually, listen, live, openSite, shows, startNetwork, textOf } from "./e2e_rig.ts";
import type { TestApp } from "../server/rig.ts";

function Counter() {
  const count = signal(0);
  const text = signal("");
  return () => (
    <main>
      <button type="button" id="b" onclick={() => count.value++}>{count}</button>
      <input id="i" value={text} oninput={(event) => text.value = event.value} />
      <p id="p">{text}</p>
      <a href="/two" id="l">two</a>
      <a href="/plain" id="plain">plain</a>
      <div style={{ height: "3000px" }}>long</div>
    </main>
  );
}

function routes({ app, vango }: TestApp): void {
  app.get("/", vango.page(Counter));
  app.get(
    "/two",
    vango.page((ctx) => (
      <main>
        <p id="two">two {ctx.url.search}</p>
        <a href="/two?x=1" id="again">again</a>
        <a href="/" id="home">home</a>
      </main>
    )),
  );
  app.get("/plain", (c) => c.html(`<!doctype html><title>p</title><p id="plain">plain</p>`));
}

/** A page that is reached over a network of its own. */
async function openOver(site: Awaited<ReturnType<typeof openSite>>, port: number): Promise<Page> {
  const page = await site.context.newPage();
  listen(page, site.complaints);
  await page.goto(`http://127.0.0.1:${port}/`);
  return page;
}

Deno.test("a slow network delays everything and loses nothing", async () => {
  await using site = await openSite(routes);
  await using network = startNetwork(site.port);
  network.delay = 300;
  const page = await openOver(site, network.port);
  // There before it is live: typed text and clicks wait for the player, not for the network.
  assertEquals(await textOf(page, "#b"), "0");
  await live(page);
  for (let i = 0; i < 5; i++) await page.click("#b");
  await page.locator("#i").pressSequentially("slowly typed");
  assertEquals(await page.inputValue("#i"), "slowly typed");
  await shows(page, "#b", "5");
  await shows(page, "#p", "slowly typed");
  assertEquals(await page.inputValue("#i"), "slowly typed");
  assertEquals(site.complaints, []);
});

Deno.test("a network that goes away and comes back loses no event, and runs none twice", async () => {
  await using site = await openSite(routes);
  await using network = startNetwork(site.port);
  const page = await openOver(site, network.port);
  await live(page);
  for (let round = 1; round <= 3; round++) {
    await page.click("#b");
    network.cut();
    await page.waitForSelector("html:not(.vango-live)");
    // Offline, and told when the network is back.
    await page.click("#b");
    await page.locator("#i").press("End");
    await page.keyboard.type(`${round} `);
    network.restore();
    await live(page);
    await shows(page, "#b", String(round * 2));
  }
  await shows(page, "#p", "1 2 3 ");
  const { live: connected, detached, remounts } = site.vango.stats();
  assertEquals([connected, detached, remounts], [1, 0, 0]);
  assertEquals(site.errors, []);
});

Deno.test("a network that goes away before the page was live lets it go live later", async () => {
  await using site = await openSite(routes, { waitForPlayer: 200 });
  await using network = startNetwork(site.port);
  const page = await site.context.newPage();
  await page.route("**/_vango/client.*", async (route) => {
    await route.continue();
    network.cut();
  });
  await page.goto(`http://127.0.0.1:${network.port}/`).catch(() => {});
  await page.unroute("**/_vango/client.*");
  network.restore();
  await page.goto(`http://127.0.0.1:${network.port}/`);
  await live(page);
  network.cut();
  await page.waitForSelector("html:not(.vango-live)");
  network.restore();
  await live(page);
  await page.click("#b");
  await shows(page, "#b", "1");
});

Deno.test("back and forward go through live pages, with their addresses and scroll", async () => {
  await using site = await openSite(routes);
  const page = await site.open();
  await page.evaluate(() => {
    Object.assign(globalThis, { same: true });
    scrollTo(0, 900);
  });
  await page.locator("#l").evaluate((link: HTMLElement) => link.click());
  await shows(page, "#two", "two ");
  assertEquals(await page.evaluate(() => scrollY), 0);
  await page.click("#again");
  await shows(page, "#two", "two ?x=1");
  await page.goBack();
  await shows(page, "#two", "two ");
  await page.goBack();
  await page.waitForSelector("#b");
  await eventually(page, async () => await page.evaluate(() => scrollY) === 900);
  await page.goForward();
  await shows(page, "#two", "two ");
  assertEquals(new URL(page.url()).pathname, "/two");
  assertEquals(await page.evaluate(() => "same" in globalThis), true);
  assertEquals(site.complaints, []);
});

Deno.test("a page that is left for one that is not live is live again when the reader comes back", async () => {
  await using site = await openSite(routes);
  const page = await site.open();
  await page.click("#b");
  await shows(page, "#b", "1");
  await page.fill("#i", "typed");
  await page.locator("#plain").evaluate((link: HTMLElement) => link.click());
  await page.waitForSelector("p#plain");
  await eventually(page, () => site.vango.stats().live === 0);
  await page.goBack();
  await live(page);
  const count = Number(await textOf(page, "#b"));
  await page.click("#b");
  await shows(page, "#b", String(count + 1));
  await page.goForward();
  await page.waitForSelector("p#plain");
  await page.goBack();
  await live(page);
  assertEquals(site.complaints, []);
  assertEquals(site.errors, []);
});

Deno.test("a page that comes back out of a cache goes live with the state that it had", async () => {
  for (const keepsPages of [true, false]) {
    await using site = await openSite((test) => {
      // Chromium keeps no page that says no-store; a proxy may have changed that.
      test.app.use("*", async (c, next) => {
        await next();
        c.header("cache-control", "private");
      });
      routes(test);
    }, { keepsPages });
    const page = await site.open();
    await page.evaluate(() => Object.assign(globalThis, { same: true }));
    await page.click("#b");
    await shows(page, "#b", "1");
    await page.locator("#plain").evaluate((link: HTMLElement) => link.click());
    await page.waitForSelector("p#plain");
    await page.goBack({ waitUntil: "commit" });
    await live(page);
    // The very page, or its markup of long ago: both find their live session again.
    assertEquals(await page.evaluate(() => "same" in globalThis), keepsPages);
    await page.click("#b");
    await shows(page, "#b", "2");
    assertEquals(site.complaints, []);
  }
});

Deno.test("a live session that is gone when the reader comes back is rendered anew in place", async () => {
  await using site = await openSite(routes, { resumeWindow: 50 });
  await using network = startNetwork(site.port);
  const page = await openOver(site, network.port);
  await live(page);
  await page.click("#b");
  await shows(page, "#b", "1");
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  network.cut();
  await eventually(page, () => {
    const { live, detached } = site.vango.stats();
    return live + detached === 0;
  });
  network.restore();
  await live(page);
  await page.click("#b");
  await shows(page, "#b", "1");
  assert(await page.evaluate(() => "same" in globalThis));
  assertEquals(site.vango.stats().remounts, 1);
});
