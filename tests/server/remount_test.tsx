import { assert, assertEquals } from "@std/assert";
import { effect, signal, type VangoOptions } from "@vango/vango";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { makeApp, startServer, Tab, type TestApp, type TestServer, until, Visitor } from "./rig.ts";

/** A node of a cluster: the same app, the same secrets, one store. */
function startNode(options: Partial<VangoOptions>, routes?: (test: TestApp) => void) {
  const test = makeApp(options);
  const log: string[] = [];
  const { app, vango } = test;
  app.get(
    "/",
    vango.page((ctx) => {
      const name = ctx.session.signal("name", "nobody");
      const count = signal(0);
      log.push("set up");
      effect(() => void log.push("effect"));
      return () => (
        <main>
          <button type="button" onclick={() => count.value++}>{count}</button>
          <input value={name} oninput={(event) => name.value = event.value} />
          <p>{name}</p>
        </main>
      );
    }),
  );
  app.get("/two", vango.page(() => <p>two</p>));
  app.use("/guarded", async (c, next) => allowed.value ? await next() : c.redirect("/two"));
  app.get("/guarded", vango.page(() => <p>guarded</p>));
  routes?.(test);
  const server = startServer(test);
  return { ...test, server, log, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const allowed = { value: true };

/** The same tab, on another node. */
async function move(tab: Tab, server: TestServer, more: Record<string, unknown> = {}) {
  tab.socket?.close();
  const visitor = new Visitor(server);
  visitor.cookie = tab.visitor.cookie;
  const moved = new Tab(visitor, tab.url, tab.html);
  await moved.connect({ seq: tab.applied, event: tab.event, ...more });
  return moved;
}

Deno.test("another node renders the page of a token anew and sends it whole", async () => {
  const store = createMemorySessionStore();
  await using first = startNode({ store });
  await using second = startNode({ store });
  const visitor = new Visitor(first.server);
  using tab = await visitor.live("/");
  await tab.act("input", "input", "Ada");
  await tab.act("click", "button");
  await tab.close();
  // Sessions are saved behind what is acknowledged, and before a server goes.
  await first.vango.shutdown({ spread: 0 });
  using moved = await move(tab, second.server);
  assertEquals(moved.welcome?.mode, "mounted");
  // What the session keeps came along; what only that live session knew did not.
  assertEquals(moved.text, "0Ada");
  assertEquals(second.log, ["set up", "effect"]);
  await moved.act("click", "button");
  assertEquals(moved.text, "1Ada");
  assertEquals(second.vango.stats().remounts, 1);
  await store.close();
});

Deno.test("another node renders the page that the player has gone on to, with its guard", async () => {
  const store = createMemorySessionStore();
  await using first = startNode({ store });
  await using second = startNode({ store });
  using tab = await new Visitor(first.server).live("/");
  await tab.navigate("/guarded");
  assertEquals([tab.text, tab.url], ["guarded", "/guarded"]);
  using moved = await move(tab, second.server);
  assertEquals(moved.text, "guarded");
  allowed.value = false;
  try {
    await using third = startNode({ store });
    using refused = await move(tab, third.server);
    assertEquals(refused.welcome, undefined);
    assertEquals(refused.errors.map(({ code }) => code), ["reload"]);
    for (const url of ["//evil.example", "/nowhere", "javascript:alert(1)", "/_vango/live"]) {
      using bad = await move(tab, third.server, { url });
      assertEquals(bad.errors.map(({ code }) => code), ["reload"], url);
    }
    assertEquals(third.vango.stats().live, 0);
    assertEquals(third.errors, []);
  } finally {
    allowed.value = true;
  }
  await store.close();
});

Deno.test("a page whose player comes too late is rendered anew", async () => {
  await using node = startNode({ waitForPlayer: 0 });
  const page = await new Visitor(node.server).open("/");
  await until(() => node.vango.stats().waiting === 0);
  await page.connect();
  assertEquals(page.welcome?.mode, "mounted");
  await page.act("click", "button");
  assertEquals(page.text, "1nobody");
  await page.close();
});

Deno.test("two sockets of one page that come at once share one render", async () => {
  const store = createMemorySessionStore();
  await using first = startNode({ store });
  await using second = startNode({ store });
  const tab = await new Visitor(first.server).open("/");
  const visitor = new Visitor(second.server);
  visitor.cookie = tab.visitor.cookie;
  const tabs = [new Tab(visitor, "/", tab.html), new Tab(visitor, "/", tab.html)];
  await Promise.all(tabs.map((each) => each.connect()));
  await until(() => tabs.some((each) => each.closed));
  assertEquals(second.log.filter((line) => line === "set up").length, 1);
  const { live, detached, waiting } = second.vango.stats();
  assertEquals([live, detached, waiting], [1, 0, 0]);
  for (const each of tabs) each.socket?.close();
  await store.close();
});

Deno.test("a page that fails when it is rendered anew sends the player away for a while", async () => {
  const store = createMemorySessionStore();
  let broken = false;
  const routes = ({ app, vango }: TestApp) => {
    app.get(
      "/fragile",
      vango.page(() => {
        if (broken) throw new Error("down");
        return <p>fine</p>;
      }),
    );
  };
  await using first = startNode({ store }, routes);
  await using second = startNode({ store }, routes);
  using tab = await new Visitor(first.server).live("/fragile");
  broken = true;
  using moved = await move(tab, second.server);
  assertEquals(moved.closed?.code, 1013);
  assertEquals(second.errors.length, 1);
  assertEquals(second.vango.stats().live, 0);
  broken = false;
  using back = await move(tab, second.server);
  assertEquals(back.text, "fine");
  await store.close();
});

Deno.test("shutdown ends every socket with 1001 and sends newcomers to others", async () => {
  const node = startNode({});
  const visitor = new Visitor(node.server);
  using live = await visitor.live("/");
  using dialled = await visitor.open("/");
  const silent = await dialled.dial();
  const waiting = await visitor.open("/");
  await node.vango.shutdown({ spread: 0 });
  await live.until(() => live.closed);
  assertEquals(live.closed?.code, 1001);
  // A socket that was open before, but had not said hello yet.
  silent.send(dialled.hello());
  await dialled.until(() => dialled.closed);
  assertEquals(dialled.closed?.code, 1013);
  await waiting.dial().then(() => assert(false), () => {});
  assertEquals(node.vango.stats().live, 0);
  await node.server[Symbol.asyncDispose]();
});

Deno.test("a page that is loaded while the server shuts down can still go live elsewhere", async () => {
  const store = createMemorySessionStore();
  const first = startNode({ store });
  await using second = startNode({ store });
  const visitor = new Visitor(first.server);
  await (await visitor.fetch("/")).body?.cancel();
  await first.vango.shutdown({ spread: 0 });
  const html = await (await visitor.fetch("/")).text();
  assertEquals(first.vango.stats().waiting, 0);
  using tab = await move(new Tab(visitor, "/", html), second.server);
  assertEquals(tab.welcome?.mode, "mounted");
  await first.server[Symbol.asyncDispose]();
  await store.close();
});

Deno.test("log-out in another tab closes this one's socket, and its next event is refused", async () => {
  const routes = ({ app, vango }: TestApp) => {
    app.get(
      "/out",
      vango.page((ctx) => <button type="button" onclick={() => ctx.session.destroy()}>out</button>),
    );
  };
  await using node = startNode({}, routes);
  const visitor = new Visitor(node.server);
  using one = await visitor.live("/");
  using two = await visitor.live("/out");
  two.fire("click", "button");
  await one.until(() => one.closed);
  assertEquals(one.closed?.code, 1008);
  assertEquals(node.vango.stats().live, 0);
});
