import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { effect } from "@preact/signals-core";
import {
  SessionConfigError,
  SessionEndedError,
  SessionLimitError,
  SessionValueError,
} from "../../src/session/errors.ts";
import { createSessionManager } from "../../src/session/manager.ts";
import { HOUR, SECRET, startCluster, TestBrowser, until } from "./fixture.ts";

Deno.test("an anonymous visitor who sets nothing costs no store write and no cookie", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  for (let i = 0; i < 3; i++) {
    const session = await browser.visit(node!, (session) => {
      assertEquals(session.get("theme"), undefined);
      assertEquals(session.signal("count", 0).value, 0);
    });
    assert(!session.isAuthenticated);
  }
  assertEquals(browser.cookie, undefined);
  assertEquals(cluster.store.calls, []);
});

Deno.test("an anchored page's visitor gets a cookie without a write, and keeps its id", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  const page = await a!.open(browser.request());
  browser.accept(await a!.commit(page, { anchor: true }));
  assert(browser.cookie);
  const socket = await b!.open(browser.request());
  assertEquals(socket.id, page.id);
  assertEquals(cluster.store.count("save"), 0);

  socket.set("draft", "typed over the socket of another node");
  await socket.flush();
  assertEquals((await browser.visit(a!)).get("draft"), "typed over the socket of another node");
});

Deno.test("what one request sets the next one gets, on any node", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  const values = { n: 1, date: new Date(5), map: new Map([["k", new Set([1n])]]) };
  const first = await browser.visit(a!, (session) => session.set("values", values));
  const second = await browser.visit(b!, (session) => {
    assertEquals(session.get("values"), values);
    session.delete("values");
  });
  assertEquals(first.id, second.id);
  assertEquals((await browser.visit(cluster.start())).get("values"), undefined);
});

Deno.test("the cookie is set once, and never again while it is the right one", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  for (let i = 0; i < 3; i++) {
    const session = await node!.open(browser.request());
    session.set("a", i + 2);
    assertEquals(await node!.commit(session), undefined);
  }
});

Deno.test("a value set to what it is, or a key that is not there, costs no write", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", { b: [1] }));
  const writes = cluster.store.count("save");
  await browser.visit(node!, (session) => {
    session.set("a", { b: [1] });
    session.delete("none");
  });
  assertEquals(cluster.store.count("save"), writes);
});

Deno.test("set refuses what cannot be stored, with its path, and changes nothing", async () => {
  await using cluster = startCluster();
  const session = await cluster.nodes[0]!.open(new TestBrowser().request());
  session.set("cart", { items: [1] });
  const error = assertThrows(
    () => session.set("cart", { items: [() => {}] }),
    SessionValueError,
  );
  assertEquals(error.path, "cart.items[0]");
  assertThrows(() => session.set("__proto__", 1), SessionLimitError);
  assertThrows(() => session.set("", 1), SessionLimitError);
  assertThrows(() => session.signal("s", () => {}), SessionValueError);
  const signal = session.signal<unknown>("cart", undefined);
  assertThrows(() => signal.value = Promise.resolve(), SessionValueError);
  assertEquals(session.get("cart"), { items: [1] });
  assertEquals(signal.value, { items: [1] });
});

Deno.test("a session refuses to grow past its limit, and stays as it was", async () => {
  await using cluster = startCluster();
  const session = await cluster.nodes[0]!.open(new TestBrowser().request());
  const big = "x".repeat(60_000);
  for (let i = 0; i < 4; i++) session.set(`part${i}`, big);
  assertThrows(() => session.set("part4", big), SessionLimitError, "Cannot store part4");
  assertEquals(session.get("part4"), undefined);
  session.delete("part0");
  session.set("part4", big);
});

Deno.test("tabs of one session share values and signals, live", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("count", 1));
  const tabs = await Promise.all([1, 2, 3].map(() => node!.open(browser.request())));
  const [one, two, three] = tabs.map((tab) => tab.signal("count", 0));
  assertStrictEquals(tabs[0]!.signal("count", 9), one);
  const seen: number[] = [];
  const stop = effect(() => void seen.push(two!.value));
  one!.value = 2;
  tabs[2]!.set("count", 3);
  assertEquals([one!.value, two!.value, three!.value], [3, 3, 3]);
  tabs[0]!.delete("count");
  assertEquals([one!.value, two!.value, three!.value], [0, 0, 0]);
  assertEquals(seen, [1, 2, 3, 0]);
  stop();
  tabs[1]!.close();
  one!.value = 7;
  assertEquals([two!.value, three!.value, tabs[1]!.get("count")], [0, 7, 7]);
});

Deno.test("a signal's own write is seen once, as it was written", async () => {
  await using cluster = startCluster();
  const session = await cluster.nodes[0]!.open(new TestBrowser().request());
  const signal = session.signal<{ n: number }>("value", { n: 0 });
  const seen: unknown[] = [];
  const stop = effect(() => void seen.push(signal.value));
  const value = { n: 1 };
  signal.value = value;
  stop();
  assertEquals(seen, [{ n: 0 }, { n: 1 }]);
  assertStrictEquals(signal.value, value);
});

Deno.test("a signal's listener that throws in one tab harms neither writer nor other tabs", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("count", 0));
  const tabs = await Promise.all([1, 2, 3].map(() => node!.open(browser.request())));
  const [one, two, three] = tabs.map((tab) => tab.signal("count", 0));
  const reported: unknown[] = [];
  const listen = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  addEventListener("error", listen);
  const stop = effect(() => {
    if (two!.value > 0) throw new Error("a broken component");
  });
  one!.value = 1;
  assertEquals([one!.value, three!.value], [1, 1]);
  assertEquals(reported.length, 1);
  removeEventListener("error", listen);
  stop();
});

Deno.test("a signal that another node writes changes here", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(a!, (session) => session.set("count", 1));
  const here = (await a!.open(browser.request())).signal("count", 0);
  const there = await b!.open(browser.request());
  there.set("count", 2);
  await there.flush();
  await until(() => here.value === 2);
});

Deno.test("two nodes that write different keys at once keep both (THREATS 20)", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(a!, (session) => session.set("base", 0));
  const here = await a!.open(browser.request());
  const there = await b!.open(browser.request());
  here.set("here", 1);
  there.set("there", 2);
  await Promise.all([here.flush(), there.flush()]);
  const read = await browser.visit(cluster.start());
  assertEquals([read.get("base"), read.get("here"), read.get("there")], [0, 1, 2]);
  await until(() => here.get("there") === 2 && there.get("here") === 1);
  assertEquals(cluster.notices, []);
});

Deno.test("two nodes that write one key at once: the later wins everywhere, and it is said", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(a!, (session) => session.set("key", "base"));
  const here = await a!.open(browser.request());
  const there = await b!.open(browser.request());
  here.set("key", "here");
  there.set("key", "there");
  await here.flush();
  await there.flush();
  assertEquals((await browser.visit(cluster.start())).get("key"), "there");
  await until(() => here.get("key") === "there");
  assertEquals(cluster.notices.map(({ code }) => code), ["value_overridden"]);
});

Deno.test("what is set while a save is under way is saved by the next", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 0));
  const session = await node!.open(browser.request());
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  store.pause = (method) => method === "save" ? held : Promise.resolve();
  session.set("a", 1);
  session.set("b", 1);
  const flushing = session.flush();
  await until(() => store.count("save") === 2);
  session.set("a", 2);
  session.set("c", 2);
  session.delete("b");
  release();
  await flushing;
  const read = await cluster.start().open(browser.request());
  assertEquals([read.get("a"), read.get("b"), read.get("c")], [2, undefined, 2]);
});

Deno.test("twenty writers on four nodes lose nothing", async () => {
  await using cluster = startCluster(4);
  const browser = new TestBrowser();
  await browser.visit(cluster.nodes[0]!, (session) => session.set("base", 0));
  const writers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => cluster.nodes[i % 4]!.open(browser.request())),
  );
  await Promise.all(writers.map(async (writer, i) => {
    for (let turn = 0; turn < 5; turn++) {
      writer.set(`key${i}`, turn);
      await writer.flush();
    }
  }));
  const read = await browser.visit(cluster.start());
  for (let i = 0; i < 20; i++) assertEquals(read.get(`key${i}`), 4, `writer ${i}`);
});

Deno.test("a session ends when it was idle too long, by the server's clock", async () => {
  await using cluster = startCluster(1, { idleTtl: HOUR });
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  const first = await browser.visit(node!, (session) => session.set("a", 1));
  cluster.clock.advance(HOUR - 1);
  assertEquals((await browser.visit(node!)).id, first.id);
  await until(() => cluster.store.count("touch") === 1);
  cluster.clock.advance(HOUR - 1);
  assertEquals((await browser.visit(cluster.start())).get("a"), 1);
  await until(() => cluster.store.count("touch") === 2);
  cluster.clock.advance(HOUR);
  const late = await browser.visit(node!);
  assert(late.id !== first.id);
  assertEquals(late.get("a"), undefined);
  assert(!first.touch());
  assertEquals(first.end, "expired");
});

Deno.test("a session ends at its absolute age, however busy it was", async () => {
  await using cluster = startCluster(1, { idleTtl: HOUR, absoluteTtl: 3 * HOUR });
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  const first = await browser.visit(node!, (session) => session.set("a", 1));
  for (let i = 0; i < 5; i++) {
    cluster.clock.advance(HOUR / 2);
    assertEquals((await browser.visit(node!, (s) => s.regenerate())).get("a"), 1);
  }
  cluster.clock.advance(HOUR / 2);
  assertEquals((await browser.visit(node!)).get("a"), undefined);
  assertEquals(first.end, "rotated");
});

Deno.test("a page read often touches the store seldom", async () => {
  await using cluster = startCluster(1, { idleTtl: HOUR });
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  for (let i = 0; i < 60; i++) {
    cluster.clock.advance(10_000);
    await browser.visit(node!);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { store } = cluster;
  assert(store.count("touch") >= 1 && store.count("touch") <= 3, `${store.count("touch")}`);
  assertEquals(store.count("save"), 1);
});

Deno.test("createdAt, lastActiveAt, ip and userAgent say what the request says", async () => {
  await using cluster = startCluster(1, { trustedProxies: ["10.0.0.0/8"] });
  const { clock, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  const began = clock.now();
  await browser.visit(node!, (session) => session.set("a", 1));
  clock.advance(5000);
  const request = browser.request({
    "x-forwarded-for": "6.6.6.6, 1.2.3.4",
    "user-agent": "T".repeat(9000),
  });
  const session = await node!.open(request, { remoteAddress: "10.0.0.9" });
  assertEquals(session.createdAt, new Date(began));
  assertEquals(session.lastActiveAt, new Date(began + 5000));
  assertEquals(session.ip, "1.2.3.4");
  assertEquals(session.userAgent, "T".repeat(512));
  assertEquals((await node!.open(request, { remoteAddress: "9.9.9.9" })).ip, "9.9.9.9");
  assertEquals((await node!.open(new Request("http://localhost/"))).userAgent, "");
});

Deno.test("a migration brings old values up to date; without one they are discarded", async () => {
  await using cluster = startCluster(1, { schemaVersion: 1 });
  const browser = new TestBrowser();
  const old = await browser.visit(cluster.nodes[0]!, (session) => session.set("name", "a b"));
  const migrating = cluster.start({
    schemaVersion: 2,
    migrate: ({ name }, from) => from === 1 ? { names: String(name).split(" ") } : undefined,
  });
  const migrated = await migrating.open(browser.request());
  assertEquals([migrated.id, migrated.get("names")], [old.id, ["a", "b"]]);
  assertEquals(migrated.get("name"), undefined);

  const broken = cluster.start({
    schemaVersion: 2,
    migrate: () => {
      throw new Error("a bug in the app");
    },
  });
  for (const node of [cluster.start({ schemaVersion: 3 }), broken]) {
    const fresh = await node.open(browser.request());
    assert(fresh.id !== old.id);
    assertEquals(fresh.get("name"), undefined);
  }
  assertEquals(cluster.notices.map(({ code }) => code), ["data_discarded", "data_discarded"]);
});

Deno.test("handles that nobody closed do not keep sessions in memory", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  for (let i = 0; i < 20_000; i++) {
    const session = await node!.open(new Request("http://localhost/"));
    session.signal("count", 0);
  }
  assertEquals(node!.stats().live, 20_000);
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  await until(() => {
    collect();
    return node!.stats().live === 0;
  });
});

Deno.test("createSessionManager refuses secrets and proxies that cannot be used", () => {
  const store = startCluster(0).store;
  for (
    const options of [{ secrets: [] }, { secrets: ["short"] }, {
      secrets: [SECRET],
      trustedProxies: ["everybody"],
    }]
  ) {
    assertThrows(() => createSessionManager({ store, ...options }), SessionConfigError);
  }
});

Deno.test("a session that is over reads as empty and refuses changes", async () => {
  await using cluster = startCluster();
  const session = await new TestBrowser().visit(cluster.nodes[0]!, (s) => s.setUserId("u"));
  await session.destroy();
  assertEquals([session.userId, session.isAuthenticated, session.get("a")], [
    undefined,
    false,
    undefined,
  ]);
  assertThrows(() => session.set("a", 1), SessionEndedError);
  assertThrows(() => session.setUserId("v"), SessionEndedError);
  assertThrows(() => session.regenerate(), SessionEndedError);
  assertThrows(() => session.signal("a", 0).value = 1, SessionEndedError);
  await assertRejects(() => cluster.nodes[0]!.issueTicket(session, "page"), SessionEndedError);
});
