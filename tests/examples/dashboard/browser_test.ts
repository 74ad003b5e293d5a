import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { serve } from "@vango/vango/deno";
import { sampler } from "../../../examples/dashboard/state/machine.ts";
import { openChromium } from "../../browser/chromium.ts";
import { app } from "./test_app.ts";

/** Opens the dashboard, waits until it is live, and collects what goes wrong in the page. */
async function openDashboard(page: Page, url: string): Promise<string[]> {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  await page.goto(url);
  await page.waitForSelector("html.vango-live");
  return wrong;
}

/** Waits until the text at `selector` is `text`. */
function shows(page: Page, selector: string, text: string): Promise<unknown> {
  return page.waitForFunction(
    ([selector, text]) => document.querySelector(selector!)?.textContent?.trim() === text,
    [selector, text],
  );
}

const COUNTER = 'output[aria-label="Shared counter"]';

Deno.test("the dashboard in two browsers", async (t) => {
  await using server = serve(app, {
    port: 0,
    hostname: "127.0.0.1",
    signals: false,
    onListen() {},
  });
  const url = `http://127.0.0.1:${server.port}/`;
  await using chromium = await openChromium();
  const ada = await chromium.newPage();
  const bob = await (await chromium.newVisitor()).newPage();
  const wrong = [...await Promise.all([openDashboard(ada, url), openDashboard(bob, url)])];

  await t.step("both see who watches", async () => {
    await shows(ada, ".presence output", "2 people watching");
    await shows(bob, ".presence output", "2 people watching");
    assertEquals(sampler.watchers, 2);
  });

  await t.step("both see the counter change, and by whom", async () => {
    const before = Number(await ada.textContent(COUNTER));
    await ada.click('button[aria-label="Count up"]');
    await ada.click('button[aria-label="Count up"]');
    await bob.click('button[aria-label="Count down"]');
    await shows(ada, COUNTER, String(before + 1));
    await shows(bob, COUNTER, String(before + 1));
    const name = await bob.getAttribute(".faces .avatar", "title");
    await shows(ada, ".counter + .credit b", name!);
  });

  await t.step("what one writes, the other reads", async () => {
    await ada.locator("textarea").fill("");
    await ada.locator("textarea").pressSequentially("Deploy at three", { delay: 15 });
    await bob.waitForFunction(() =>
      document.querySelector("textarea")!.value === "Deploy at three"
    );
    assertEquals(await ada.inputValue("textarea"), "Deploy at three");
    await bob.locator("textarea").pressSequentially(".");
    await ada.waitForFunction(() => document.querySelector("textarea")!.value.length === 16);
  });

  await t.step("figures, charts and the title follow the machine", async () => {
    const [start] = await ada.locator(".accent-cpu .chart-lines").evaluateAll((groups) =>
      groups.map((group) => group.getAttribute("transform"))
    );
    await ada.waitForFunction(
      (start) =>
        document.querySelector(".accent-cpu .chart-lines")!.getAttribute("transform") !== start,
      start,
    );
    const area = ada.locator(".accent-memory .chart-area").last();
    assertMatch(await area.getAttribute("d") ?? "", /^M0 0L0 [\d.]+/);
    assertEquals(
      await area.evaluate((path) => path.namespaceURI),
      "http://www.w3.org/2000/svg",
    );
    assertMatch(await ada.title(), /^\d+% · /);
  });

  await t.step("sorting and filtering are each page's own", async () => {
    await bob.fill('input[name="filter"]', `deno ${Deno.pid}`);
    await bob.waitForFunction(() => {
      const names = [...document.querySelectorAll("tbody th span")];
      return names.length > 0 && names.length < 16;
    });
    await bob.click("thead .col-memory button");
    await bob.waitForSelector('th.col-memory[aria-sort="descending"]');
    await bob.click("thead .col-memory button");
    await bob.waitForSelector('th.col-memory[aria-sort="ascending"]');
    assertEquals(await ada.getAttribute("th.col-memory", "aria-sort"), "none");
    assertEquals(await ada.inputValue('input[name="filter"]'), "");
    // Words are looked for one by one, and a machine's processes may say anything.
    await bob.fill('input[name="filter"]', crypto.randomUUID());
    await bob.waitForSelector(".empty");
    await bob.fill('input[name="filter"]', "");
    await bob.waitForFunction(() => document.querySelectorAll("tbody tr").length === 16);
  });

  await t.step("a row opens, stays open and closes by keyboard", async () => {
    await bob.fill('input[name="filter"]', String(Deno.pid));
    const row = bob.locator("tbody tr", { has: bob.locator(`td.col-pid:text-is("${Deno.pid}")`) });
    await row.locator("button").focus();
    await bob.keyboard.press("Enter");
    await bob.waitForSelector("tr.details code");
    assert((await bob.textContent("tr.details code"))!.includes("deno"));
    const spark = await bob.getAttribute("tr.details path", "d");
    await bob.waitForFunction(
      (spark) => document.querySelector("tr.details path")?.getAttribute("d") !== spark,
      spark,
    );
    await bob.keyboard.press("Enter");
    await bob.waitForSelector("tr.details", { state: "detached" });
  });

  await t.step("show all shows all", async () => {
    await bob.fill('input[name="filter"]', "");
    await bob.click("footer.tools button");
    await bob.waitForFunction(() => document.querySelectorAll("tbody tr").length > 16);
    await bob.click("footer.tools button");
    await bob.waitForFunction(() => document.querySelectorAll("tbody tr").length === 16);
  });

  await t.step("the chosen colours are there in every tab and after a reload", async () => {
    const tab = await bob.context().newPage();
    wrong.push(await openDashboard(tab, url));
    await bob.click('label[title="Dark"]');
    await tab.waitForSelector('.page[data-theme="dark"]');
    await tab.reload();
    await tab.waitForSelector('.page[data-theme="dark"]');
    const ground = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assertEquals(ground, "rgb(8, 9, 11)");
    assertEquals(await ada.getAttribute(".page", "data-theme"), "system");
    await tab.close();
  });

  await t.step("it fits a phone", async () => {
    const context = await chromium.context.browser()!.newContext({
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    const phone = await context.newPage();
    wrong.push(await openDashboard(phone, url));
    const width = () => phone.evaluate(() => document.documentElement.scrollWidth);
    assertEquals(await width(), 360);
    await phone.tap("tbody tr:first-child button");
    await phone.waitForSelector("tr.details");
    assertEquals(await width(), 360, "with a row opened");
    const table = await phone.locator("table").boundingBox();
    const frame = await phone.locator(".table-frame").boundingBox();
    assertEquals(table!.width, frame!.width);
    // A finger needs some seven millimetres.
    const heights = await phone.locator("tbody tr:not(.details), .counter button")
      .evaluateAll((targets) => targets.map((target) => target.getBoundingClientRect().height));
    assert(heights.length > 2 && heights.every((height) => height >= 44), heights.join());
    await context.close();
  });

  await t.step("nothing went wrong in any page", () => assertEquals(wrong.flat(), []));
});
