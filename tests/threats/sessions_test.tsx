/** THREATS 21 and 22: what a session may no longer do, whatever its cookie says or its tabs show. */
import { assert, assertEquals } from "@std/assert";
import type { Ctx } from "@vango/vango";
import { mount, type View } from "@vango/vango/testing";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { startNode } from "../server/node.ts";
import { makeApp } from "../server/rig.ts";
import { HOUR, startCluster, TestBrowser } from "../session/fixture.ts";
import { Browser } from "../server/visitor.ts";

/** What was done on the server. */
let done: string[] = [];

/** Whoever is an admin may delete; each tab can give the role away, or log out. */
function Admin(ctx: Ctx) {
  const role = ctx.session.signal("role", "guest");
  return () => (
    <main>
      <output>{role.value}</output>
      {role.value === "admin" &&
        <button type="button" id="delete" onclick={() => void done.push("shown")}>Delete</button>}
      <button
        type="button"
        id="check"
        onclick={() => void done.push(ctx.session.get("role") === "admin" ? "checked" : "denied")}
      >
        Delete, if I may
      </button>
      <button type="button" id="drop" onclick={() => role.value = "guest"}>Be a guest</button>
      <button type="button" id="out" onclick={() => void ctx.session.destroy()}>Log out</button>
    </main>
  );
}

const pages = { "/": Admin };

/** Two live tabs of an admin's browser. */
async function twoTabs(): Promise<{ first: View; second: View }> {
  done = [];
  const { app, vango } = makeApp({ development: true });
  app.get("/", vango.page(Admin));
  const session = { userId: "ada", values: { role: "admin" } };
  const first = await mount(app, "/", { session });
  const second = await mount(app, "/", { session: first });
  await second.click("#delete");
  await second.click("#check");
  assertEquals(done.splice(0), ["shown", "checked"], "the role is good for both tabs");
  return { first, second };
}

Deno.test("THREATS 22: a role taken away in one tab stops the next event of another, which still shows it", async () => {
  const { first, second } = await twoTabs();
  await using _first = first;
  await using _second = second;
  // The second tab is told nothing, so it still offers what is not allowed any more.
  second.network.frozen = true;
  await first.click("#drop");
  assert(second.has("#delete"), "the tab still shows the role");
  second.user.click(second.find("#delete"));
  second.user.click(second.find("#check"));
  second.network.frozen = false;
  await second.settle();
  assertEquals(done, ["denied"]);
  assertEquals(second.errors.map(({ code }) => code), ["dropped"]);
  assertEquals([second.text("output"), second.has("#delete")], ["guest", false]);
});

Deno.test("THREATS 22: a log-out in one tab stops the next event of another, and closes it", async () => {
  const { first, second } = await twoTabs();
  await using _first = first;
  await using _second = second;
  second.network.frozen = true;
  await first.click("#out");
  second.user.click(second.find("#delete"));
  second.user.click(second.find("#check"));
  second.network.frozen = false;
  await second.settle();
  assertEquals(done, []);
  assertEquals(second.text("output"), "guest", "the tab was loaded anew, by nobody");
});

Deno.test("THREATS 22: a role taken away on another node stops a live tab's event", async () => {
  done = [];
  const store = createMemorySessionStore();
  await using one = startNode(pages, { store, onRefused: () => {} });
  await using two = startNode(pages, { store, onRefused: () => {} });
  one.app.get(
    "/promote",
    one.vango.page((ctx) => {
      ctx.session.set("role", "admin");
      return <p>promoted</p>;
    }),
  );
  const browser = new Browser();
  await (await browser.fetch(`${one.origin}/promote`)).text();
  using tab = await browser.open(one.origin);
  using elsewhere = await browser.open(two.origin);
  assertEquals([tab.text("output"), elsewhere.text("output")], ["admin", "admin"]);
  const stale = tab.player.find("#delete");
  elsewhere.click("#drop");
  await tab.until(() => tab.text("output") === "guest");
  tab.player.user.click(stale);
  tab.click("#check");
  await tab.until(() => done.length > 0);
  assertEquals(done, ["denied"]);
});

Deno.test("THREATS 21: a session that is older than a server allows now is over, however it was saved", async () => {
  await using cluster = startCluster(1, { idleTtl: 10 * HOUR, absoluteTtl: 10 * HOUR });
  const browser = new TestBrowser();
  const before = await browser.visit(cluster.nodes[0]!, (session) => session.setUserId("ada"));
  cluster.clock.advance(3 * HOUR);
  const lenient = await cluster.start().open(browser.request());
  assertEquals([lenient.id, lenient.userId], [before.id, "ada"]);
  // After a deploy that shortens what is allowed.
  const strict = await cluster.start({ absoluteTtl: 2 * HOUR }).open(browser.request());
  assert(strict.id !== before.id);
  assertEquals(strict.userId, undefined);
});
