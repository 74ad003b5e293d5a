/** Tabs of one browser on one database: what they see of each other, and who talks to the server. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { PageData } from "./sync_page.ts";
import { openSyncSite, type SyncSite } from "./sync_rig.ts";

declare const data: PageData;

/** A tab with Ana's data. */
async function openTab(site: SyncSite): Promise<Page> {
  const page = await site.open();
  await page.evaluate(() => data.open());
  return page;
}

function leads(page: Page): Promise<unknown> {
  return page.waitForFunction(() => data.leads);
}

/** Waits until the page has this value, and nothing is left to send. */
async function holds(page: Page, key: string, value: string): Promise<void> {
  await page.waitForFunction(
    ([key, value]) => data.value(key!) === value && data.pending === 0,
    [key, value],
  );
}

Deno.test("a write in one tab shows in the other, and one of them sends it", async () => {
  await using site = await openSyncSite("sync_page.ts");
  const first = await openTab(site);
  await leads(first);
  const second = await openTab(site);
  assert(!await second.evaluate(() => data.leads));
  await second.evaluate(() => data.put("a", "from the second"));
  await holds(first, "a", "from the second");
  await first.evaluate(() => data.put("b", "from the first"));
  await holds(second, "b", "from the first");
  // Both are one device.
  assertEquals(new Set(site.pushes).size, 1);
  assert(await second.evaluate(() => data.force()));
  const { rows } = await site.authority.rows({ userId: "ana" }, "ana", "notes");
  assertEquals(rows.map(([, key]) => key), ["a", "b"]);
});

Deno.test("when the tab that leads is closed, another sends what waits", async () => {
  await using site = await openSyncSite("sync_page.ts");
  const first = await openTab(site);
  await leads(first);
  const second = await openTab(site);
  const third = await openTab(site);
  await site.chromium.context.setOffline(true);
  await second.evaluate(() => data.put("a", "written while nothing is sent"));
  await first.waitForFunction(() => data.phase === "waiting" && data.pending === 1);
  await third.waitForFunction(() => data.phase === "waiting" && data.pending === 1);
  await first.close();
  await site.chromium.context.setOffline(false);
  await Promise.all(
    [second, third].map((page) => holds(page, "a", "written while nothing is sent")),
  );
  const leading = await Promise.all([second, third].map((page) => page.evaluate(() => data.leads)));
  assertEquals(leading.filter(Boolean).length, 1);
});

Deno.test("what was written without a network is there after a reload, and is sent later", async () => {
  await using site = await openSyncSite("sync_page.ts");
  site.up = false;
  const page = await openTab(site);
  await page.evaluate(() => data.put("a", "kept"));
  await page.reload();
  await page.evaluate(() => data.open());
  assertEquals(await page.evaluate(() => [data.value("a"), data.pending]), ["kept", 1]);
  assertEquals(site.pushes, []);
  site.up = true;
  await page.evaluate(() => data.resume());
  await holds(page, "a", "kept");
  await page.reload();
  await page.evaluate(() => data.open());
  assertEquals(await page.evaluate(() => [data.value("a"), data.pending]), ["kept", 0]);
});

Deno.test("a write of another browser comes without asking", async () => {
  await using site = await openSyncSite("sync_page.ts");
  const here = await openTab(site);
  const context = await site.chromium.newVisitor();
  const there = await site.open(context);
  await there.evaluate(() => data.open());
  await leads(here);
  await there.evaluate(() => data.put("a", "from there"));
  await holds(here, "a", "from there");
  await context.close();
});

Deno.test("a tab that slept through writes shows them all when it wakes", async () => {
  await using site = await openSyncSite("sync_page.ts");
  const first = await openTab(site);
  const second = await site.open();
  // Its messages are lost while it sleeps, as in a tab that the browser has frozen.
  await second.evaluate(() => {
    const own = Object.getOwnPropertyDescriptor(BroadcastChannel.prototype, "onmessage")!;
    Object.defineProperty(BroadcastChannel.prototype, "onmessage", {
      set(listener: (event: MessageEvent) => void) {
        own.set!.call(this, (event: MessageEvent) => "asleep" in globalThis || listener(event));
      },
    });
    Object.assign(globalThis, { asleep: true });
    return data.open();
  });
  for (let i = 0; i < 20; i++) await first.evaluate((i) => data.put(`k${i}`, i), i);
  assertEquals(await second.evaluate(() => data.keys().length), 0);
  await second.evaluate(() => Reflect.deleteProperty(globalThis, "asleep"));
  await first.evaluate(() => data.put("last", ""));
  await second.waitForFunction(() => data.keys().length === 21);
});

Deno.test("signing out sends first, says what it cannot send, and removes everything then", async () => {
  await using site = await openSyncSite("sync_page.ts");
  const page = await openTab(site);
  await page.evaluate(() => data.put("a", "1"));
  await holds(page, "a", "1");
  site.up = false;
  await page.evaluate(() => Promise.all([data.put("b", "2"), data.put("c", "3")]));
  assertEquals(await page.evaluate(() => data.signOut()), 2);
  assertEquals(await page.evaluate(() => data.value("b")), "2");
  assertEquals(await page.evaluate(() => data.signOut(true)), 0);
  const names = await page.evaluate(async () =>
    (await indexedDB.databases()).map(({ name }) => name!)
  );
  // Only that something was discarded is still known.
  assertEquals(names, ["vango-sync-discards"]);
  await page.reload();
  await page.evaluate(() => data.open());
  assertEquals(await page.evaluate(() => data.keys()), []);
});

Deno.test("another user of the same browser sees nothing, and the first finds what waits", async () => {
  await using site = await openSyncSite("sync_page.ts");
  site.up = false;
  const page = await openTab(site);
  await page.evaluate(() => data.put("a", "Ana's"));
  await page.reload();
  site.up = true;
  site.user = "ben";
  await page.evaluate(() => data.open("ben"));
  await page.evaluate(() => data.force());
  assertEquals(await page.evaluate(() => data.keys()), []);
  assertEquals((await site.authority.rows({ userId: "ben" }, "ben", "notes")).rows, []);
  await page.reload();
  site.user = "ana";
  await page.evaluate(() => data.open("ana"));
  await holds(page, "a", "Ana's");
});
