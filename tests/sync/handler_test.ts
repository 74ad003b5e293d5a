/** THREATS.md, "Sync": what a hostile or broken world sends over HTTP, and what it gets. */
import { assert, assertEquals } from "@std/assert";
import { createSyncHandler } from "../../src/sync/endpoint/handler.ts";
import type { SyncHandlerOptions } from "../../src/sync/endpoint/handler.ts";
import type { SyncIdentity } from "../../src/sync/authority/policy.ts";
import { MAX_AGE_MS } from "../../src/sync/limits.ts";
import { createMemoryReplicaStore } from "../../src/sync/memory_store.ts";
import { createFetchExchange } from "../../src/sync/replica/fetch_exchange.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { createSyncer } from "../../src/sync/replica/syncer.ts";
import { ASKER, PULL } from "./requests.ts";
import { makeAuthority } from "./wire.ts";

const ORIGIN = "https://app.example";
const NOW = Date.UTC(2026, 0, 1);

function makeHandler(options: Partial<SyncHandlerOptions<SyncIdentity>> = {}) {
  const authority = options.authority ?? makeAuthority({ now: () => NOW });
  const handler = createSyncHandler({
    authority,
    identify: (request) => {
      const user = /user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] ??
        /^Bearer (\w+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
      return user ? { userId: user } : undefined;
    },
    ...options,
  });
  return { authority, handler };
}

function requestOf(path: string, body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(`${ORIGIN}/_vango/sync/${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "cookie": "user=ana",
      "origin": ORIGIN,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

function pushOf(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...ASKER,
    sentAt: NOW,
    ack: 0,
    former: [],
    txs: [txOf(1)],
    ...more,
  };
}

function txOf(seq: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { seq, mid: `mutation-${seq}`, at: NOW, ops: [opOf()], ...more };
}

function opOf(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { res: "todos", key: "k", op: "put", value: 1, base: 0, ...more };
}

interface Answer {
  readonly status: number;
  readonly body: {
    readonly error?: { code: string; message: string };
    readonly [key: string]: unknown;
  };
  readonly headers: Headers;
}

async function send(
  handler: (request: Request) => Promise<Response>,
  request: Request,
): Promise<Answer> {
  const response = await handler(request);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : {}, headers: response.headers };
}

Deno.test("the handler takes pushes and answers pulls, and nothing may be cached", async () => {
  const { handler } = makeHandler();
  const pushed = await send(handler, requestOf("push", pushOf()));
  assertEquals(pushed.status, 200);
  assertEquals(pushed.headers.get("cache-control"), "private, no-store");
  const pulled = await send(handler, requestOf("pull", PULL));
  assertEquals((pulled.body.changes as unknown[]).length, 1);
  assertEquals(pulled.headers.get("cache-control"), "private, no-store");
});

Deno.test("34: another user's data and client ids are refused without a hint", async () => {
  const { handler } = makeHandler();
  await send(handler, requestOf("push", pushOf()));
  const bob = { cookie: "user=bob" };
  const asAna = await send(handler, requestOf("push", pushOf(), bob));
  assertEquals([asAna.status, asAna.body.error?.code], [403, "wrong-user"]);
  const foreign = pushOf({ user: "bob", scope: "ana" });
  const exists = await send(handler, requestOf("push", foreign, bob));
  const missing = await send(handler, requestOf("push", { ...foreign, scope: "nobody" }, bob));
  assertEquals(exists.status, 403);
  assertEquals(exists.body, missing.body);
  const read = await send(handler, requestOf("pull", { ...PULL, user: "bob", scope: "ana" }, bob));
  assertEquals([read.status, read.body.error?.code], [403, "forbidden"]);
  const own = await send(handler, requestOf("pull", { ...PULL, user: "bob" }, bob));
  assertEquals(own.body.changes, []);
});

Deno.test("34: in a shared scope, too, a client id is its user's alone", async () => {
  const { handler } = makeHandler({ scope: () => "team" });
  await send(handler, requestOf("push", pushOf()));
  const stolen = pushOf({ user: "bob", txs: [txOf(2)] });
  const answer = await send(handler, requestOf("push", stolen, { cookie: "user=bob" }));
  assertEquals([answer.status, answer.body.error?.code], [403, "forbidden"]);
});

Deno.test("35: a replay is taken once, a gap refused", async () => {
  const { handler, authority } = makeHandler();
  const first = await send(handler, requestOf("push", pushOf()));
  const again = await send(handler, requestOf("push", pushOf()));
  assertEquals(again.body.results, first.body.results);
  const gap = await send(handler, requestOf("push", pushOf({ txs: [txOf(5)] })));
  assertEquals([gap.status, gap.body.error?.code], [409, "gap"]);
  const swapped = await send(handler, requestOf("push", pushOf({ txs: [txOf(3), txOf(2)] })));
  assertEquals(swapped.status, 400);
  assertEquals((await authority.rows({ userId: "ana" }, "ana", "todos")).rows.length, 1);
});

Deno.test("35: times from 9999 and 1970 are clamped, other nonsense refused", async () => {
  const { handler } = makeHandler();
  const times = [Date.UTC(9999, 0), 0, -1e15, 1e300];
  for (const [i, at] of times.entries()) {
    const body = pushOf({
      clientId: `client-${i}-x`,
      txs: [txOf(1, { at, mid: `mid-time-${i}` })],
    });
    assertEquals((await send(handler, requestOf("push", body))).status, 200);
  }
  for (const at of [null, "now", {}]) {
    const body = pushOf({ clientId: "client-bad", txs: [txOf(1, { at })] });
    assertEquals((await send(handler, requestOf("push", body))).status, 400);
  }
  assert(MAX_AGE_MS < NOW);
});

Deno.test("35: a million mutations and a body without end get 413", async () => {
  const { handler } = makeHandler({ maxBody: 100_000 });
  const many = pushOf({ txs: Array.from({ length: 1_001 }, (_, i) => ({ seq: i + 1 })) });
  assertEquals((await send(handler, requestOf("push", many))).status, 413);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 10_000;
      controller.enqueue(new TextEncoder().encode(" ".repeat(10_000)));
    },
  });
  const request = new Request(`${ORIGIN}/_vango/sync/push`, {
    method: "POST",
    headers: { "content-type": "application/json", "cookie": "user=ana", "origin": ORIGIN },
    body: endless,
  });
  assertEquals((await send(handler, request)).status, 413);
  assert(sent < 200_000, `${sent} bytes were read`);
});

Deno.test("35: what another site sends is refused before anybody is asked who it is", async () => {
  let asked = 0;
  const { handler } = makeHandler({
    identify: () => {
      asked++;
      return { userId: "ana" };
    },
  });
  const from = (headers: Record<string, string>) => {
    const request = requestOf("push", pushOf());
    request.headers.delete("origin");
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    return send(handler, request);
  };
  for (
    const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "https://app.example.evil.com" },
      { origin: "http://app.example" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      {},
    ]
  ) {
    const { status, body } = await from(headers as Record<string, string>);
    assertEquals([status, body.error?.code], [403, "cross-site"], JSON.stringify(headers));
  }
  assertEquals(asked, 0);
  assertEquals((await from({ "sec-fetch-site": "same-origin" })).status, 200);
});

Deno.test("a native program without cookies authenticates by its token", async () => {
  const { handler } = makeHandler();
  const request = requestOf("pull", PULL, { authorization: "Bearer ana" });
  request.headers.delete("origin");
  request.headers.delete("cookie");
  assertEquals((await send(handler, request)).status, 200);
});

Deno.test("a form or plain text from anywhere is no JSON of ours", async () => {
  const { handler } = makeHandler();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", ""]) {
    const answer = await send(handler, requestOf("push", pushOf(), { "content-type": type }));
    assertEquals(answer.status, 400);
  }
});

Deno.test("nobody is 401, wrong methods 405, unknown paths 404", async () => {
  const { handler } = makeHandler();
  assertEquals((await send(handler, requestOf("push", pushOf(), { cookie: "" }))).status, 401);
  assertEquals((await handler(new Request(`${ORIGIN}/_vango/sync/push`))).status, 405);
  assertEquals((await handler(new Request(`${ORIGIN}/_vango/sync/admin`))).status, 404);
});

Deno.test("35: one poisoned transaction is refused with its reason, the rest taken", async () => {
  const { handler } = makeHandler();
  const proto = JSON.parse(
    '{"res":"todos","key":"p","op":"put","base":0,"value":{"__proto__":{}}}',
  );
  const poisons: Record<string, unknown>[] = [
    { ops: [proto] },
    { ops: [opOf({ value: "DEEP" })] },
    { ops: [opOf({ value: "x".repeat(300_000) })] },
    { ops: [opOf({ op: "explode" })] },
    { ops: [opOf({ res: "~c.bob" })] },
    { ops: [opOf({ key: 7 })] },
    { ops: "none" },
    { ops: Array.from({ length: 201 }, () => opOf()) },
    { ops: [opOf({ op: "patch", fields: [] })] },
    { ops: [opOf({ base: -1 })] },
    { settles: [["x"]] },
  ];
  const txs = poisons.map((poison, i) => txOf(i + 1, poison));
  const good = txOf(txs.length + 1, { ops: [opOf({ key: "good" })] });
  const deep = "[".repeat(10_000) + "]".repeat(10_000);
  const text = JSON.stringify(pushOf({ txs: [...txs, good] })).replace('"DEEP"', deep);
  const { status, body } = await send(handler, requestOf("push", text));
  assertEquals(status, 200);
  const results = body.results as { status: string; reason?: string }[];
  assertEquals(results.slice(0, -1).map(({ status }) => status), txs.map(() => "rejected"));
  assertEquals(results.at(-1)?.status, "applied");
});

Deno.test("a failure of ours is 500 without detail; a store that is away is 503", async () => {
  const errors: unknown[] = [];
  const failing = {
    ...makeAuthority(),
    push: () => Promise.reject(new Error("password=hunter2")),
  } as unknown as ReturnType<typeof makeAuthority>;
  const { handler } = makeHandler({ authority: failing, onError: (error) => errors.push(error) });
  const answer = await send(handler, requestOf("push", pushOf()));
  assertEquals(answer.status, 500);
  assert(!JSON.stringify(answer.body).includes("hunter2"));
  assertEquals(errors.length, 1);
});

Deno.test("every cut and every flipped byte of a valid push gets an answer, never an exception", async () => {
  const errors: unknown[] = [];
  const { handler } = makeHandler({ onError: (error) => errors.push(error) });
  const text = JSON.stringify(pushOf());
  const statuses = new Set<number>();
  for (let i = 0; i < text.length; i++) {
    statuses.add((await send(handler, requestOf("push", text.slice(0, i)))).status);
    const flipped = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) +
      text.slice(i + 1);
    statuses.add((await send(handler, requestOf("push", flipped))).status);
  }
  assertEquals(errors, []);
  assert([...statuses].every((status) => [200, 400, 403, 409, 426, 503].includes(status)));
});

Deno.test("bodies of any JSON shape get an answer, never an exception", async () => {
  const errors: unknown[] = [];
  const { handler } = makeHandler({ onError: (error) => errors.push(error) });
  const odd = [
    null,
    1,
    "x",
    [],
    {},
    [[]],
    { protocol: {} },
    { protocol: 1, txs: [null] },
    {
      ...pushOf(),
      txs: [[], null, 3],
    },
    { ...PULL, cursor: {} },
    { ...PULL, limit: -1 },
    { ...PULL, limit: 1e99 },
    {
      ...PULL,
      cursor: "s9/../../m",
    },
    { ...PULL, clientId: "__proto__" },
  ];
  for (const body of odd) {
    for (const path of ["push", "pull"]) {
      const { status } = await send(handler, requestOf(path, body));
      assert([200, 400].includes(status), `${JSON.stringify(body)} got ${status}`);
    }
  }
  assertEquals(errors, []);
});

Deno.test("a poke says that something changed and nothing else, and ends with its reader", async () => {
  const { handler, authority } = makeHandler();
  const controller = new AbortController();
  const response = await handler(
    new Request(`${ORIGIN}/_vango/sync/poke`, {
      headers: { cookie: "user=ana", origin: ORIGIN },
      signal: controller.signal,
    }),
  );
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, ": \n\n");
  const op = { res: "todos", key: "secret", op: "put" as const, value: "secret", base: 0 };
  await authority.write({ userId: "ana" }, "ana", { by: "session", ops: [op] });
  assertEquals((await reader.read()).value, "event: poke\ndata: \n\n");
  controller.abort();
  assert((await reader.read()).done);
});

Deno.test("one user cannot hold open more than 32 streams", async () => {
  const { handler } = makeHandler();
  const open = () =>
    handler(
      new Request(`${ORIGIN}/_vango/sync/poke`, {
        headers: { cookie: "user=ana", origin: ORIGIN },
      }),
    );
  const responses = [];
  for (let i = 0; i < 32; i++) responses.push(await open());
  const refused = await open();
  assertEquals(refused.status, 429);
  await refused.body?.cancel();
  for (const response of responses) await response.body?.cancel();
  const again = await open();
  assertEquals(again.status, 200);
  await again.body?.cancel();
});

Deno.test("a device and a server come together over HTTP: 10,000 writes there, 10,000 rows back", async () => {
  const { handler, authority } = makeHandler({ authority: makeAuthority() });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const exchange = createFetchExchange({
    url: `http://127.0.0.1:${server.addr.port}/_vango/sync`,
    headers: () => ({ authorization: "Bearer ana" }),
  });
  const make = async () => {
    const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
    return { replica, syncer: createSyncer({ replica, exchange }) };
  };
  const one = await make();
  for (let i = 0; i < 10_000; i++) {
    one.replica.write([{ res: "todos", key: `k${i}`, op: "put", value: { text: `todo ${i}` } }]);
  }
  await one.replica.flushed();
  const pushed = await one.syncer.force();
  assertEquals([pushed.ok, pushed.pushed], [true, 10_000]);
  const two = await make();
  await two.replica.load("todos");
  const pulled = await two.syncer.force();
  assertEquals([pulled.ok, pulled.pulled], [true, 10_000]);
  assertEquals(two.replica.view.size("todos"), 10_000);
  assertEquals((await authority.rows({ userId: "ana" }, "ana", "todos")).rows.length, 10_000);
  await one.replica.close();
  await two.replica.close();
  await server.shutdown();
});
