/** THREATS "Handshake", over real sockets. */
import { assert, assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { handshake, makeApp, SECRET, startServer, statusOf, Tab, Visitor } from "../server/rig.ts";
import { createTokenSigner } from "../../src/session/token.ts";
import { encodeEvent, encodeJson, encodeNumber } from "../../src/protocol/up.ts";
import { Frame } from "../../src/protocol/codes.ts";
import type { VangoOptions } from "@vango/vango";

function Counter() {
  const count = signal(0);
  return () => <button type="button" onclick={() => count.value++}>{count}</button>;
}

function startApp(options: Partial<VangoOptions> = {}) {
  const test = makeApp(options);
  test.app.get("/", test.vango.page(Counter));
  test.app.get("/other", test.vango.page(Counter));
  const server = startServer(test);
  return { ...test, server };
}

Deno.test("THREATS 1: a foreign origin gets 403 before any session is read", async () => {
  const { server, vango, refused } = startApp({ origins: ["https://*.partner.example"] });
  await using _ = server;
  const foreign = [
    "null",
    "https://evil.example",
    `https://127.0.0.1:${server.port}.evil.example`,
    "https://partner.example",
    "https://anypartner.example",
    "https://evil-partner.example",
    "https://a.partner.example.evil.com",
    "http://a.partner.example",
    `http://127.0.0.1:${server.port + 1}`,
    `ftp://127.0.0.1:${server.port}`,
    "not an origin",
    "",
  ];
  for (const Origin of foreign) {
    const answer = await server.raw(handshake(server.port, { Origin, Cookie: "vango=x" }));
    assertEquals(statusOf(answer), 403, Origin);
    assert(!answer.includes("Set-Cookie"));
  }
  assertEquals(vango.stats().refused.origin, foreign.length);
  assertEquals(refused, ["origin"]);
  for (
    const Origin of [server.origin, "https://a.partner.example", "https://a.b.partner.example"]
  ) {
    assertEquals(statusOf(await server.raw(handshake(server.port, { Origin }))), 101, Origin);
  }
});

Deno.test("THREATS 2: no origin together with a cookie gets 403", async () => {
  const { server } = startApp();
  await using _ = server;
  const bare = { Origin: undefined };
  assertEquals(
    statusOf(await server.raw(handshake(server.port, { ...bare, Cookie: "vango=x" }))),
    403,
  );
  assertEquals(statusOf(await server.raw(handshake(server.port, bare))), 101);
});

Deno.test("THREATS 3: a host that is none, several, or not the address's gets 400 before routing", async () => {
  const test = makeApp();
  const routed: string[] = [];
  test.app.use("*", async (c, next) => {
    routed.push(c.req.path);
    await next();
  });
  test.app.get("*", (c) => c.text("routed"));
  await using server = startServer(test);
  const requests = [
    "GET / HTTP/1.1\r\nHost: good.example/admin\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: user@good.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: good .example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: good.example#x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: good.example?x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: good.example\\x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: good.example:99999999\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: \r\n\r\n",
    "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n",
    "GET http://evil.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n",
    "GET http://good.example@evil.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n",
  ];
  for (const request of requests) assertEquals(statusOf(await server.raw(request)), 400, request);
  assertEquals(routed, []);
  for (const host of ["good.example", "GOOD.example:8080", "[::1]:80", "127.0.0.1"]) {
    const answer = await server.raw(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assertEquals(statusOf(answer), 200, host);
  }
});

Deno.test("THREATS 3: an app with a list of hosts answers to no other", async () => {
  const { server } = startApp({ hosts: ["good.example"] });
  await using _ = server;
  for (const [host, status] of [["good.example", 200], ["evil.example", 400]] as const) {
    const answer = await server.raw(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assertEquals(statusOf(answer), status);
  }
});

Deno.test("THREATS 4: a handshake of another version, method or shape gets 426 or 400", async () => {
  const { server, errors } = startApp();
  await using _ = server;
  const cases: [string, number][] = [
    [handshake(server.port, { "Sec-WebSocket-Version": "8" }), 426],
    [handshake(server.port, { "Sec-WebSocket-Version": undefined }), 426],
    [handshake(server.port, { Upgrade: undefined }), 426],
    [handshake(server.port, { Upgrade: "h2c" }), 426],
    [handshake(server.port, {}, "POST /_vango/live HTTP/1.1"), 400],
    [handshake(server.port, {}, "PUT /_vango/live HTTP/1.1"), 400],
    [handshake(server.port, { "Sec-WebSocket-Key": undefined }), 400],
    [handshake(server.port, { Connection: undefined }), 400],
    [`GET /_vango/live HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`, 426],
  ];
  for (const [request, status] of cases) {
    assertEquals(statusOf(await server.raw(request)), status, request);
  }
  assertEquals(errors, []);
});

Deno.test("THREATS 5: a wrong, missing, expired or foreign page token is refused with reload", async () => {
  const { server, vango, errors } = startApp();
  await using _ = server;
  const mine = new Visitor(server);
  const tab = await mine.open("/");
  const foreign = await new Visitor(server).open("/");
  const signer = createTokenSigner([SECRET], "page");
  const otherPurpose = createTokenSigner([SECRET], "ticket");
  const otherSecret = createTokenSigner([SECRET + "!"], "page");
  const result = await signer.verify(tab.token);
  assert(result.ok);
  const { payload } = result;
  const soon = { expiresAt: Date.now() + 60_000 };
  const tokens: unknown[] = [
    undefined,
    "",
    1,
    "x",
    "a.b",
    tab.token.slice(0, -2),
    tab.token.slice(1),
    tab.token.split(".")[0],
    foreign.token,
    await signer.sign(payload, { expiresAt: Date.now() - 1 }),
    await otherPurpose.sign(payload, soon),
    await otherSecret.sign(payload, soon),
    "x".repeat(10_000),
  ];
  for (const token of tokens) {
    using attempt = new Tab(mine, "/", tab.html);
    await attempt.connect({ token });
    assertEquals(attempt.welcome, undefined, String(token));
    assertEquals(attempt.errors.map(({ code }) => code), ["reload"]);
    assertEquals(attempt.closed?.code, 1008);
  }
  // Without the cookie, or with another's.
  const { cookie } = mine;
  for (const other of [undefined, foreign.visitor.cookie, "vango=x"]) {
    mine.cookie = other;
    using attempt = new Tab(mine, "/", tab.html);
    await attempt.dial(other ? {} : { origin: "" }).then(
      (socket) => socket.send(attempt.hello()),
      () => {},
    );
    await attempt.until(() => attempt.closed || attempt.socket?.readyState === WebSocket.CLOSED);
    assertEquals(attempt.welcome, undefined);
  }
  mine.cookie = cookie;
  assertEquals(vango.stats().live, 0);
  using good = new Tab(mine, "/", tab.html);
  await good.connect();
  assertEquals(good.welcome?.mode, "adopted");
  assertEquals(errors, []);
});

Deno.test("THREATS 5: a token of another tab adopts that tab's page, never this one's state", async () => {
  const { server } = startApp();
  await using _ = server;
  const visitor = new Visitor(server);
  using first = await visitor.live("/");
  await first.act("click", "button");
  // The same browser, the first tab's token: it is that page, and the first tab's socket goes.
  using second = new Tab(visitor, "/", first.html);
  await second.connect({ url: "" });
  assertEquals(second.text, "1");
  await first.until(() => first.closed);
  assertEquals(first.closed?.code, 1008);
});

Deno.test("THREATS 6: a burst of handshakes from one address gets 429, others are unaffected", async () => {
  let address = "203.0.113.1";
  const { server, vango } = startApp({
    handshakes: { rate: 1, burst: 5 },
    platform: { ...deno(), remoteAddress: () => address },
  });
  await using _ = server;
  const dial = async (headers: Record<string, string> = {}) =>
    statusOf(await server.raw(handshake(server.port, headers)));
  const statuses = await Promise.all(Array.from({ length: 20 }, () => dial()));
  assertEquals(statuses.filter((status) => status === 101).length, 5);
  assertEquals(statuses.filter((status) => status === 429).length, 15);
  // A header from outside changes nothing.
  assertEquals(await dial({ "X-Forwarded-For": "198.51.100.9" }), 429);
  address = "203.0.113.2";
  assertEquals(await dial(), 101);
  assertEquals(vango.stats().refused.burst, 16);
});

Deno.test("THREATS 6: behind a configured proxy each visitor has a limit of its own", async () => {
  const { server } = startApp({
    handshakes: { rate: 1, burst: 2 },
    sessions: { trustedProxies: ["127.0.0.1"] },
  });
  await using _ = server;
  const dial = async (from: string) =>
    statusOf(await server.raw(handshake(server.port, { "X-Forwarded-For": from })));
  assertEquals([await dial("192.0.2.1"), await dial("192.0.2.1"), await dial("192.0.2.1")], [
    101,
    101,
    429,
  ]);
  assertEquals(await dial("192.0.2.2"), 101);
  // What the visitor claims stands before what the proxy says.
  assertEquals(await dial("192.0.2.3, 192.0.2.1"), 429);
  // One machine has a whole /64 of IPv6.
  const v6 = [
    await dial("2001:db8::1"),
    await dial("2001:db8:0:0:9::2"),
    await dial("2001:db8::3"),
  ];
  assertEquals(v6, [101, 101, 429]);
  assertEquals(await dial("2001:db8:0:1::1"), 101);
});

Deno.test("THREATS 7: our internal headers from outside are stripped, and guards still run", async () => {
  const test = makeApp();
  const seen: (string | undefined)[] = [];
  test.app.use("/admin", async (c, next) => {
    seen.push(c.req.header("x-vango-mount"));
    if (c.req.header("x-user") !== "admin") return c.text("No", 403);
    return await next();
  });
  test.app.get("/admin", test.vango.page(() => <p>secret</p>));
  await using server = startServer(test);
  const response = await fetch(server.origin + "/admin", {
    headers: { "X-Vango-Mount": "1", "x-vango-anything": "1" },
  });
  assertEquals([response.status, await response.text()], [403, "No"]);
  const allowed = await fetch(server.origin + "/admin", {
    headers: { "x-user": "admin", "x-vango-mount": "1" },
  });
  assert((await allowed.text()).includes("secret"));
  assertEquals(seen, [undefined, undefined]);
});

Deno.test("THREATS 12: an event before hello, a text message, an early second hello get 1002", async () => {
  const { server, errors } = startApp();
  await using _ = server;
  const tab = await new Visitor(server).open("/");
  const event = encodeEvent({
    seq: 1,
    ack: 0,
    region: 0,
    place: 1,
    type: "click",
    payload: undefined,
  });
  const openings: [(socket: WebSocket, tab: Tab) => void, number][] = [
    [(socket) => socket.send(event), 1002],
    [(socket) => socket.send(encodeNumber(Frame.PING)), 1002],
    [(socket) => socket.send(new Uint8Array(0)), 1002],
    [(socket) => socket.send("hello"), 1002],
    [(socket) => socket.send(encodeJson(Frame.HELLO, [])), 1008],
    [(socket) => socket.send(new Uint8Array([Frame.HELLO, 0xff, 0xfe])), 1002],
    [(socket) => socket.send(new Uint8Array([Frame.HELLO, 0x7b])), 1002],
    [(socket) => socket.send(new Uint8Array(20_000).fill(Frame.HELLO)), 1009],
    [(socket) => socket.send(new Uint8Array(300_000).fill(Frame.HELLO)), 1009],
    [(socket, tab) => {
      socket.send(tab.hello());
      socket.send(tab.hello());
    }, 1002],
    [(socket, tab) => socket.send(tab.hello({ v: 2 })), 1008],
  ];
  for (const [open, code] of openings) {
    using attempt = new Tab(tab.visitor, "/", tab.html);
    open(await attempt.dial(), attempt);
    await attempt.until(() => attempt.closed);
    assertEquals(attempt.closed?.code, code, String(open));
  }
  using live = new Tab(tab.visitor, "/", tab.html);
  await live.connect();
  live.socket!.send("text");
  live.fire("click", "button");
  await live.until(() => live.closed);
  assertEquals(live.closed?.code, 1002);
  assertEquals(live.acknowledged, 0);
  assertEquals(errors, []);
});
