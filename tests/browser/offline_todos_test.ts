/**
 * The todo list without a network, as a person uses it: in aeroplane mode after a reload, in two
 * tabs, while another device changes the same todo.
 *
 * `VANGO_SCREENSHOTS` names a folder that gets a picture of each step.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { bundleOffline } from "@vango/vango/deno";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/todos/app.tsx";
import { serveAssets } from "../../examples/todos/assets.ts";
import { eventually } from "./e2e_rig.ts";
import { offline, type OfflineApp, online, openOfflineSite } from "./offline_rig.ts";

const TODOS: OfflineApp = {
  async create(host) {
    const app = createApp(host);
    await serveAssets(app);
    return app;
  },
  script: bundleOffline(import.meta.resolve("../../examples/todos/offline.tsx")),
  async enter(page, origin) {
    await page.goto(origin);
    await page.waitForSelector("html.vango-live");
    await page.fill("input[name=name]", "ana");
    const cookie = page.waitForResponse("**/_vango/session");
    await page.click("button[type=submit]");
    await page.waitForSelector("form.add");
    await cookie;
    await page.goto(origin);
  },
};

async function add(page: Page, title: string): Promise<void> {
  await page.fill("form.add input[name=title]", title);
  await page.press("form.add input[name=title]", "Enter");
  await page.waitForSelector(`.todo .title >> text="${title}"`);
}

/** Opens a todo, changes its title and saves it. */
async function rename(page: Page, from: string, to: string): Promise<void> {
  await page.click(`.todo .title >> text="${from}"`);
  await page.fill(".editor input[name=title]", to);
  await page.click(".editor button[type=submit]");
  await page.waitForSelector(`.todo .title >> text="${to}"`);
}

async function titles(page: Page): Promise<string[]> {
  return (await page.locator(".todo .title").allTextContents()).sort();
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("VANGO_SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/todos_${name}.png` });
}

Deno.test("the todo list loses nothing in aeroplane mode, and shows what another device changed", async () => {
  await using site = await openOfflineSite(TODOS);
  const page = await site.open();
  await add(page, "Buy milk");
  await add(page, "Write to Bea");
  const context = await site.chromium.newVisitor();
  const other = await site.open(context);
  await other.waitForSelector('.todo .title >> text="Buy milk"');
  await eventually(page, () => page.evaluate(async () => await caches.has("vango-offline")));
  await picture(page, "online");

  // Only here: the other device keeps its network.
  await page.context().setOffline(true);
  await page.reload();
  await offline(page);
  assertEquals(await titles(page), ["Buy milk", "Write to Bea"]);
  await add(page, "Water the plants");
  await rename(page, "Buy milk", "Buy oat milk");
  await picture(page, "aeroplane");
  const second = await page.context().newPage();
  await second.goto(site.origin);
  await offline(second);
  await add(second, "From the second tab");
  await page.waitForSelector('.todo .title >> text="From the second tab"');
  await page.fill("form.add input[name=title]", "half typed");

  // At the same time elsewhere.
  await rename(other, "Buy milk", "Buy soy milk");
  await add(other, "Call Cleo");
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  await page.context().setOffline(false);
  await online(page);
  const all = ["Call Cleo", "From the second tab", "Water the plants", "Write to Bea"];
  for (const each of [page, second, other]) {
    await eventually(each, async () => {
      const shown = await titles(each);
      return all.every((title) => shown.includes(title));
    });
  }
  // Two changed the same: both versions are there until a person has chosen.
  await eventually(other, async () => await other.locator(".state.is-conflict").count() > 0);
  await eventually(page, async () => await page.locator(".state.is-conflict").count() > 0);
  await picture(page, "conflict");
  assertEquals(await titles(page), await titles(other));
  assertEquals(await page.inputValue("form.add input[name=title]"), "half typed");
  assert(await page.evaluate(() => "same" in globalThis));
  await page.click('button >> text="Keep mine"');
  for (const each of [page, second, other]) {
    await each.waitForSelector('.todo .title >> text="Buy oat milk"');
    await eventually(each, async () => await each.locator(".state.is-conflict").count() === 0);
  }
  assertEquals(await page.inputValue("form.add input[name=title]"), "half typed");
  await context.close();
  // Nor does a page that comes from its service worker break the policy on its way back.
  const isPolicy = (text: string) => text.includes("Content Security Policy");
  assertEquals(site.complaints.filter(isPolicy), []);
});

Deno.test("a todo that is being edited stays open, with what was typed, wherever the page goes", async () => {
  await using site = await openOfflineSite(TODOS);
  const page = await site.open();
  await add(page, "Buy milk");
  await page.evaluate(() =>
    document.addEventListener("vango:portable", () => Object.assign(globalThis, { told: true }))
  );
  await page.click(`.todo .title >> text="Buy milk"`);
  await page.fill(".editor textarea", "the one in the blue");
  // The server has told the page what it may take along.
  await page.waitForFunction(() => "told" in globalThis);
  site.cut();
  await offline(page);
  assertEquals(await page.inputValue(".editor textarea"), "the one in the blue");
  await page.locator(".editor textarea").press("End");
  await page.keyboard.type(" bottle");
  site.restore();
  await online(page);
  assertEquals(await page.inputValue(".editor textarea"), "the one in the blue bottle");
  await page.click(".editor button[type=submit]");
  await page.waitForSelector(".has-note");
});

Deno.test("a day is the visitor's own, on the server and without a network", async () => {
  await using site = await openOfflineSite(TODOS);
  // More than a day apart: it is never the same day in both.
  for (const timezoneId of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    const context = await site.chromium.context.browser()!.newContext({ timezoneId });
    const page = await site.open(context);
    const isToday = () =>
      page.evaluate(() => {
        const part = (value: number) => String(value).padStart(2, "0");
        const now = new Date();
        const today = [now.getFullYear(), part(now.getMonth() + 1), part(now.getDate())].join("-");
        return document.querySelector<HTMLInputElement>(".add input[name=due]")!.value === today;
      });
    await eventually(page, isToday);
    await add(page, timezoneId);
    const due = page.locator(".todo", { hasText: timezoneId }).locator(".due.is-now");
    assertEquals((await due.textContent())?.trim(), "Today");
    // It is remembered: also what stands in the page before any script has run.
    const first = await context.request.get(site.origin);
    const shown = /name="due" value="([^"]+)"/.exec(await first.text())?.[1];
    assertEquals(shown, await page.inputValue(".add input[name=due]"));
    await page.context().setOffline(true);
    await page.reload();
    await offline(page);
    await eventually(page, isToday);
    await due.waitFor();
    await context.close();
  }
});

Deno.test("the page is no wider than its window, however many lists there are", async () => {
  await using site = await openOfflineSite(TODOS);
  const page = await site.open();
  for (const name of ["Holidays", "A list whose name is long enough to be cut off", "Garden"]) {
    await page.fill("input[name=list]", name);
    await page.press("input[name=list]", "Enter");
    await page.waitForSelector(`h1 >> text="${name}"`);
  }
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const found = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const main = document.querySelector("main")!.getBoundingClientRect();
      const link = document.querySelector(".lists a")!.getBoundingClientRect();
      return {
        overflows: scrollWidth > clientWidth,
        overlaps: link.bottom > main.top && link.right > main.left,
      };
    });
    assertEquals(found, { overflows: false, overlaps: false });
  }
});

Deno.test("the todo list can be installed", async () => {
  await using site = await openOfflineSite(TODOS);
  const page = await site.open();
  const client = await page.context().newCDPSession(page);
  const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
  assertEquals(installabilityErrors.map(({ errorId }) => errorId), []);
  assertEquals(site.complaints, []);
});
