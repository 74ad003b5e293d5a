import { assert, assertEquals, assertRejects } from "@std/assert";
import { effect } from "@preact/signals-core";
import { createSessionId } from "../../src/internal/ids.ts";
import { createCookieSigner } from "../../src/session/cookie.ts";
import { EncodedValue, encodeRecord } from "../../src/session/codec.ts";
import { SessionTicketError } from "../../src/session/errors.ts";
import type { SessionManager } from "../../src/session/manager.ts";
import { HOUR, SECRET, startCluster, TestBrowser, until } from "./fixture.ts";

Deno.test("a log-in gives a new id; the id from before is dead on every node (THREATS 18)", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const victim = new TestBrowser();
  const before = await victim.visit(a!, (session) => session.set("cart", [1]));
  const planted = new TestBrowser(victim.cookie);
  const attacker = await b!.open(planted.request());
  const seen = attacker.signal<unknown>("cart", undefined);
  assertEquals(attacker.get("cart"), [1]);
  const oldId = before.id;

  const after = await victim.visit(a!, (session) => {
    session.setUserId("user");
    assertEquals(session.get("cart"), [1]);
    session.set("cart", ["secret"]);
  });
  assert(after.id !== oldId);
  assert(after.isAuthenticated);
  await until(() => attacker.end !== undefined);
  assertEquals([attacker.userId, attacker.get("cart"), seen.value], [undefined, undefined, [1]]);
  assert(!attacker.touch());
  for (const node of [a!, b!, cluster.start()]) {
    const late = await node.open(planted.request());
    assert(late.id !== oldId && late.id !== after.id);
    assertEquals([late.userId, late.get("cart")], [undefined, undefined]);
  }
  assertEquals((await victim.visit(b!)).userId, "user");
});

Deno.test("what shows the user follows a log-in and a log-out", async () => {
  await using cluster = startCluster();
  const session = await cluster.nodes[0]!.open(new TestBrowser().request());
  const shown: unknown[] = [];
  const stop = effect(() => {
    shown.push(session.userId, session.isAuthenticated);
  });
  session.setUserId("ada");
  session.regenerate();
  session.setUserId(undefined);
  stop();
  assertEquals(shown, [undefined, false, "ada", true, "ada", true, undefined, false]);
  session.close();
});

Deno.test("on one node, too, a tab that held the id before a log-in sees nothing after it", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const victim = new TestBrowser();
  await victim.visit(node!, (session) => session.set("a", 1));
  const tab = await node!.open(victim.request());
  const signal = tab.signal("a", 0);
  const ends: string[] = [];
  tab.onEnd((end) => ends.push(end));
  await victim.visit(node!, (session) => {
    session.setUserId("user");
    session.signal("a", 0).value = 2;
  });
  assertEquals([ends, signal.value, tab.userId], [["rotated"], 1, undefined]);
});

Deno.test("a change from one user to another, or to none, carries no values over", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => {
    session.setUserId("one");
    session.set("secret", "of one");
  });
  const ids = new Set<string>();
  for (const user of ["two", undefined, "three", ""]) {
    const session = await browser.visit(node!, (session) => {
      session.set("secret", `before ${user}`);
      session.setUserId(user);
    });
    ids.add(session.id);
    assertEquals([session.userId, session.isAuthenticated], [user || undefined, !!user]);
    const isLogIn = user === "three";
    assertEquals(session.get("secret"), isLogIn ? "before three" : undefined);
  }
  assertEquals(ids.size, 4);
});

Deno.test("naming the user who is logged in already changes nothing", async () => {
  await using cluster = startCluster();
  const browser = new TestBrowser();
  const first = await browser.visit(cluster.nodes[0]!, (session) => session.setUserId("u"));
  const { cookie } = browser;
  const again = await browser.visit(cluster.nodes[0]!, (session) => session.setUserId("u"));
  assertEquals([again.id, browser.cookie], [first.id, cookie]);
});

Deno.test("regenerate keeps user and values under a new id, and the old id dies", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  const first = await browser.visit(node!, (session) => {
    session.setUserId("u");
    session.set("a", 1);
  });
  const old = browser.cookie;
  const second = await browser.visit(node!, (session) => {
    session.regenerate();
    session.regenerate();
  });
  assert(second.id !== first.id);
  assertEquals([second.userId, second.get("a"), first.end], ["u", 1, "rotated"]);
  assertEquals((await browser.visit(cluster.start())).userId, "u");
  assertEquals((await cluster.start().open(new TestBrowser(old).request())).userId, undefined);
});

Deno.test("a request that a log-in overtook does not take the new cookie away", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const slow = await node!.open(browser.request());
  const late = browser.request();
  await browser.visit(node!, (session) => session.setUserId("u"));
  assertEquals(await node!.commit(slow, { anchor: true }), undefined);
  const later = await node!.open(late);
  assertEquals(later.userId, undefined);
  assertEquals(await node!.commit(later, { anchor: true }), undefined);
});

Deno.test("log-out ends every tab on every node, and the cookie (THREATS 22)", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(a!, (session) => session.setUserId("u"));
  const old = browser.cookie;
  const tabs = await Promise.all([a!, a!, b!].map((node) => node.open(browser.request())));
  const ends: string[] = [];
  for (const tab of tabs) tab.onEnd((end) => ends.push(end));
  await browser.visit(a!, (session) => void session.destroy());
  await until(() => ends.length === 3);
  assertEquals(ends, ["destroyed", "destroyed", "destroyed"]);
  for (const tab of tabs) assert(!tab.touch());
  assertEquals(browser.cookie, undefined);
  for (const node of [a!, b!]) {
    assertEquals((await node.open(new TestBrowser(old).request())).userId, undefined);
  }
});

Deno.test("a request that is slower than the log-out saves nothing (THREATS 19)", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  const first = await browser.visit(a!, (session) => session.setUserId("u"));
  const slow = await b!.open(browser.request());
  // Held at the store with its save decided, while the log-out runs on the other node.
  slow.set("a", 1);
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  cluster.store.fault = (method) => method === "save" ? held as Promise<never> : undefined;
  const saving = b!.commit(slow);
  await until(() => cluster.store.count("save") >= 2);
  await browser.visit(a!, (session) => session.destroy());
  release();
  await saving;
  assertEquals(await cluster.store.load(first.id), undefined);
  await b!.drain();
  assertEquals(await cluster.store.load(first.id), undefined);
});

Deno.test("a log-out while the session's creation is under way ends it all the same", async () => {
  await using cluster = startCluster();
  const { store, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  const session = await node!.open(browser.request());
  session.set("a", 1);
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  store.fault = (method) => method === "save" ? held as Promise<never> : undefined;
  const committing = node!.commit(session);
  await until(() => store.count("save") === 1);
  const ending = session.destroy();
  release();
  await Promise.all([committing, ending]);
  assertEquals(await store.load(session.id), undefined);
});

Deno.test("a session whose user is another in the store is over, never taken over", async () => {
  await using cluster = startCluster();
  const { store, clock, nodes: [node] } = cluster;
  const browser = new TestBrowser();
  const session = await browser.visit(node!, (session) => session.setUserId("u"));
  const { revision } = (await store.load(session.id))!;
  const data = encodeRecord({
    id: session.id,
    schemaVersion: 0,
    createdAt: clock.now(),
    userId: "admin",
    values: new Map(),
  });
  await store.save(session.id, data, { expiresAt: clock.now() + HOUR, revision });
  await until(() => session.end !== undefined);
  assertEquals([session.end, session.userId], ["gone", undefined]);
});

Deno.test("a cookie that is changed, foreign, old or too long is an anonymous visitor (THREATS 17)", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.setUserId("u"));
  const value = browser.cookie!.slice("vango=".length);
  const foreign = createCookieSigner(["another secret of 32 characters!!"]);
  const forged = foreign.sign({ id: createSessionId(), kind: "stored", issuedAt: 0 });
  const calls = cluster.store.calls.length;
  const flips = Array.from(
    value,
    (_, i) => value.slice(0, i) + String.fromCharCode(value.charCodeAt(i) ^ 1) + value.slice(i + 1),
  );
  for (
    const bad of [...flips, value.slice(0, -43), value.slice(0, 50), "", forged, "x".repeat(8200)]
  ) {
    // A header may not carry every character; what it cannot carry cannot arrive.
    if (/[^\x21-\x7e]/.test(bad)) continue;
    const session = await node!.open(new TestBrowser(`vango=${bad}`).request());
    assertEquals(session.userId, undefined, bad);
  }
  assertEquals(cluster.store.calls.length, calls, "the store is not asked for forgeries");
  const doubled = new TestBrowser(`vango=${forged}; ${browser.cookie}`);
  assertEquals((await node!.open(doubled.request())).userId, "u");
});

Deno.test("on HTTPS the __Host- cookie counts and a plain one does not", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const session = await node!.open(new Request("https://app.example/"));
  session.setUserId("u");
  const cookie = (await node!.commit(session))!.split(";")[0]!;
  assert(cookie.startsWith("__Host-vango="));
  const open = (cookie: string) =>
    node!.open(new Request("https://app.example/", { headers: { cookie } }));
  assertEquals((await open(cookie)).userId, "u");
  assertEquals((await open(cookie.replace("__Host-", ""))).userId, undefined);
  const planted = new TestBrowser();
  await planted.visit(node!, (session) => session.set("planted", true));
  assertEquals((await open(`${planted.cookie}; ${cookie}`)).userId, "u");
});

Deno.test("an old secret's cookie works while the secret is listed, and not after", async () => {
  const next = "the next secret, 32 characters or more";
  await using cluster = startCluster();
  const browser = new TestBrowser();
  await browser.visit(cluster.nodes[0]!, (session) => session.setUserId("u"));
  const rotating = cluster.start({ secrets: [next, SECRET] });
  assertEquals((await rotating.open(browser.request())).userId, "u");
  const rotated = cluster.start({ secrets: [next] });
  assertEquals((await rotated.open(browser.request())).userId, undefined);
});

Deno.test("a good signature on an expired session or cookie is refused (THREATS 21)", async () => {
  await using cluster = startCluster(1, { idleTtl: HOUR, absoluteTtl: 2 * HOUR });
  const browser = new TestBrowser();
  await browser.visit(cluster.nodes[0]!, (session) => session.setUserId("u"));
  cluster.clock.advance(HOUR);
  assertEquals((await cluster.start().open(browser.request())).userId, undefined);
  const anchored = new TestBrowser();
  const page = await cluster.nodes[0]!.open(anchored.request());
  anchored.accept(await cluster.nodes[0]!.commit(page, { anchor: true }));
  cluster.clock.advance(2 * HOUR);
  const calls = cluster.store.calls.length;
  assert((await cluster.start().open(anchored.request())).id !== page.id);
  assertEquals(cluster.store.calls.length, calls, "the store is not asked for old cookies");
});

Deno.test("a stored session that is not one is discarded and told of (THREATS 23)", async () => {
  await using cluster = startCluster();
  const { store, clock } = cluster;
  const browser = new TestBrowser();
  const { id } = await browser.visit(cluster.nodes[0]!, (session) => session.setUserId("u"));
  const good = (await store.load(id))!.data;
  const text = new TextDecoder().decode(good);
  const encode = (text: string) => new TextEncoder().encode(text);
  const other = encodeRecord({
    id: createSessionId(),
    schemaVersion: 0,
    createdAt: clock.now(),
    userId: "admin",
    values: new Map([["a", EncodedValue.of("a", 1)]]),
  });
  const bad = [
    good.slice(0, -5),
    other,
    new Uint8Array(),
    new Uint8Array(1_000_000).fill(0x20),
    encode(text.replace('"v":1', '"v":0')),
    encode(text.replace('"d":{', '"d":{"__proto__":[{"isAdmin":1},true]')),
  ];
  for (const [i, data] of bad.entries()) {
    const { revision } = (await store.load(id))!;
    await store.save(id, data, { expiresAt: clock.now() + HOUR, revision });
    const session = await cluster.start().open(browser.request());
    assert(session.id !== id);
    assertEquals([session.userId, session.isAvailable], [undefined, true], `case ${i}`);
    assertEquals(cluster.notices.at(-1)?.code, "data_discarded", `case ${i}`);
  }
});

/** A log-in over a socket: the page's handle, and the ticket that its page got. */
async function loginOverSocket(node: SessionManager, browser: TestBrowser, pageId = "page") {
  const socket = await node.open(browser.request());
  assert(!socket.needsCookie);
  socket.setUserId("user");
  assert(socket.needsCookie);
  return { socket, ticket: await node.issueTicket(socket, pageId) };
}

Deno.test("a log-in over a socket reaches the cookie by a ticket, on any node", async () => {
  await using cluster = startCluster(2);
  const [a, b] = cluster.nodes;
  const browser = new TestBrowser();
  const before = await browser.visit(a!, (session) => session.set("cart", [1]));
  const tab = await a!.open(browser.request());
  const { socket, ticket } = await loginOverSocket(a!, browser);
  assert(!socket.needsCookie);
  assert(!ticket.includes(socket.id), "the page's script must not see the id");
  assertEquals((await b!.open(browser.request())).userId, undefined, "not before redemption");

  const old = browser.cookie;
  browser.accept(await b!.redeemTicket(ticket, browser.request(), { pageId: "page" }));
  const after = await browser.visit(b!);
  assertEquals([after.id, after.userId, after.get("cart")], [socket.id, "user", [1]]);
  await until(() => tab.end !== undefined);
  assertEquals(socket.end, undefined, "the socket that logged in lives on");
  assert(socket.touch());
  const dead = await cluster.start().open(new TestBrowser(old).request());
  assert(dead.id !== before.id && dead.userId === undefined);
});

Deno.test("a ticket is refused twice, late, from another page or browser, or changed (THREATS 39)", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const stranger = new TestBrowser();
  await stranger.visit(node!, (session) => session.set("a", 1));
  const { ticket } = await loginOverSocket(node!, browser);

  async function refusal(ticket: string, from = browser, pageId = "page"): Promise<string> {
    const redeem = () => node!.redeemTicket(ticket, from.request(), { pageId });
    return (await assertRejects(redeem, SessionTicketError)).code;
  }
  assertEquals(await refusal(ticket, browser, "other page"), "page");
  assertEquals(await refusal(ticket, stranger), "session");
  assertEquals(await refusal(ticket, new TestBrowser()), "session");
  assertEquals(await refusal("nonsense"), "malformed");
  assertEquals(
    await refusal(ticket.slice(0, -1) + (ticket.endsWith("A") ? "B" : "A")),
    "signature",
  );

  const results = await Promise.allSettled(
    [1, 2, 3].map(() => node!.redeemTicket(ticket, browser.request(), { pageId: "page" })),
  );
  assertEquals(results.filter(({ status }) => status === "fulfilled").length, 1);
  assertEquals(await refusal(ticket), "used");
  for (const result of results) if (result.status === "fulfilled") browser.accept(result.value);

  const second = await node!.open(browser.request());
  second.regenerate();
  const late = await node!.issueTicket(second, "page");
  cluster.clock.advance(60_000);
  assertEquals(await refusal(late), "expired");
});

Deno.test("two log-ins over one socket are followed by the newer ticket", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const { socket, ticket } = await loginOverSocket(node!, browser);
  browser.accept(await node!.redeemTicket(ticket, browser.request(), { pageId: "page" }));
  socket.setUserId("other");
  const next = await node!.issueTicket(socket, "page");
  browser.accept(await node!.redeemTicket(next, browser.request(), { pageId: "page" }));
  assertEquals((await browser.visit(node!)).userId, "other");
});

Deno.test("an anonymous page without any cookie can log in over its socket", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  const { ticket } = await loginOverSocket(node!, browser);
  browser.accept(await node!.redeemTicket(ticket, browser.request(), { pageId: "page" }));
  assertEquals((await browser.visit(node!)).userId, "user");
});

Deno.test("issueTicket refuses where no cookie is needed", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const session = await new TestBrowser().visit(node!, (session) => session.set("a", 1));
  const error = await assertRejects(() => node!.issueTicket(session, "p"), SessionTicketError);
  assertEquals(error.code, "not_needed");
});

Deno.test("a socket of an idle session is told when its time is over", async () => {
  await using cluster = startCluster(1, { idleTtl: HOUR });
  const [node] = cluster.nodes;
  const browser = new TestBrowser();
  await browser.visit(node!, (session) => session.set("a", 1));
  const idle = await node!.open(browser.request());
  cluster.clock.advance(HOUR - 5);
  const ends: string[] = [];
  idle.onEnd((end) => ends.push(end));
  cluster.clock.advance(5);
  await until(() => ends.length > 0);
  assertEquals(ends, ["expired"]);
  assertEquals(idle.get("a"), undefined);
});

Deno.test("a socket that nobody listens to any more leaves no timer", async () => {
  await using cluster = startCluster();
  const [node] = cluster.nodes;
  const session = await new TestBrowser().visit(node!, (session) => session.set("a", 1));
  const stop = session.onEnd(() => {});
  stop();
  session.onEnd(() => {});
  session.setUserId("u");
  session.close();
  // The test runner fails a test that leaves a timer.
  assertEquals(session.end, undefined);
});
