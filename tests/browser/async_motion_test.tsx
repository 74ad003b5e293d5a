/** How async regions come into a page: by a fade, by a view transition, or at once. */

import { assertEquals } from "@std/assert";
import type { Page as Tab } from "playwright-core";
import { type Ctx, type Page, signal } from "@vango/vango";
import { type Source, sources } from "../async/fixture.tsx";
import { openTab, startSite } from "./async_rig.ts";

/** Watches for pictures of placeholders that fade, and view transitions. */
async function watchMotion(
  tab: Tab,
): Promise<() => Promise<{ faded: string[]; transitions: number }>> {
  await tab.addInitScript(() => {
    const seen = { faded: [] as string[], transitions: 0 };
    Object.assign(globalThis, { seen });
    new MutationObserver((records) => {
      for (const { addedNodes } of records) {
        for (const node of addedNodes) {
          if ((node as Element).classList?.contains("vango-async-replacing")) {
            const style = getComputedStyle(node as Element);
            seen.faded.push(`${style.animationName} ${style.animationDuration} ${style.position}`);
          }
        }
      }
    }).observe(document, { childList: true, subtree: true });
    const start = document.startViewTransition;
    document.startViewTransition = function (...args) {
      seen.transitions++;
      return start.apply(document, args);
    };
  });
  return () => tab.evaluate(() => (globalThis as unknown as { seen: never }).seen);
}

/** A page with one region in the stream and one over the socket. */
function motionPage(streamed: Source, later: Source, transition: boolean): Page {
  return (ctx: Ctx) => {
    const open = signal(false);
    return () => (
      <main>
        {ctx.async.render(<p>first…</p>, streamed.run, { transition })}
        <button type="button" id="more" onclick={() => open.value = true}>more</button>
        {open.value && ctx.async.render(<p id="f">second…</p>, later.run, { transition })}
      </main>
    );
  };
}

for (
  const [motion, transition] of [["no-preference", false], ["reduce", false], [
    "no-preference",
    true,
  ], ["reduce", true]] as const
) {
  const how = transition ? "by a view transition" : "with a fade";
  Deno.test(`Chromium replaces placeholders ${how}, motion: ${motion}`, async () => {
    const [streamed, later] = sources(2) as [Source, Source];
    const socket = Promise.withResolvers<void>();
    await using site = await startSite(motionPage(streamed, later, transition), {
      socket: socket.promise,
    });
    const { tab, problems } = await openTab(site.chromium.context);
    await tab.emulateMedia({ reducedMotion: motion });
    const seen = await watchMotion(tab);
    await tab.goto(site.origin, { waitUntil: "commit" });
    await tab.waitForSelector("#more");
    await tab.waitForFunction(() => customElements.get("vango-async"));
    await streamed.resolve(<b id="one">one</b>);
    await tab.waitForSelector("#one");
    socket.resolve();
    await tab.waitForSelector("html.vango-live");
    await tab.click("#more");
    await tab.waitForSelector("#f");
    await later.resolve(<b id="two">two</b>);
    await tab.waitForSelector("#two");
    // What fades goes by itself.
    await tab.waitForFunction(() => !document.querySelector(".vango-async-replacing"));
    const { faded, transitions } = await seen();
    const fade = "vango-fade-out 0.15s fixed";
    const still = "none 0s fixed";
    if (!transition) {
      assertEquals(faded, motion === "reduce" ? [still, still] : [fade, fade]);
      assertEquals(transitions, 0);
    } else {
      assertEquals(faded, motion === "reduce" ? [still, still] : []);
      assertEquals(transitions, motion === "reduce" ? 0 : 2);
    }
    assertEquals(await tab.locator("[aria-busy]").count(), 0);
    assertEquals(problems, []);
  });
}
