/** THREATS 37: a store that is away, slow, full, busy, or fails in the middle. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SessionStoreError, type SessionStoreErrorCode } from "../../src/session/errors.ts";
import { GuardedStore } from "../../src/session/guarded_store.ts";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { FaultyStore, HOUR, startCluster, TestBrowser, until } from "./fixture.ts";

function never(): Promise<never> {
  return new Promise(() => {});
}

Deno.test("while the store is away pages stay usable, and no accepted write is lost", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  const browsers = Array.from({ length: 50 }, () => new TestBrowser());
  const tabs = [];
  for (const [i, browser] of browsers.entries()) {
    await browser.visit(node!, (session) => session.set("n", i));
    tabs.push(await node!.open(browser.request()));
  }
  store.goAway();
  const began = performance.now();
  for (const [i, browser] of browsers.entries()) {
    for (let turn = 1; turn <= 3; turn++) {
      const session = await browser.visit(node!, (session) => session.set(`key${turn}`, i));
      assertEquals([session.get("n"), session.get(`key${turn}`)], [i, i]);
    }
  }
  const time = performance.now() - began;
  assert(time < 1000, `150 requests took ${time} ms`);
  assert(node!.stats().storeDown);
  assertEquals(cluster.notices.map(({ code }) => code), ["store_down"]);
  assert(store.calls.filter((call) => call === "load").length < 80, "the store is left alone");

  cluster.clock.advance(10_000);
  store.comeBack();
  await until(() => node!.stats().waiting === 0);
  assert(!node!.stats().storeDown);
  assertEquals(cluster.notices.map(({ code }) => code), ["store_down", "store_up"]);
  const other = cluster.start();
  for (const [i, browser] of browsers.entries()) {
    const session = await other.open(browser.request());
    assertEquals([1, 2, 3].map((turn) => session.get(`key${turn}`)), [i, i, i]);
  }
  assertEquals(tabs.filter(({ end }) => end !== undefined), []);
});

Deno.test("a store that never answers holds each request up for one timeout at most", async () => {
  await using cluster = startCluster(1, { storeTimeout: 30 });
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const tab = await node!.open(browser.request());
  store.fault = never;
  const began = performance.now();
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => browser.visit(node!, (session) => session.set(`b${i}`, i)),
    ),
  );
  const time = performance.now() - began;
  assert(time < 500, `20 requests took ${time} ms`);
  const error = await assertRejects(() => tab.flush(), SessionStoreError);
  assert(error.code === "timeout" || error.code === "unavailable");
  store.comeBack();
  cluster.clock.advance(10_000);
  await until(() => node!.stats().waiting === 0);
  const read = await cluster.start().open(browser.request());
  for (let i = 0; i < 20; i++) assertEquals(read.get(`b${i}`), i);
});

Deno.test("a session that is not in memory is unavailable: anonymous, unchangeable, unharmed", async () => {
  await using cluster = startCluster();
  const { store } = cluster;
  const browser = new TestBrowser();
  await browser.visit(cluster.nodes[0]!, (session) => {
    session.setUserId("u");
    session.set("cart", [1]);
  });
  const cold = cluster.start();
  store.goAway();
  const session = await cold.open(browser.request());
  assertEquals([session.isAvailable, session.userId, session.get("cart")], [
    false,
    undefined,
    undefined,
  ]);
  assertThrows(() => session.set("cart", []), SessionStoreError, "Cannot change session");
  assertThrows(() => session.setUserId("v"), SessionStoreError);
  assertEquals(await cold.commit(session, { anchor: true }), undefined);
  const cart = session.signal<number[]>("cart", []);
  assertEquals(cluster.notices.map(({ code }) => code), ["store_down", "unavailable"]);

  store.comeBack();
  cluster.clock.advance(10_000);
  await until(() => session.isAvailable);
  assertEquals([session.userId, session.get("cart"), cart.value], ["u", [1], [1]]);
});

Deno.test("an anonymous visitor's first value during an outage is kept, cookie and all", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  store.goAway();
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  assert(browser.cookie);
  assertEquals((await browser.visit(node!)).get("a"), 1);
  store.comeBack();
  cluster.clock.advance(10_000);
  await until(() => node!.stats().waiting === 0);
  assertEquals((await browser.visit(cluster.start())).get("a"), 1);
});

Deno.test("writes queue within a bound; past it a change is refused, and nothing accepted is lost", async () => {
  await using cluster = startCluster(1, { maxQueued: 3 });
  const { store, nodes: [node] } = cluster;
  const browsers = Array.from({ length: 5 }, () => new TestBrowser());
  for (const browser of browsers) await browser.visit(node!, (session) => session.set("a", 0));
  const tabs = await Promise.all(browsers.map((browser) => node!.open(browser.request())));
  store.goAway();
  for (const tab of tabs.slice(0, 3)) tab.set("a", 1);
  for (const tab of tabs.slice(3)) {
    const error = assertThrows(() => tab.set("a", 1), SessionStoreError);
    assertEquals([error.code, tab.get("a")], ["queue_full", 0]);
  }
  tabs[0]!.set("a", 2);
  store.comeBack();
  cluster.clock.advance(10_000);
  await until(() => node!.stats().waiting === 0);
  tabs[4]!.set("a", 3);
  await tabs[4]!.flush();
  const other = cluster.start();
  const values = await Promise.all(
    browsers.map(async (browser) => (await other.open(browser.request())).get("a")),
  );
  assertEquals(values, [2, 1, 1, 0, 3]);
});

Deno.test("a log-out during an outage is kept and carried out when the store is back", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  const { id } = await browser.visit(node!, (session) => session.setUserId("u"));
  const old = browser.cookie;
  const tab = await node!.open(browser.request());
  store.goAway();
  const session = await node!.open(browser.request());
  const error = await assertRejects(() => session.destroy(), SessionStoreError);
  assertEquals(error.code, "unavailable");
  assertEquals([tab.end, tab.userId], ["destroyed", undefined]);
  assertEquals((await node!.open(new TestBrowser(old).request())).userId, undefined);
  store.comeBack();
  cluster.clock.advance(10_000);
  await until(async () => await store.load(id) === undefined);
  assertEquals((await cluster.start().open(new TestBrowser(old).request())).userId, undefined);
});

Deno.test("a save that times out but happens is neither lost nor applied twice", async () => {
  await using cluster = startCluster(1, { storeTimeout: 20 });
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const tab = await node!.open(browser.request());
  store.pause = (method) => method === "save" ? never() : Promise.resolve();
  tab.set("b", 2);
  const error = await assertRejects(() => tab.flush(), SessionStoreError);
  assertEquals(error.code, "timeout");
  store.pause = undefined;
  cluster.clock.advance(10_000);
  tab.set("c", 3);
  await until(() => node!.stats().waiting === 0);
  const read = await cluster.start().open(browser.request());
  assertEquals([read.get("a"), read.get("b"), read.get("c")], [1, 2, 3]);
  assertEquals(cluster.notices.filter(({ code }) => code === "value_overridden"), []);
});

Deno.test("a store that refuses one session's saves does not stop the others'", async () => {
  for (const code of ["busy", "full", "too_large", "failed"] as SessionStoreErrorCode[]) {
    await using cluster = startCluster();
    const { store, nodes: [node] } = cluster;
    const [unlucky, lucky] = [new TestBrowser(), new TestBrowser()];
    const bad = await unlucky.visit(node!, (session) => session.set("a", 1));
    await lucky.visit(node!, (session) => session.set("a", 1));
    store.fault = (method, id) =>
      method === "save" && id === bad.id
        ? Promise.reject(new SessionStoreError(`Cannot save: ${code}`, code))
        : undefined;
    const session = await unlucky.visit(node!, (session) => session.set("a", 2));
    assertEquals(session.get("a"), 2);
    const error = await assertRejects(() => session.flush(), SessionStoreError);
    assertEquals(error.code, code);
    await lucky.visit(node!, (session) => session.set("a", 3));
    assertEquals((await lucky.visit(cluster.start())).get("a"), 3);
    assert(!node!.stats().storeDown);
    store.comeBack();
    session.set("b", 1);
    await until(() => node!.stats().waiting === 0);
    assertEquals((await unlucky.visit(cluster.start())).get("a"), 2);
  }
});

Deno.test("a store's own bug is a typed error with its cause, and ends no request", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const cause = new TypeError("a bug in the driver");
  store.fault = () => Promise.reject(cause);
  const session = await node!.open(browser.request());
  assertEquals(session.get("a"), 1);
  session.set("b", 1);
  assertEquals(await node!.commit(session), undefined);
  const error = await assertRejects(() => session.flush(), SessionStoreError);
  assertEquals([error.code, error.cause], ["failed", cause]);
  store.comeBack();
  await session.flush();
});

Deno.test("GuardedStore counts calls that fail together as one failure", async () => {
  let time = 0;
  const store = new FaultyStore(createMemorySessionStore());
  const changes: boolean[] = [];
  const guard = new GuardedStore(store, {
    now: () => time,
    timeout: 1000,
    onChange: (error) => changes.push(error !== undefined),
  });
  store.goAway();
  await Promise.allSettled(Array.from({ length: 50 }, () => guard.load("a")));
  assertEquals([guard.isDown, guard.isShut, guard.pause], [true, true, 100]);
  time = 50;
  await assertRejects(() => guard.load("a"), SessionStoreError);
  assertEquals(store.count("load"), 50, "a shut guard asks nobody");
  for (const pause of [200, 400, 800, 1600, 3200, 5000, 5000]) {
    time += guard.pause;
    assert(!guard.isShut);
    await Promise.allSettled(Array.from({ length: 10 }, () => guard.load("a")));
    assertEquals(guard.pause, pause);
  }
  assertEquals(store.count("load"), 57, "one call finds out for all");
  store.comeBack();
  time += 5000;
  await guard.load("a");
  assertEquals([guard.isDown, guard.pause, changes], [false, 0, [true, false]]);
});

Deno.test("drain saves what waits with one call, and lists what it could not save", async () => {
  await using cluster = startCluster(1, { saveDelay: HOUR });
  const { store, nodes: [node] } = cluster;
  store.isMute = true;
  const browsers = Array.from({ length: 100 }, () => new TestBrowser());
  for (const browser of browsers) await browser.visit(node!, (session) => session.set("a", 0));
  const tabs = await Promise.all(browsers.map((browser) => node!.open(browser.request())));
  // One is changed elsewhere meanwhile, one logged out elsewhere.
  const other = cluster.start();
  const changed = await other.open(browsers[0]!.request());
  changed.set("there", 1);
  for (const tab of tabs) tab.set("a", 1);
  await changed.flush();
  const saves = store.count("save");

  const { saved, failed } = await node!.drain();
  assertEquals([saved, failed.size], [100, 0]);
  assertEquals(store.count("saveAll"), 1);
  assertEquals(store.count("save") - saves, 2, "the conflict alone is saved by itself: twice");
  const next = cluster.start();
  for (const [i, browser] of browsers.entries()) {
    const session = await next.open(browser.request());
    assertEquals([session.get("a"), session.get("there")], [1, i === 0 ? 1 : undefined]);
  }
  assertEquals((await node!.drain()).saved, 0);
});

Deno.test("drain ends in time when the store does not answer, and says what is lost", async () => {
  await using cluster = startCluster(1, { saveDelay: HOUR });
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  const { id } = await browser.visit(node!, (session) => session.set("a", 0));
  (await node!.open(browser.request())).set("a", 1);
  store.fault = never;
  const began = performance.now();
  const { saved, failed } = await node!.drain({ timeout: 50 });
  assert(performance.now() - began < 1000);
  assertEquals([saved, [...failed.keys()]], [0, [id]]);
  store.comeBack();
  assertEquals((await node!.drain()).saved, 1);
});

Deno.test("drain carries out the log-outs that wait", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  const { id } = await browser.visit(node!, (session) => session.setUserId("u"));
  store.goAway();
  await assertRejects(() => node!.open(browser.request()).then((s) => s.destroy()));
  store.comeBack();
  cluster.clock.advance(10_000);
  assertEquals((await node!.drain()).saved, 1);
  assertEquals(await store.load(id), undefined);
});

Deno.test("a store that was away for 5 s, 60 s or 10 minutes is found again without a restart", async () => {
  for (const seconds of [5, 60, 600]) {
    await using cluster = startCluster();
    const { clock, store, nodes: [node] } = cluster;
    const browser = new TestBrowser();
    await browser.visit(node!, (session) => session.set("turn", -1));
    store.goAway();
    const asked = store.calls.length;
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(seconds * 50);
      const session = await browser.visit(node!, (session) => session.set("turn", turn));
      assertEquals(session.get("turn"), turn);
    }
    const tries = store.calls.length - asked;
    assert(tries > 0 && tries <= 40, `the store was asked ${tries} times in ${seconds} s`);
    assertEquals([node!.stats().storeDown, node!.stats().waiting], [true, 1]);
    store.comeBack();
    clock.advance(5000);
    await until(() => node!.stats().waiting === 0);
    assertEquals((await browser.visit(cluster.start())).get("turn"), 19);
    assertEquals(cluster.notices.map(({ code }) => code), ["store_down", "store_up"]);
  }
});
