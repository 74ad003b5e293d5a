/** Pages that go on without a network, in Chromium. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { eventually, live, shows } from "./e2e_rig.ts";
import type { BrowserContext, Page } from "playwright-core";
import { SIGN_OUT_TAG } from "../../client/offline/names.ts";
import { ran } from "./offline_app.tsx";
import { offline, online, openOfflineSite, put, ready } from "./offline_rig.ts";

function nonceOf(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector<HTMLElement>("script[nonce]")!.nonce!);
}

async function databases(page: Page): Promise<string[]> {
  return await page.evaluate(async () =>
    (await indexedDB.databases()).map(({ name }) => name!).sort()
  );
}

/** What a browser does by itself that was asked to, once there is a network. */
async function wakeForSync(context: BrowserContext): Promise<void> {
  const [worker] = context.serviceWorkers();
  await worker!.evaluate((tag) => {
    const event = new Event("sync");
    const done = Promise.withResolvers();
    Object.assign(event, { tag, waitUntil: done.resolve });
    dispatchEvent(event);
    return done.promise;
  }, SIGN_OUT_TAG);
}

/** Which version of the app a page's worker runs; `undefined` for the first one, and for none. */
async function releaseOf(page: Page): Promise<unknown> {
  // One that was ended meanwhile does not answer.
  return await page.workers().at(-1)
    ?.evaluate(() => (globalThis as unknown as { release: unknown }).release).catch(() =>
      undefined
    );
}

/** Whether this text is in the browser's own copy. */
function holdsLocally(page: Page, text: string): Promise<boolean> {
  return page.evaluate(async (text) => {
    const settle = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => request.onsuccess = () => resolve(request.result));
    for (const { name } of await indexedDB.databases()) {
      if (!name!.startsWith("vango-sync-")) continue;
      const database = await settle(indexedDB.open(name!));
      const values = await settle(database.transaction("kv").objectStore("kv").getAll());
      database.close();
      if (JSON.stringify(values).includes(text)) return true;
    }
    return false;
  }, text);
}

Deno.test("a page goes on in its worker when the network goes, and back without a reload", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await put(page, "before");
  await page.waitForSelector(".edit >> text=before");
  await page.evaluate(() => {
    const dropped: unknown[] = [];
    document.addEventListener(
      "vango:event-dropped",
      (event) => dropped.push((event as CustomEvent).detail),
    );
    Object.assign(globalThis, { same: true, dropped });
  });
  await page.fill("#text", "half typed");
  ran.length = 0;
  site.cut();
  // Nobody is there for this one: it is cancelled, and the page is told.
  await page.click("#put");
  await offline(page);
  assertEquals(await page.evaluate(() => (globalThis as unknown as { dropped: unknown }).dropped), [
    { code: "mounted" },
  ]);
  assertEquals(await page.inputValue("#text"), "half typed");
  await page.waitForSelector(".edit >> text=before");
  await put(page, "without a network");
  await page.waitForSelector(".edit >> text=without a network");
  await shows(page, "#status", "1 pending");
  await page.click("#filter");
  await page.click("#count");
  await shows(page, "#count", "1");
  await shows(page, "#filter", "open");
  await page.fill("#text", "typed in between");
  assertEquals(await site.stored(), ["before"]);
  site.restore();
  await online(page);
  assertEquals(await site.stored(), ["before", "without a network"]);
  // Declared portable, with a schema; the other signal is the server's own.
  await shows(page, "#filter", "open");
  await shows(page, "#count", "0");
  assertEquals(await page.inputValue("#text"), "typed in between");
  await page.click("#put");
  await page.waitForSelector(".edit >> text=typed in between");
  await eventually(page, async () => (await site.stored()).length === 3);
  // Each event was run by one side.
  assertEquals(ran, ["typed in between"]);
  assert(await page.evaluate(() => "same" in globalThis));
  assertEquals(site.complaints, []);
});

Deno.test("a reload without a network shows the page, a second tab shows the same, and nothing is lost", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await put(page, "before");
  await page.waitForSelector(".edit >> text=before");
  await eventually(page, () => holdsLocally(page, "before"));
  const nonce = await nonceOf(page);
  site.cut();
  await page.reload();
  await offline(page);
  await page.waitForSelector(".edit >> text=before");
  // Rendered here: with a nonce of its own, and the style sheet that was kept.
  assertNotEquals(await nonceOf(page), nonce);
  assertEquals(
    await page.evaluate(() => getComputedStyle(document.querySelector("#put")!).color),
    "rgb(1, 2, 3)",
  );
  // Nothing that was made for one person is kept.
  const kept = await page.evaluate(async () =>
    (await (await caches.open("vango-offline")).keys()).map(({ url }) => new URL(url).pathname)
  );
  assert(kept.includes("/style.css") && kept.includes("/_vango/offline/app.js"));
  assertEquals(kept.filter((path) => !/^\/_vango\/|^\/style\.css$/.test(path)), []);
  await put(page, "offline");
  await page.waitForSelector(".edit >> text=offline");
  const second = await site.chromium.newPage();
  await second.goto(site.origin + "/");
  await offline(second);
  await second.waitForSelector(".edit >> text=offline");
  await put(second, "second tab");
  await page.waitForSelector(".edit >> text=second tab");
  // Live navigation works; what needs the server says so.
  await second.click("#to-second");
  await second.waitForSelector("#second");
  await second.click("#home");
  await second.waitForSelector(".edit >> text=second tab");
  await second.click("#to-online");
  await second.waitForSelector("text=This page needs a network");
  await second.close();
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  site.restore();
  await online(page);
  assertEquals(await site.stored(), ["before", "offline", "second tab"]);
  assert(await page.evaluate(() => "same" in globalThis));
  await put(page, "after");
  await eventually(page, async () => (await site.stored()).includes("after"));
});

Deno.test("when the tab that keeps the data is closed, another one does", async () => {
  await using site = await openOfflineSite();
  const first = await site.open();
  const second = await site.open();
  await first.close();
  await site.write("k", "written later");
  await eventually(second, () => holdsLocally(second, "written later"));
});

Deno.test("a stream of pokes that the server refused is asked for again", async () => {
  await using site = await openOfflineSite();
  const isPoke = (path: string) => path.endsWith("/poke");
  const refused = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  site.refuses = (path) => {
    if (isPoke(path)) refused.resolve();
    return isPoke(path);
  };
  const page = await site.open();
  await refused.promise;
  site.refuses = (path) => {
    if (isPoke(path)) opened.resolve();
    return false;
  };
  await opened.promise;
  // Long before the next exchange, which is due after 30 s.
  await site.write("k", "from elsewhere");
  await eventually(page, () => holdsLocally(page, "from elsewhere"));
});

Deno.test("a page that is live before its offline part has come keeps the data all the same", async () => {
  await using site = await openOfflineSite();
  const context = site.chromium.context;
  await context.addInitScript(() =>
    document.addEventListener("vango:live", () => Object.assign(globalThis, { wasLive: true }))
  );
  await context.route("**/_vango/offline/page.*.js", async (route) => {
    // The service worker keeps it, too.
    const frame = route.request().serviceWorker() ? undefined : route.request().frame();
    await frame?.waitForFunction(() => "wasLive" in globalThis);
    await route.continue();
  });
  await site.open();
});

Deno.test("a network that swallows everything is noticed by a click that nobody answers", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await put(page, "before");
  await page.waitForSelector(".edit >> text=before");
  await eventually(page, () => holdsLocally(page, "before"));
  site.network.swallows = true;
  await put(page, "typed");
  // Sooner than a socket is given up of which nobody expects a word: that takes 35 seconds.
  await offline(page);
  await page.waitForSelector(".edit >> text=before");
  assertEquals(await page.inputValue("#text"), "typed");
  await page.click("#put");
  await page.waitForSelector(".edit >> text=typed");
  site.cut();
  site.network.swallows = false;
  site.restore();
  await online(page);
  assertEquals(await site.stored(), ["before", "typed"]);
});

Deno.test("a page that needs the server waits for it, and is live again when it is there", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await page.goto(`${site.origin}/online`);
  await live(page);
  await page.evaluate(() => {
    // Until the worker has been asked, and has refused.
    const refused = new Promise((resolve) => {
      const { close } = MessagePort.prototype;
      MessagePort.prototype.close = function () {
        resolve(undefined);
        close.call(this);
      };
    });
    Object.assign(globalThis, { same: true, refused });
  });
  site.cut();
  await page.evaluate(() => (globalThis as unknown as { refused: unknown }).refused);
  site.restore();
  // The player has tried in vain a few times, and waits longer each time.
  await page.waitForSelector("html.vango-live", { timeout: 60_000 });
  assert(await page.evaluate(() => "same" in globalThis));
});

Deno.test("a page stays in its worker when something cannot be sent after all, and nothing of it is lost", async () => {
  await using site = await openOfflineSite();
  const { context } = site.chromium;
  // Something is said in the moment in which the page is told that the server is back.
  await context.addInitScript(() => {
    const { set } = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage")!;
    Object.defineProperty(Worker.prototype, "onmessage", {
      set(listen: (event: MessageEvent) => void) {
        set!.call(this, (event: MessageEvent) => {
          const { before, after } = globalThis as unknown as Record<string, () => void>;
          const isBack = "back" in event.data;
          if (isBack) before?.();
          listen.call(this, event);
          if (isBack) after?.();
        });
      },
    });
  });
  const page = await site.open();
  site.cut();
  await offline(page);
  await put(page, "first");
  await shows(page, "#status", "1 pending");
  await page.fill("#text", "second");
  await page.evaluate(() => {
    const all = globalThis as unknown as Record<string, unknown>;
    const once = (name: string, act: () => void) => {
      all[name] = () => {
        delete all[name];
        act();
      };
    };
    once("before", () => document.querySelector<HTMLElement>("#put")!.click());
    // The page is on its way back: this is kept until it is known where it belongs.
    once("after", () => document.querySelector<HTMLElement>("#count")!.click());
  });
  let pushes = 0;
  site.refuses = (path) => path.endsWith("/push") && ++pushes > 1;
  ran.length = 0;
  site.restore();
  await page.waitForSelector(".edit >> text=second");
  await shows(page, "#count", "1");
  await shows(page, "#status", "1 pending");
  assert(await page.evaluate(() => document.documentElement.classList.contains("vango-device")));
  assertEquals(await site.stored(), ["first"]);
  await page.fill("#text", "half typed");
  site.refuses = () => false;
  await online(page);
  assertEquals(await site.stored(), ["first", "second"]);
  assertEquals(await page.inputValue("#text"), "half typed");
  // The worker has run them, and nobody else.
  assertEquals(ran, []);
});

Deno.test("a new version of the app is taken by a page that stays open, and by those that come", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await page.fill("#text", "typed before");
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  await site.deploy(";globalThis.release = 2;");
  const other = await site.chromium.newPage();
  await other.goto(site.origin + "/");
  await live(other);
  // The page that keeps the data warm does so by the new one.
  await eventually(page, async () => await releaseOf(page) === 2);
  await live(page);
  site.cut();
  for (const each of [page, other]) {
    await offline(each);
    assertEquals(await releaseOf(each), 2);
  }
  assertEquals(await page.inputValue("#text"), "typed before");
  await page.click("#put");
  await other.waitForSelector(".edit >> text=typed before");
  await other.reload();
  await offline(other);
  await put(other, "typed after");
  await page.waitForSelector(".edit >> text=typed after");
  site.restore();
  await online(page);
  await eventually(page, async () => (await site.stored()).length === 2);
  assertEquals(await site.stored(), ["typed after", "typed before"]);
  assert(await page.evaluate(() => "same" in globalThis));
});

Deno.test("an overlap with another device shows as a conflict once the network is back", async () => {
  await using site = await openOfflineSite();
  await site.write("k", "milk");
  const page = await site.open();
  await page.waitForSelector(".edit >> text=milk");
  await eventually(page, () => holdsLocally(page, "milk"));
  site.cut();
  await offline(page);
  await page.click(".edit");
  await page.waitForSelector(".edit >> text=milk!");
  await site.write("k", "bread");
  site.restore();
  await online(page);
  await shows(page, "#conflicts", "1");
});

Deno.test("signing out sends first, asks before it discards, and leaves nothing to see", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  site.cut();
  await offline(page);
  await put(page, "unsent");
  await shows(page, "#status", "1 pending");
  const second = await site.chromium.newPage();
  await second.goto(site.origin + "/");
  await second.waitForSelector(".edit >> text=unsent");
  await offline(second);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    asked.length === 1 ? dialog.dismiss() : dialog.accept();
  });
  await page.click("#sign-out");
  await eventually(page, () => asked.length === 1);
  await page.waitForSelector(".edit >> text=unsent");
  await page.click("#sign-out");
  await eventually(page, () => asked.length === 2);
  assertEquals(asked[0], "Discard 1 unsent change?");
  await page.waitForURL(site.origin + "/out");
  // Nor in another tab.
  await second.waitForSelector("h1 >> text=Signed out");
  await second.close();
  await page.waitForSelector("h1 >> text=Signed out");
  assertEquals(await databases(page), ["vango-offline", "vango-sync-discards"]);
  // The server is told when there is a network again, whether or not somebody does something.
  assertEquals(await site.loginOf(page), "ana");
  site.restore();
  await page.waitForSelector("#gone");
  assertEquals(await site.loginOf(page), undefined);
  // With a network it is the server that signs out, when it has everything.
  await page.goto(site.origin + "/in/ana");
  await ready(page);
  await put(page, "sent");
  await page.waitForSelector(".edit >> text=sent");
  await page.click("#sign-out");
  await page.waitForSelector("#gone");
  assertEquals(await site.stored(), ["sent"]);
  assertEquals(await databases(page), ["vango-offline", "vango-sync-discards"]);
  assertEquals(asked.length, 2);
});

Deno.test("a log-out without a network comes before whatever this browser does next", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await site.write("k", "Ana's");
  const { context } = site.chromium;
  for (const how of ["the next page", "the browser"]) {
    await page.goto(site.origin + "/in/ana");
    await page.waitForSelector(".edit >> text=Ana's");
    await ready(page);
    // A tab that has not gone offline yet must not go on showing what it shows.
    const other = await context.newPage();
    await other.goto(site.origin + "/");
    await other.waitForSelector(".edit >> text=Ana's");
    site.cut();
    await page.click("#sign-out");
    await page.waitForSelector("h1 >> text=Signed out");
    await other.waitForSelector("h1 >> text=Signed out");
    await other.close();
    await page.goto("about:blank");
    site.restore();
    assertEquals(await site.loginOf(page), "ana");
    if (how === "the next page") {
      await page.goto(site.origin + "/");
      await page.waitForSelector("#nobody");
    } else await wakeForSync(context);
    await eventually(page, async () => await site.loginOf(page) === undefined);
  }
});

Deno.test("who is signed out by the server is out of sight, and finds what waits when back", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  site.cut();
  await offline(page);
  await put(page, "Ana's");
  await shows(page, "#status", "1 pending");
  // The session ends while nobody can be told.
  await page.context().clearCookies();
  site.restore();
  await page.waitForSelector("#nobody");
  site.cut();
  await page.goto(site.origin + "/second");
  await page.waitForSelector("text=This page needs a network");
  site.restore();
  await page.goto(site.origin + "/in/ben");
  await page.waitForSelector("#add");
  await ready(page);
  assertEquals(await page.locator(".edit").count(), 0);
  assertEquals(await site.stored(), []);
  await page.goto(site.origin + "/in/ana");
  await page.waitForSelector(".edit >> text=Ana's");
  assertEquals(await site.stored(), ["Ana's"]);
});
