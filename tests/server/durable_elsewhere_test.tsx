/** A page whose socket comes to another node than its GET: the usual thing behind a proxy. */
import { assertEquals } from "@std/assert";
import { type Page, signal, Title } from "@vango/vango";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import type { SessionStore } from "../../src/session/store.ts";
import { mortal } from "./mortal_store.ts";
import { type Node, startNode } from "./node.ts";
import { Browser, type Tab } from "./visitor.ts";

/** The same page on every node, but for a text and a title. */
function page(text: string, title = "Page"): Page {
  return (() => {
    const count = signal(0);
    return () => (
      <main>
        <Title>{title}</Title>
        <b>{text}</b>
        <button type="button" id="n" onclick={() => count.value++}>{count.value}</button>
      </main>
    );
  }) as unknown as Page;
}

function start(shared: SessionStore, shown: Page): Node {
  return startNode({ "/": shown }, { store: mortal(shared) });
}

/** Loads the page from one node and connects to the other. */
async function cross(from: Node, to: Node): Promise<Tab> {
  let first = true;
  // Asked for the GET, for the page's address, and then for each socket.
  const origins = [from.origin, from.origin];
  return await new Browser().open(() => {
    const origin = first ? origins.shift()! : to.origin;
    first = origins.length > 0;
    return origin;
  });
}

Deno.test("a page that another node renders alike is adopted there: nothing is sent, nothing saved", async () => {
  const shared = createMemorySessionStore();
  let saves = 0;
  const { save } = shared;
  shared.save = (id, data, options) => {
    if (id.startsWith("ui_")) saves++;
    return save.call(shared, id, data, options);
  };
  await using from = start(shared, page("alike"));
  await using to = start(shared, page("alike"));
  using tab = await cross(from, to);
  assertEquals(tab.player.recordsOf("welcome").map(({ mode }) => mode), ["adopted"]);
  await tab.clicked("#n");
  assertEquals([tab.text("#n"), tab.player.patches], ["1", 1]);
  assertEquals(to.vango.stats().remounts, 1);
  await tab.until(() => tab.player.kept === 0);
  assertEquals(saves, 1);
});

for (const [what, there] of [["text", page("other")], ["title", page("alike", "Other")]] as const) {
  Deno.test(`a page that another node renders with another ${what} is brought up to date`, async () => {
    const shared = createMemorySessionStore();
    await using from = start(shared, page("alike"));
    await using to = start(shared, there);
    using tab = await cross(from, to);
    assertEquals(tab.player.recordsOf("welcome").map(({ mode }) => mode), ["restored"]);
    // At once, while the page shows the numbers of the first node: not lost, not guessed.
    tab.click("#n");
    await tab.until(() => tab.player.waiting === 0 && tab.text("#n") === "1");
    const title = tab.player.page.title;
    assertEquals([tab.text("b"), title], what === "text" ? ["other", "Page"] : ["alike", "Other"]);
    assertEquals(tab.player.recordsOf("error"), []);
  });
}
