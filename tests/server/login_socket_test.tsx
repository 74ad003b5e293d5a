import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Ctx } from "@vango/vango";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { createSqliteSessionStore, openNodeSqlite } from "../../src/adapters/sqlite/mod.ts";
import { startNode } from "./node.ts";
import { Browser, type Tab } from "./visitor.ts";

/** A page that says who is logged in, and logs in and out. */
function Account(ctx: Ctx): unknown {
  const cart = ctx.session.signal<string[]>("cart", []);
  return () => (
    <main>
      <p id="who">{ctx.session.userId ?? "nobody"}</p>
      <p id="id">{ctx.session.id}</p>
      <p id="cart">{cart.value.join()}</p>
      <button type="button" id="in" onclick={() => ctx.session.setUserId("ada")}>In</button>
      <button type="button" id="out" onclick={() => ctx.session.destroy()}>Out</button>
      <button type="button" id="add" onclick={() => cart.value = [...cart.value, "tea"]}>
        Add
      </button>
    </main>
  );
}

const pages = { "/": Account as never };

/** Logs in over the socket and waits for the cookie. */
async function logIn(tab: Tab): Promise<void> {
  tab.click("#in");
  await tab.until(() => tab.redeemed.length === 1);
  assertEquals(tab.redeemed, [200]);
}

async function whoIs(browser: Browser, origin: string): Promise<string> {
  const html = await (await browser.fetch(origin + "/")).text();
  return /id="who"[^>]*>([^<]*)</.exec(html)![1]!;
}

Deno.test("a log-in over the socket reaches the browser's cookie, and the old one is dead", async () => {
  await using node = startNode(pages);
  const browser = new Browser();
  using tab = await browser.open(node.origin);
  const before = browser.cookie;
  await logIn(tab);
  assertNotEquals(browser.cookie, before);
  assertEquals(await whoIs(browser, node.origin), "ada");
  // Fixation: whoever knew the id from before the log-in has nothing.
  const thief = new Browser();
  const [name, value] = before.split("=") as [string, string];
  thief.cookies.set(name, value);
  assertEquals(await whoIs(thief, node.origin), "nobody");
  assertEquals(node.errors, []);
});

Deno.test("after a log-in over the socket the page reconnects with its new token", async () => {
  await using node = startNode(pages);
  const browser = new Browser();
  using tab = await browser.open(node.origin);
  await logIn(tab);
  tab.player.drop();
  await tab.until(() => tab.player.state === "live");
  assertEquals(tab.player.recordsOf("welcome").at(-1)!.mode, "resumed");
  await tab.clicked("#add");
  await tab.until(() => tab.text("#cart") === "tea");
});

Deno.test("what an anonymous visitor has collected is there after the log-in", async () => {
  await using node = startNode(pages);
  const browser = new Browser();
  using tab = await browser.open(node.origin);
  await tab.clicked("#add");
  tab.click("#in");
  await tab.until(() => tab.redeemed.length > 0);
  using again = await browser.open(node.origin);
  assertEquals(again.text("#who"), "ada");
  assertEquals(again.text("#cart"), "tea");
});

Deno.test("a ticket is good once, for its own page, in its own browser, from its own origin", async () => {
  await using node = startNode(pages);
  const browser = new Browser();
  using tab = await browser.open(node.origin);
  using other = await browser.open(node.origin);
  const anonymous = browser.cookie;
  const tokenOf = (of: Tab): string => of.player.page.token!;
  await logIn(tab);
  const { ticket } = tab.player.recordsOf("ticket")[0]!;
  const redeem = async (
    {
      token = tokenOf(tab),
      cookie = anonymous,
      origin = node.origin,
      text = ticket,
      method = "POST",
    },
  ): Promise<number> => {
    const response = await fetch(node.origin + "/_vango/session", {
      method,
      headers: { cookie, ...origin ? { origin } : {} },
      ...method === "POST" ? { body: JSON.stringify({ ticket: text, token }) } : {},
    });
    await response.body?.cancel();
    assertEquals(response.headers.get("set-cookie"), null);
    return response.status;
  };
  assertEquals(await redeem({}), 403, "replayed");
  assertEquals(await redeem({ cookie: browser.cookie }), 403, "replayed with the new cookie");
  assertEquals(await redeem({ token: tokenOf(other) }), 403, "another page");
  assertEquals(await redeem({ cookie: "" }), 403, "no cookie");
  assertEquals(await redeem({ text: ticket.slice(0, -2) + "AA" }), 403, "changed");
  assertEquals(await redeem({ text: "" }), 403, "empty");
  assertEquals(await redeem({ token: "" }), 403, "no page");
  assertEquals(await redeem({ origin: "https://evil.example" }), 403, "foreign origin");
  assertEquals(await redeem({ origin: "" }), 403, "no origin");
  assertEquals(await redeem({ method: "GET" }), 405);
  assertEquals(node.errors, []);
});

Deno.test("a ticket that was not redeemed yet is no good to another page or browser", async () => {
  await using node = startNode(pages);
  const browser = new Browser();
  using tab = await browser.open(node.origin);
  using other = await browser.open(node.origin);
  const stranger = new Browser();
  using foreign = await stranger.open(node.origin);
  let status = 0;
  // Redeemed by the wrong ones first; the page that it is for gets it after that.
  const { fetch: original } = browser;
  browser.fetch = async (url, init) => {
    const { ticket } = JSON.parse(String(init!.body)) as { ticket: string };
    const attempt = (who: Browser, token: string): Promise<Response> =>
      original.call(who, url, { ...init, body: JSON.stringify({ ticket, token }) });
    for (
      const response of [
        await attempt(browser, other.player.page.token!),
        await attempt(stranger, foreign.player.page.token!),
        await attempt(stranger, tab.player.page.token!),
      ]
    ) {
      await response.body?.cancel();
      assertEquals(response.status, 403);
    }
    const good = await original.call(browser, url, init);
    status = good.status;
    return good;
  };
  tab.click("#in");
  await tab.until(() => tab.redeemed.length === 1);
  assertEquals(status, 200);
});

Deno.test("a log-out in one tab closes the sockets of all tabs", async () => {
  await using node = startNode(pages);
  const browser = new Browser();
  using first = await browser.open(node.origin);
  await logIn(first);
  using tab = await browser.open(node.origin);
  using other = await browser.open(node.origin);
  using stranger = await new Browser().open(node.origin);
  assertEquals(other.text("#who"), "ada");
  tab.click("#out");
  for (const each of [first, tab, other]) await each.until(() => each.player.state === "refused");
  await stranger.clicked("#add");
  assertEquals(stranger.player.state, "live");
  assertEquals(await whoIs(browser, node.origin), "nobody");
});

/** Two nodes on one store. */
async function onTwoNodes(
  make: () => Promise<ReturnType<typeof createMemorySessionStore>[]>,
): Promise<void> {
  const [storeA, storeB] = await make() as [never, never];
  await using a = startNode(pages, { store: storeA });
  await using b = startNode(pages, { store: storeB });
  const browser = new Browser();
  using tab = await browser.open(a.origin);
  await logIn(tab);
  using other = await browser.open(b.origin);
  assertEquals(other.text("#who"), "ada");
  tab.click("#out");
  await tab.until(() => tab.player.state === "refused");
  await other.until(() => other.player.state === "refused");
  assertEquals(await whoIs(browser, b.origin), "nobody");
}

Deno.test("a log-out closes the sockets on another node that shares a memory store", async () => {
  const store = createMemorySessionStore();
  await onTwoNodes(() => Promise.resolve([store, store]));
});

Deno.test("a log-out closes the sockets on another node that shares a SQLite file", async () => {
  const directory = await Deno.makeTempDir();
  const open = (): never =>
    createSqliteSessionStore({ database: openNodeSqlite(`${directory}/s.db`) }) as never;
  const stores = [open(), open()] as { close(): Promise<void> }[];
  try {
    await onTwoNodes(() => Promise.resolve(stores as never));
  } finally {
    for (const store of stores) await store.close();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("any node redeems a ticket: a log-in survives a proxy that is not sticky", async () => {
  const store = createMemorySessionStore();
  await using a = startNode(pages, { store });
  await using b = startNode(pages, { store });
  const browser = new Browser();
  using tab = await browser.open(a.origin);
  const { fetch: original } = browser;
  browser.fetch = (url, init) =>
    original.call(browser, url.replace(a.origin, b.origin), {
      ...init,
      headers: { ...init?.headers, ...init?.method === "POST" ? { origin: b.origin } : {} },
    });
  await logIn(tab);
  assertEquals(await whoIs(browser, b.origin), "ada");
  tab.player.drop();
  await tab.until(() => tab.player.state === "live");
  assert(tab.player.numbers.acknowledged > 0);
});
