/** Pages that somebody else has changed: extensions, translators, the reader's own tools. */
import { assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import type { Page } from "playwright-core";
import { eventually, listen, live, openSite, type Site } from "./e2e_rig.ts";

function Shop() {
  const rows = signal([1, 2, 3]);
  const count = signal(0);
  return () => (
    <main>
      <h1 id="h">Clicked {count.value} times</h1>
      <button type="button" id="b" onclick={() => count.value++}>more</button>
      <input id="i" />
      <ul id="l">{rows.value.map((n) => <li key={n}>Row {n} of {rows.value.length}</li>)}</ul>
      <button
        type="button"
        id="r"
        onclick={() => rows.value = [rows.value.length + 1, ...rows.value].toReversed()}
      >
        turn
      </button>
      <p id="p">{count.value > 1 ? <b>many</b> : "few"} clicks</p>
    </main>
  );
}

function openShop(): Promise<Site> {
  return openSite(({ app, vango }) => app.get("/", vango.page(Shop)));
}

/** The page as a person reads it, without what somebody else has put there. */
function read(page: Page): Promise<string> {
  return page.evaluate(() => {
    const copy = document.querySelector("main")!.cloneNode(true) as Element;
    for (const foreign of copy.querySelectorAll(".foreign")) foreign.remove();
    return [...copy.querySelectorAll("h1,li,p")].map((e) => e.textContent).join("|");
  });
}

async function reads(page: Page, pattern: RegExp): Promise<void> {
  await eventually(page, async () => pattern.test(await read(page)));
}

/** Works the page, which must then be what a fresh one would be. */
async function mustWork(page: Page): Promise<void> {
  await page.click("#b");
  await reads(page, /^Clicked 1 times/);
  await page.click("#b");
  await reads(page, /^Clicked 2 times/);
  await page.click("#r");
  await reads(page, /times\|Row 3 of 4/);
  await page.click("#r");
  await reads(page, /Row 5 of 5\|many/);
  assertEquals(
    await read(page),
    "Clicked 2 times|Row 4 of 5|Row 1 of 5|Row 2 of 5|Row 3 of 5|Row 5 of 5|many clicks",
  );
}

/** What is done to a page, by name. Each runs in the page. */
const MANGLINGS: Record<string, () => void> = {
  "nodes were inserted": () => {
    for (const element of document.querySelectorAll("h1,li,p,main,ul")) {
      for (const where of ["afterbegin", "beforeend"] as const) {
        element.insertAdjacentHTML(where, `<span class="foreign">ad</span><!--extension-->`);
      }
    }
  },
  "nodes were removed": () => {
    document.querySelector("li:nth-child(2)")!.remove();
    document.querySelector("#p")!.firstElementChild?.remove();
    document.querySelector("#h")!.textContent = "Gone";
  },
  "comments were removed": () => {
    const comments = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
    const found: Comment[] = [];
    while (comments.nextNode()) found.push(comments.currentNode as Comment);
    for (const comment of found) if (!/^\/?v\d/.test(comment.data)) comment.remove();
  },
  "text was translated": () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: Text[] = [];
    while (texts.nextNode()) found.push(texts.currentNode as Text);
    for (const text of found) {
      if (!text.data.trim() || text.parentElement!.localName === "script") continue;
      const outer = document.createElement("font");
      const inner = document.createElement("font");
      text.replaceWith(outer);
      outer.append(inner);
      inner.textContent = text.data.toUpperCase();
    }
    document.documentElement.lang = "de";
    document.documentElement.classList.add("translated-ltr");
  },
  "everything was wrapped": () => {
    const main = document.querySelector("main")!;
    const wrapper = document.createElement("div");
    main.replaceWith(wrapper);
    wrapper.append(main);
  },
};

for (const [name, mangle] of Object.entries(MANGLINGS)) {
  Deno.test(`a page works after ${name} in it, before it went live and afterwards`, async () => {
    await using site = await openShop();
    const early = await site.context.newPage();
    listen(early, site.complaints);
    // Before the player's script: as soon as the content is parsed.
    await early.addInitScript(`document.addEventListener("readystatechange", () => {
      if (document.readyState === "interactive") (${mangle})();
    })`);
    await early.goto(site.origin);
    await live(early);
    await mustWork(early);
    const late = await site.open();
    await late.fill("#i", "typed");
    await late.evaluate(mangle);
    await mustWork(late);
    assertEquals(await late.inputValue("#i"), "typed");
    assertEquals(site.complaints, []);
    assertEquals(site.errors, []);
  });
}
