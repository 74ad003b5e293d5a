import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { Kvm } from "@nats-io/kv";
import { jetstreamManager } from "@nats-io/jetstream";
import { parseServers } from "../../../src/adapters/nats/servers.ts";
import {
  createNatsSessionStore,
  type NatsSessionStoreOptions,
} from "../../../src/adapters/nats/session_store.ts";
import { createSessionId } from "../../../src/internal/ids.ts";
import { SessionConflictError, SessionStoreError } from "../../../src/session/errors.ts";
import { createSessionManager } from "../../../src/session/manager.ts";
import type { SessionSave, SessionStore } from "../../../src/session/store.ts";
import { testSessionStore } from "../../contracts/session_store.ts";
import { SECRET, TestBrowser, until } from "../../session/fixture.ts";
import { startNatsServer, type TestNatsOptions } from "./nats_server.ts";

const HOUR = 3_600_000;

async function openNats(options: TestNatsOptions & Partial<NatsSessionStoreOptions> = {}) {
  const { config, ...storeOptions } = options;
  const server = await startNatsServer(config === undefined ? {} : { config });
  let time = Date.now();
  const stores: SessionStore[] = [];
  function open(): SessionStore {
    const store = createNatsSessionStore({
      servers: server.url,
      now: () => time,
      ...storeOptions,
    });
    stores.push(store);
    return store;
  }
  return {
    server,
    store: open(),
    open,
    connect: () => Promise.resolve(open()),
    isRemote: true,
    advance: (ms: number) => void (time += ms),
    now: () => time,
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
      await server[Symbol.asyncDispose]();
    },
  };
}

testSessionStore("nats", openNats);

Deno.test("nats: the bucket is made on first use, on disk, with its TTL and replicas", async () => {
  await using fixture = await openNats({ ttl: 2 * HOUR });
  assertEquals(await fixture.store.load("a"), undefined);
  const connection = await connect({ servers: fixture.server.url.slice("nats://".length) });
  const jsm = await jetstreamManager(connection);
  const { config } = await jsm.streams.info("KV_vango_sessions");
  assertEquals(
    [config.storage, config.max_age, config.num_replicas, config.max_msgs_per_subject],
    ["file", 2 * HOUR * 1e6, 1, 1],
  );
  assertEquals(config.allow_direct, false);
  await connection.close();
});

Deno.test("nats: what was saved survives the server's kill -9, and the store finds it again", async () => {
  await using fixture = await openNats();
  const { store, server } = fixture;
  const expiresAt = fixture.now() + HOUR;
  const ids = Array.from({ length: 50 }, createSessionId);
  const revisions = await Promise.all(
    ids.map((id) => store.save(id, Uint8Array.of(1), { expiresAt, revision: undefined })),
  );
  await server.kill();
  await until(() => store.load(ids[0]!).then(() => false, () => true));
  const began = performance.now();
  const error = await assertRejects(() => store.load(ids[0]!), SessionStoreError);
  assertEquals(error.code, "unavailable");
  assert(performance.now() - began < 100, "a store without connection says so at once");
  await server.start();
  await until(() => store.load(ids[0]!).then(() => true, () => false));
  for (const [i, id] of ids.entries()) {
    assertEquals((await store.load(id))?.revision, revisions[i]);
    await store.save(id, Uint8Array.of(2), { expiresAt, revision: revisions[i] });
  }
});

Deno.test("nats: a store that starts before its server works when the server does", async () => {
  await using fixture = await openNats();
  await fixture.server.kill();
  const store = createNatsSessionStore({ servers: fixture.server.url, timeout: 500 });
  const error = await assertRejects(() => store.load("a"), SessionStoreError);
  assertEquals(error.code, "unavailable");
  await fixture.server.start();
  await until(() => store.load("a").then(() => true, () => false));
  await store.close();
});

Deno.test("nats: a store whose server never comes can be closed", async () => {
  const store = createNatsSessionStore({ servers: "127.0.0.1:1", timeout: 20 });
  await assertRejects(() => store.load("a"), SessionStoreError, "Cannot reach NATS");
  await store.close();
  const error = await assertRejects(() => store.load("a"), SessionStoreError);
  assertEquals(error.code, "closed");
});

Deno.test("nats: a server that stands still is a timeout, and its late save is no harm", async () => {
  await using fixture = await openNats({ timeout: 500 });
  const { store, server } = fixture;
  const expiresAt = fixture.now() + HOUR;
  const first = await store.save("a", Uint8Array.of(1), { expiresAt, revision: undefined });
  await server.freeze();
  const error = await assertRejects(
    () => store.save("a", Uint8Array.of(2), { expiresAt, revision: first }),
    SessionStoreError,
  );
  assertEquals(error.code, "timeout");
  server.thaw();
  await until(async () => (await store.load("a").catch(() => {}))?.data[0] === 2);
  await assertRejects(
    () => store.save("a", Uint8Array.of(3), { expiresAt, revision: first }),
    SessionConflictError,
  );
});

Deno.test("nats: a bucket that somebody deleted is made again", async () => {
  await using fixture = await openNats();
  const { store } = fixture;
  const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
  await store.save("a", Uint8Array.of(1), options);
  const connection = await connect({ servers: fixture.server.url.slice("nats://".length) });
  const kv = await new Kvm(connection).open("vango_sessions");
  await kv.destroy();
  await connection.close();
  await until(() => store.save("b", Uint8Array.of(2), options).then(() => true, () => false));
  assertEquals(await store.load("a"), undefined);
  assertEquals((await store.load("b"))?.data, Uint8Array.of(2));
});

Deno.test("nats: a session past the server's limits is refused, and the connection lives on", async () => {
  await using fixture = await openNats({ config: "max_payload: 100000\n" });
  const { store } = fixture;
  const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
  const error = await assertRejects(
    () => store.save("a", new Uint8Array(200_000), options),
    SessionStoreError,
  );
  assertEquals(error.code, "too_large");
  await store.save("a", new Uint8Array(50_000), options);
});

Deno.test("nats: a full server refuses the rest of saveAll, and says which", async () => {
  await using fixture = await openNats({ config: "", bucket: "small" });
  const { store } = fixture;
  await store.load("a");
  const connection = await connect({ servers: fixture.server.url.slice("nats://".length) });
  const jsm = await jetstreamManager(connection);
  await jsm.streams.update("KV_small", { max_bytes: 50_000 });
  const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
  const sessions = new Map<string, SessionSave>();
  for (let i = 0; i < 20; i++) {
    sessions.set(createSessionId(), { data: new Uint8Array(5000), ...options });
  }
  const { saved, failed } = await store.saveAll(sessions);
  assertEquals(saved.size + failed.size, 20);
  assert(saved.size > 2 && failed.size > 2, `${saved.size} saved, ${failed.size} failed`);
  for (const error of failed.values()) {
    assertEquals(error instanceof SessionStoreError && error.code, "full");
  }
  await jsm.streams.update("KV_small", { max_bytes: -1 });
  const again = new Map([...sessions].filter(([id]) => failed.has(id)));
  assertEquals((await store.saveAll(again)).failed.size, 0);
  await connection.close();
});

Deno.test("nats: a watcher hears of log-outs and signals also after its server was away", async () => {
  await using fixture = await openNats();
  const [a, b] = [fixture.store, fixture.open()].map((store) =>
    createSessionManager({ store, secrets: [SECRET], saveDelay: 0, onNotice: () => {} })
  );
  const browser = new TestBrowser();
  await browser.visit(a!, (session) => {
    session.setUserId("u");
    session.set("count", 1);
  });
  const here = await a!.open(browser.request());
  const there = await b!.open(browser.request());
  const count = there.signal("count", 0);
  assertEquals(count.value, 1);
  here.set("count", 2);
  await until(() => count.value === 2);

  await fixture.server.kill();
  here.set("count", 3);
  assertEquals((await a!.open(browser.request())).get("count"), 3);
  await fixture.server.start();
  await until(() => count.value === 3);

  await browser.visit(a!, (session) => session.destroy().catch(() => {}));
  await until(() => there.end !== undefined);
  await Promise.all([a!.close(), b!.close()]);
});

Deno.test("nats: two nodes' writers lose nothing against each other", async () => {
  await using fixture = await openNats();
  const nodes = [fixture.store, fixture.open()].map((store) =>
    createSessionManager({ store, secrets: [SECRET], saveDelay: 0 })
  );
  const browser = new TestBrowser();
  await browser.visit(nodes[0]!, (session) => session.set("base", 0));
  await Promise.all(Array.from({ length: 10 }, async (_, i) => {
    const session = await nodes[i % 2]!.open(browser.request());
    for (let turn = 0; turn < 5; turn++) {
      session.set(`key${i}`, turn);
      await session.flush();
    }
  }));
  const read = await nodes[0]!.open(browser.request());
  for (let i = 0; i < 10; i++) assertEquals(read.get(`key${i}`), 4);
  await Promise.all(nodes.map((node) => node.close()));
});

Deno.test("nats: credentials in the URL open a server that asks for them", async () => {
  const config = 'authorization { user: "app", password: "p@ss:word" }\n';
  await using server = await startNatsServer({ config });
  const address = server.url.slice("nats://".length);
  const store = createNatsSessionStore({ servers: `nats://app:p%40ss:word@${address}` });
  assertEquals(await store.load("a"), undefined);
  await store.close();
});

Deno.test("parseServers takes addresses and credentials apart", () => {
  assertEquals(parseServers("nats://one:4222, two:4222,"), {
    servers: ["one:4222", "two:4222"],
    credentials: {},
  });
  assertEquals(parseServers(["tls://secret@one:1/", "wss://two:2"]), {
    servers: ["one:1", "wss://two:2"],
    credentials: { tls: {}, token: "secret" },
  });
});
