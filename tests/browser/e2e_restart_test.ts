/** A server that dies and comes back: the page goes live again as the reader left it. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Child } from "../adapters/deno/child.ts";
import { openChromium } from "./chromium.ts";
import { live, shows } from "./e2e_rig.ts";

const APP = new URL("./e2e_restart_app.tsx", import.meta.url).pathname;

async function start(port = 0): Promise<{ child: Child; port: number }> {
  const child = new Child(["run", "-A", "--no-check", APP], { PORT: String(port) });
  const [, found] = await child.says(/listening on (\d+)/);
  return { child, port: Number(found) };
}

/** What the reader would miss. */
function state(page: Page): Promise<unknown> {
  return page.evaluate(() => {
    const value = (id: string) => (document.getElementById(id) as HTMLInputElement).value;
    const checked = (id: string) => (document.getElementById(id) as HTMLInputElement).checked;
    const active = document.activeElement as HTMLInputElement;
    return {
      values: ["told", "untold", "area", "select"].map(value),
      checked: ["check", "r1", "r2"].map(checked),
      open: (document.getElementById("details") as HTMLDetailsElement).open,
      focus: [active.id, active.selectionStart, active.selectionEnd],
      scroll: [Math.round(scrollY), document.getElementById("box")!.scrollTop],
    };
  });
}

async function fillIn(page: Page): Promise<void> {
  await page.fill("#told", "told text");
  await page.click("#b");
  await shows(page, "#b", "1");
  await page.evaluate(() => {
    const input = (id: string) => document.getElementById(id) as HTMLInputElement;
    // As a person would, with the events that come of it.
    const type = (id: string, text: string) => {
      input(id).value = text;
      input(id).dispatchEvent(new Event("input", { bubbles: true }));
    };
    type("untold", "untold text");
    type("area", "several\nlines");
    input("check").click();
    input("r2").click();
    const select = input("select");
    select.value = "b";
    for (const type of ["input", "change"]) {
      select.dispatchEvent(new Event(type, { bubbles: true }));
    }
    document.querySelector<HTMLElement>("summary")!.click();
    document.getElementById("box")!.scrollTop = 321;
    scrollTo(0, 777);
    input("untold").focus({ preventScroll: true });
    input("untold").setSelectionRange(2, 5);
  });
}

const EXPECTED = {
  values: ["told text", "untold text", "several\nlines", "b"],
  checked: [true, false, true],
  open: true,
  focus: ["untold", 2, 5],
  scroll: [777, 321],
};

Deno.test("a page survives its server's death with scroll, focus, typed text and form state", async () => {
  const first = await start();
  await using chromium = await openChromium();
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${first.port}/`);
  await live(page);
  await fillIn(page);
  assertEquals(await state(page), EXPECTED);
  // Marks the document: a reload would lose it.
  await page.evaluate(() => Object.assign(globalThis, { same: true }));
  await first.child.end("SIGKILL");
  await first.child[Symbol.asyncDispose]();
  await page.waitForSelector("html:not(.vango-live)");
  // Typed while nobody is there.
  await page.keyboard.press("End");
  await page.keyboard.type("!");
  const second = await start(first.port);
  await using _ = second.child;
  await live(page);
  await page.click("#b");
  await shows(page, "#b", "1");
  assertEquals(await page.evaluate(() => "same" in globalThis), true);
  await page.evaluate(() => {
    document.getElementById("untold")!.focus({ preventScroll: true });
    scrollTo(0, 777);
  });
  assertEquals(await state(page), {
    ...EXPECTED,
    values: ["told text", "untold text!", "several\nlines", "b"],
    focus: ["untold", 12, 12],
  });
});

Deno.test("a page that has gone on comes back as the page it shows, and the scroll and focus are not touched", async () => {
  const first = await start();
  await using chromium = await openChromium();
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${first.port}/`);
  await live(page);
  await page.click("#l");
  await shows(page, "#two", "two of /two");
  const other = await chromium.newPage();
  await other.goto(`http://127.0.0.1:${first.port}/`);
  await live(other);
  await fillIn(other);
  await first.child.end("SIGKILL");
  await first.child[Symbol.asyncDispose]();
  await page.waitForSelector("html:not(.vango-live)");
  await other.waitForSelector("html:not(.vango-live)");
  const second = await start(first.port);
  await using _ = second.child;
  await live(page);
  await live(other);
  await shows(page, "#two", "two of /two");
  assertEquals(new URL(page.url()).pathname, "/two");
  assertEquals(await state(other), EXPECTED);
  await page.goBack();
  await page.waitForSelector("#f");
  await page.click("#b");
  await shows(page, "#b", "1");
});
