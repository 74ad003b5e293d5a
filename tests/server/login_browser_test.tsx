import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Ctx, Page } from "@vango/vango";
import { openChromium } from "../browser/chromium.ts";
import { startNode } from "./node.ts";

const account = ((ctx: Ctx) => () => (
  <main>
    <p id="who">{ctx.session.userId ?? "nobody"}</p>
    <button type="button" id="in" onclick={() => ctx.session.setUserId("ada")}>In</button>
  </main>
)) as unknown as Page;

Deno.test("in Chromium a log-in over the socket changes the cookie, which script cannot see", async () => {
  await using node = startNode({ "/": account });
  await using chromium = await openChromium();
  const page = await chromium.newPage();
  await page.goto(node.origin);
  await page.waitForSelector("html.vango-live");
  const cookie = async () =>
    (await chromium.context.cookies()).find(({ name }) => name === "vango")!;
  const before = await cookie();
  const token = "meta[name=vango]";
  const old = await page.getAttribute(token, "content");
  const redeemed = page.waitForResponse((response) => response.url().endsWith("/_vango/session"));
  await page.click("#in");
  assertEquals((await redeemed).status(), 200);
  const after = await cookie();
  assert(after.httpOnly);
  assertNotEquals(after.value, before.value);
  await page.waitForFunction(
    ([selector, was]) => document.querySelector(selector!)!.getAttribute("content") !== was,
    [token, old],
  );
  await page.reload();
  assertEquals(await page.textContent("#who"), "ada");
});
