import { assert, assertEquals } from "@std/assert";
import {
  HandshakeLimit,
  hasGoodHost,
  hasGoodOrigin,
  withoutInternalHeaders,
} from "../../src/server/guard.ts";
import { Refusals } from "../../src/server/refusals.ts";
import { serveSocket } from "../../src/server/socket.ts";
import { FakeTime } from "../live/fake_time.ts";

function request(url: string, headers: Record<string, string> = {}): Request {
  return new Request(url, { headers });
}

Deno.test("hasGoodOrigin takes HTTPS pages of the same host, and HTTP ones unless the visitor speaks HTTPS", () => {
  const from = (origin: string, secure: boolean) =>
    hasGoodOrigin(request("http://app.example/_vango/live", { origin }), [], secure);
  // Behind a proxy that ends TLS, named as ours or not.
  assertEquals([from("https://app.example", true), from("https://app.example", false)], [
    true,
    true,
  ]);
  // Anybody on the way could have written a page that came over HTTP.
  assertEquals([from("http://app.example", true), from("http://app.example", false)], [
    false,
    true,
  ]);
});

Deno.test("hasGoodHost takes the port of the scheme with or without", () => {
  for (
    const [url, host, good] of [
      ["http://a.example/", "a.example:80", true],
      ["https://a.example/", "a.example:443", true],
      ["https://a.example:8443/", "a.example:8443", true],
      ["https://a.example:8443/", "a.example", false],
      ["http://a.example/", "b.example", false],
    ] as const
  ) assertEquals(hasGoodHost(request(url, { host }), undefined), good, host);
  assert(hasGoodHost(request("http://a.example/"), ["a.example"]));
  assert(!hasGoodHost(request("http://b.example/"), ["a.example"]));
});

Deno.test("withoutInternalHeaders leaves other requests as they are, and keeps a body", async () => {
  const plain = request("http://a.example/", { "x-other": "1" });
  assert(withoutInternalHeaders(plain) === plain);
  const stripped = withoutInternalHeaders(
    new Request("http://a.example/x?y", {
      method: "POST",
      body: "body",
      headers: { "x-vango-a": "1", "x-other": "1" },
    }),
  );
  assertEquals([stripped.method, stripped.url, await stripped.text()], [
    "POST",
    "http://a.example/x?y",
    "body",
  ]);
  assertEquals([stripped.headers.get("x-vango-a"), stripped.headers.get("x-other")], [null, "1"]);
});

Deno.test("HandshakeLimit counts a network of IPv6 as one, however its addresses are written", () => {
  const limit = new HandshakeLimit(0.001, 2);
  const allowed = [
    "2001:db8::1",
    "2001:0db8:0:0:1::",
    "2001:db8::ffff:1:2:3",
    "2001:db8:0:1::1",
    "::1",
    "192.0.2.1",
    undefined,
  ].map((address) => limit.allows(address));
  assertEquals(allowed, [true, true, false, true, true, true, true]);
});

Deno.test("HandshakeLimit forgets those it has not heard of longest, never whoever floods now", () => {
  const limit = new HandshakeLimit(0.001, 1);
  assert(limit.allows("192.0.2.1"));
  assert(limit.allows("192.0.2.2"));
  for (let i = 0; i < 50_000 - 2; i++) limit.allows(`10.${i >> 16}.${i >> 8 & 255}.${i & 255}`);
  assert(!limit.allows("192.0.2.2"));
  // One more makes room by forgetting the first, which has been quiet.
  assert(limit.allows("198.51.100.1"));
  assert(!limit.allows("192.0.2.2"));
  assert(limit.allows("192.0.2.1"));
});

Deno.test("Refusals are told of at most once a minute for each kind, and all counted", async () => {
  using time = new FakeTime();
  const told: string[] = [];
  const refusals = new Refusals((kind, count) => void told.push(`${kind} ${count}`));
  for (let i = 0; i < 1000; i++) refusals.note("origin");
  refusals.note("token");
  await time.tick(60_000);
  refusals.note("origin");
  assertEquals(told, ["origin 1", "token 1", "origin 1001"]);
  assertEquals(refusals.counts(), { origin: 1001, token: 1 });
});

Deno.test("serveSocket closes a socket that says no hello for 10 s, and is over once, whatever comes", async () => {
  using time = new FakeTime();
  const closes: [number, string][] = [];
  const socket = {
    binaryType: "",
    readyState: WebSocket.OPEN,
    bufferedAmount: 0,
    onmessage: null as ((event: { data: unknown }) => void) | null,
    onclose: null as (() => void) | null,
    send() {},
    close(code: number, reason: string) {
      closes.push([code, reason]);
    },
  };
  let admitted = 0;
  let refused = 0;
  serveSocket(socket as unknown as WebSocket, {
    report: () => {},
    refused: () => void refused++,
  }, () => Promise.resolve(admitted++ === 0 ? "reload" : "later"));
  await time.tick(9_999);
  assertEquals(closes, []);
  await time.tick(1);
  assertEquals([closes, refused], [[[1002, "no hello"]], 1]);
  // A peer that does not answer the close, then closes twice.
  socket.onmessage!({ data: new ArrayBuffer(1) });
  socket.onclose!();
  socket.onclose!();
  await time.tick(60_000);
  assertEquals([closes.length, admitted, time.timers], [1, 0, 0]);
});
