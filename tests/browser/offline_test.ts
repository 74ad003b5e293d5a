/** Pages that go on without a network, in Chromium. */
import { assert, assertEquals } from "@std/assert";
import { eventually, shows } from "./e2e_rig.ts";
import { offline, online, openOfflineSite } from "./offline_rig.ts";

Deno.test("a page goes on in its worker when the network goes, and back without a reload", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  await page.fill("#text", "before");
  await page.click("#put");
  await page.waitForSelector(".edit >> text=before");
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  await page.fill("#text", "half typed");
  site.cut();
  await offline(page);
  assertEquals(await page.inputValue("#text"), "half typed");
  await page.waitForSelector(".edit >> text=before");
  await page.fill("#text", "without a network");
  await page.click("#put");
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
  assert(await page.evaluate(() => "same" in globalThis));
  assertEquals(site.complaints, []);
});
