/** Live pages of a real server in a real Chromium. */

import { assertEquals } from "@std/assert";
import type { Page as Tab } from "playwright-core";
import { type Page, signal } from "@vango/vango";
import { type Node, startNode } from "../server/node.ts";
import { openChromium } from "./chromium.ts";

/** Serves `page`; the same port again is the same site, restarted. */
function startSite(page: Page, port = 0): Node {
  const site = startNode({ "/": page }, { csp: true, port });
  site.app.get("/favicon.ico", (c) => c.body(null, 204));
  return site;
}

async function openLive(tab: Tab, origin: string): Promise<void> {
  await tab.goto(origin);
  await tab.waitForSelector("html.vango-live");
}

Deno.test("two browsers see what either of them does", async () => {
  const count = signal(0);
  await using site = startSite(() => (
    <main>
      <button type="button" onclick={() => count.value++}>up</button>
      <output>{count}</output>
    </main>
  ));
  await using chromium = await openChromium();
  const first = await chromium.newPage();
  const second = await (await chromium.newVisitor()).newPage();
  await openLive(first, site.origin);
  await openLive(second, site.origin);
  await first.click("button");
  await second.click("button");
  for (const tab of [first, second]) await tab.waitForSelector("output:text-is('2')");
});

Deno.test("a page that a translator and an extension have changed ends as the server wants it", async () => {
  const words = signal(["Hallo", "Welt"]);
  await using site = startSite(() => () => (
    <main>
      <h1>Titel: {words.value[0]}, heute</h1>
      <ul>{words.value.map((word) => <li key={word}>{word}</li>)}</ul>
      <input placeholder="Suche" />
      <button
        type="button"
        onclick={() => words.value = ["Guten Tag", ...words.value.slice(1), "!"]}
      >
        x
      </button>
    </main>
  ));
  await using chromium = await openChromium();
  const tab = await chromium.newPage();
  await openLive(tab, site.origin);
  await tab.locator("input").pressSequentially("typed");
  await tab.evaluate(() => {
    const texts: Text[] = [];
    const walker = document.createTreeWalker(document.querySelector("main")!, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const [outer, inner] = [document.createElement("font"), document.createElement("font")];
      inner.textContent = text.data.toUpperCase();
      outer.append(inner);
      text.replaceWith(outer);
    }
    const extension = document.createElement("ext-toolbar");
    document.querySelector("input")!.after(extension);
    document.querySelector("h1")!.prepend(document.createElement("ext-icon"));
  });
  await tab.focus("input");
  await tab.evaluate(() => document.querySelector("button")!.click());
  await tab.waitForFunction(() =>
    document.querySelector("h1")!.textContent === "Titel: Guten Tag, heute"
  );
  assertEquals(
    await tab.evaluate(() => [
      [...document.querySelectorAll("li")].map((item) => item.textContent),
      document.querySelectorAll("font,ext-toolbar,ext-icon").length,
      document.querySelector("input")!.value,
      document.activeElement?.localName,
    ]),
    [["Guten Tag", "Welt", "!"], 0, "typed", "input"],
  );
});

Deno.test("what was typed while the server was busy is not overwritten by older answers", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using site = startSite(() => {
    const text = signal("");
    return (
      <main>
        <button type="button" onclick={() => promise}>hold</button>
        <input value={text} oninput={(event) => text.value = event.value.toUpperCase()} />
        <output>{text}</output>
      </main>
    );
  });
  await using chromium = await openChromium();
  const tab = await chromium.newPage();
  await openLive(tab, site.origin);
  await tab.click("button");
  await tab.locator("input").pressSequentially("abc");
  await tab.evaluate(() => {
    const input = document.querySelector("input")!;
    const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!;
    const written: string[] = [];
    Object.defineProperty(input, "value", {
      get: get!,
      set(value) {
        written.push(value);
        set!.call(input, value);
      },
    });
    Object.assign(globalThis, { written });
  });
  assertEquals(await tab.inputValue("input"), "abc");
  resolve();
  await tab.waitForSelector("output:text-is('ABC')");
  assertEquals(await tab.inputValue("input"), "ABC");
  assertEquals(
    await tab.evaluate(() => [
      (globalThis as unknown as { written: string[] }).written,
      document.activeElement?.localName,
    ]),
    [["ABC"], "input"],
  );
});

Deno.test("a restarted server takes the page over with focus, scroll and typed text", async () => {
  const page: Page = () => {
    const filter = signal("");
    return (
      <main>
        <input value={filter} oninput={(event) => filter.value = event.value} />
        <output>{filter}</output>
        <textarea></textarea>
        <div style="height:3000px"></div>
      </main>
    );
  };
  const first = startSite(page);
  await using chromium = await openChromium();
  const tab = await chromium.newPage();
  await openLive(tab, first.origin);
  await tab.evaluate(() => Object.assign(globalThis, { samePage: true }));
  await tab.locator("textarea").fill("a draft that no handler knows of");
  await tab.locator("input").pressSequentially("fil");
  await tab.waitForSelector("output:text-is('fil')");
  await tab.evaluate(() => {
    document.querySelector("input")!.setSelectionRange(1, 2);
    scrollTo(0, 500);
  });
  await first[Symbol.asyncDispose]();
  await tab.waitForSelector("html:not(.vango-live)");
  await using _second = startSite(page, first.server.port);
  await tab.waitForSelector("html.vango-live");
  // The new server did not know the filter: it was told.
  await tab.waitForSelector("output:text-is('fil')");
  assertEquals(
    await tab.evaluate(() => {
      const input = document.querySelector("input")!;
      return [
        input.value,
        document.activeElement === input,
        input.selectionStart,
        input.selectionEnd,
        document.querySelector("textarea")!.value,
        scrollY,
        (globalThis as unknown as { samePage?: boolean }).samePage,
      ];
    }),
    ["fil", true, 1, 2, "a draft that no handler knows of", 500, true],
  );
});
