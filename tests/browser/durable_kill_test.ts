/** A real browser's page goes on when its server is killed and another one takes its place. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Child } from "../adapters/deno/child.ts";
import { openChromium } from "./chromium.ts";
import { live, shows } from "./e2e_rig.ts";

const APP = new URL("./durable_kill_app.tsx", import.meta.url).pathname;

async function start(file: string, port = 0): Promise<{ child: Child; port: number }> {
  const child = new Child(["run", "-A", "--no-check", APP, file], { PORT: String(port) });
  const [, found] = await child.says(/listening on (\d+)/);
  return { child, port: Number(found) };
}

/** What the reader would miss. */
function state(page: Page): Promise<unknown> {
  return page.evaluate(() => {
    const active = document.activeElement as HTMLInputElement;
    return {
      names: Array.from(document.querySelectorAll("li b"), ({ textContent }) => textContent),
      votes: Array.from(document.querySelectorAll(".vote"), ({ textContent }) => textContent),
      draft: (document.getElementById("draft") as HTMLInputElement).value,
      untold: (document.getElementById("untold") as HTMLTextAreaElement).value,
      focus: [active.id, active.selectionStart, active.selectionEnd],
      same: "same" in globalThis,
    };
  });
}

Deno.test("a board survives kill -9 of its server: rows, votes, typed text, focus and caret", async () => {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/pages.db`;
  const first = await start(file);
  await using chromium = await openChromium();
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${first.port}/`);
  await live(page);
  // Marks the document: a reload would lose it.
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  await page.click("#open");
  await page.waitForSelector("#settings");
  const before = await page.textContent("#settings");
  await page.fill("#draft", "four");
  await page.click("#add");
  await page.waitForSelector("li:nth-child(4)");
  for (let i = 0; i < 3; i++) await page.click("li:nth-child(4) .vote");
  await page.click("li:nth-child(1) .remove");
  await page.waitForSelector("li:nth-child(4)", { state: "detached" });
  await page.fill("#untold", "nobody was told of this");
  await page.click("#draft");
  await page.keyboard.type("five");
  await shows(page, "#told", "five");

  // No moment to save the last letters and the vote.
  await page.click("li:nth-child(1) .vote");
  await shows(page, "li:nth-child(1) .vote", "1");
  await page.focus("#draft");
  await page.keyboard.press("ArrowLeft");
  await first.child.end("SIGKILL");
  await first.child[Symbol.asyncDispose]();
  await page.waitForSelector("html:not(.vango-live)");
  // Typed and clicked while nobody is there.
  await page.keyboard.type("!");
  await page.evaluate(() => document.querySelector<HTMLElement>("li:nth-child(3) .vote")!.click());
  const expected = {
    names: ["two", "three", "four"],
    draft: "fiv!e",
    untold: "nobody was told of this",
    focus: ["draft", 4, 4],
    same: true,
  };
  assertEquals(await state(page), { ...expected, votes: ["1", "0", "3"] });

  const second = await start(file, first.port);
  await using _ = second.child;
  await live(page);
  await shows(page, "li:nth-child(3) .vote", "4");
  await shows(page, "#told", "fiv!e");
  assertEquals(await state(page), { ...expected, votes: ["1", "0", "4"] });
  // It is another process that shows this.
  assertNotEquals(await page.textContent("#settings"), before);
  await page.click("li:nth-child(2) .vote");
  await shows(page, "li:nth-child(2) .vote", "1");
  await page.click("#add");
  await page.waitForSelector("li:nth-child(4)");
  assertEquals(await page.textContent("li:nth-child(4) b"), "fiv!e");
  await second.child.end("SIGKILL");
  await Deno.remove(directory, { recursive: true });
});
