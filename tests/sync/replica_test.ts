import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { effect } from "@preact/signals-core";
import type { Draft } from "../../src/sync/draft.ts";
import { SyncError } from "../../src/sync/errors.ts";
import { createMemoryReplicaStore } from "../../src/sync/memory_store.ts";
import type { ReplicaStore, StoreTx } from "../../src/sync/ports.ts";
import type { Delta, ReplicaChannel } from "../../src/sync/replica/channel.ts";
import { giveUp, preparePush, takeAnswer } from "../../src/sync/replica/pushes.ts";
import { openReplica, type Replica } from "../../src/sync/replica/replica.ts";
import { createSyncer } from "../../src/sync/replica/syncer.ts";
import { makeAuthority, makeDevice, refusalOf } from "./wire.ts";

function put(key: string, value: unknown) {
  return { res: "todos", key, op: "put" as const, value };
}

function listOf(replica: Replica): unknown[] {
  return [...replica.view.list("todos")].map(({ key, value }) => [key, value]);
}

/** Channels between tabs of one store, in order and at once. */
function makeChannels(): { join(): ReplicaChannel; isCut: boolean } {
  const listeners = new Set<(delta: Delta) => void>();
  const hub = {
    isCut: false,
    join(): ReplicaChannel {
      let own: ((delta: Delta) => void) | undefined;
      return {
        post(delta) {
          if (hub.isCut) return;
          for (const listener of listeners) if (listener !== own) listener(structuredClone(delta));
        },
        listen(onDelta) {
          own = onDelta;
          listeners.add(onDelta);
          return () => listeners.delete(onDelta);
        },
      };
    },
  };
  return hub;
}

/** A store that counts commits, and fails when told to. */
function makeWatchedStore(): ReplicaStore & { commits: number; fail: (tx: StoreTx) => StoreTx } {
  const inner = createMemoryReplicaStore();
  const store = {
    commits: 0,
    fail: (tx: StoreTx) => tx,
    async tx<T>(mode: "read" | "write", fn: (tx: StoreTx) => Promise<T>): Promise<T> {
      const result = await inner.tx(mode, (tx) => fn(mode === "write" ? store.fail(tx) : tx));
      if (mode === "write") store.commits++;
      return result;
    },
    close() {},
  };
  return store;
}

Deno.test("write shows at once, is durable when it says so, and is there after a restart", async () => {
  const store = createMemoryReplicaStore();
  const first = await openReplica({ store, user: "ana" });
  await first.load("todos");
  const { durable } = first.write([put("a", { done: false })]);
  assertEquals(listOf(first), [["a", { done: false }]]);
  await durable;
  first.write([{ res: "todos", key: "a", op: "patch", fields: { done: true } }]);
  await first.close();
  const second = await openReplica({ store, user: "ana" });
  await second.load("todos");
  assertEquals(listOf(second), [["a", { done: true }]]);
  assertEquals(second.view.unacked, 2);
  await second.close();
});

Deno.test("writes of one moment share a commit", async () => {
  const store = makeWatchedStore();
  const replica = await openReplica({ store, user: "ana" });
  const before = store.commits;
  await Promise.all(Array.from({ length: 250 }, (_, i) => replica.write([put(`${i}`, i)]).durable));
  assert(store.commits - before <= 2, `${store.commits - before} commits`);
  await replica.close();
});

Deno.test("a write that the device has no room for falls back, and takes no other along", async () => {
  const store = makeWatchedStore();
  const replica = await openReplica({ store, user: "ana" });
  await replica.load("todos");
  store.fail = (tx) => ({
    get: (key) => tx.get(key),
    delete: (key) => tx.delete(key),
    range: (range) => tx.range(range),
    put(key, value) {
      if (JSON.stringify(value).includes("huge")) throw new SyncError("quota", "no room");
      tx.put(key, value);
    },
  });
  const small = replica.write([put("a", 1)]).durable;
  const huge = replica.write([put("b", "huge")]).durable;
  const last = replica.write([put("c", 3)]).durable;
  assertEquals(listOf(replica).length, 3);
  await small;
  assertEquals((await assertRejects(() => huge, SyncError)).code, "quota");
  await last;
  assertEquals(listOf(replica), [["a", 1], ["c", 3]]);
  await replica.close();
});

Deno.test("write refuses at once what cannot be synced, and writes nothing", async () => {
  const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
  await replica.load("todos");
  const codeOf = (fn: () => unknown) => assertThrows(fn, SyncError).code;
  assertEquals(codeOf(() => replica.write([put("a", new Date())])), "not-plain");
  assertEquals(codeOf(() => replica.write([put("a", undefined)])), "not-plain");
  assertEquals(codeOf(() => replica.write([put("x".repeat(500), 1)])), "bad-name");
  assertEquals(codeOf(() => replica.write([{ ...put("a", 1), res: "~conflicts" }])), "bad-name");
  assertEquals(
    codeOf(() => replica.write(Array.from({ length: 201 }, (_, i) => put(`${i}`, i)))),
    "too-large",
  );
  assertEquals(
    codeOf(() => replica.write([{ res: "todos", key: "a", op: "patch", fields: { a: 1 } }])),
    "no-record",
  );
  const gone: Draft[] = [put("a", {}), { res: "todos", key: "a", op: "delete" }];
  const patch: Draft = { res: "todos", key: "a", op: "patch", fields: { a: 1 } };
  assertEquals(codeOf(() => replica.write([...gone, patch])), "no-record");
  assertEquals(listOf(replica), []);
  await replica.close();
  assertEquals(codeOf(() => replica.write([put("a", 1)])), "closed");
});

Deno.test("a store that belongs to one user is not opened for another", async () => {
  const store = createMemoryReplicaStore();
  await (await openReplica({ store, user: "ana" })).close();
  const error = await assertRejects(() => openReplica({ store, user: "bob" }), SyncError);
  assertEquals(error.code, "wrong-user");
});

Deno.test("what one tab writes shows in another, also when a message was lost", async () => {
  const store = createMemoryReplicaStore();
  const channels = makeChannels();
  const one = await openReplica({ store, user: "ana", channel: channels.join() });
  const two = await openReplica({ store, user: "ana", channel: channels.join() });
  await one.load("todos");
  await two.load("todos");
  let work = 0;
  two.onWork(() => work++);
  await one.write([put("a", 1)]).durable;
  await two.refresh();
  assertEquals(listOf(two), [["a", 1]]);
  assertEquals(work, 1);
  channels.isCut = true;
  await one.write([put("b", 2)]).durable;
  channels.isCut = false;
  await one.write([put("a", 3)]).durable;
  await two.refresh();
  assertEquals(listOf(two), [["a", 3], ["b", 2]]);
  two.write([put("a", 4)]);
  assertEquals(listOf(two), [["a", 4], ["b", 2]]);
  await two.flushed();
  await one.refresh();
  assertEquals(listOf(one), [["a", 4], ["b", 2]]);
  await one.close();
  await two.close();
});

Deno.test("readers hear of what they read, once for each change", async () => {
  const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
  await replica.load("todos");
  const seen: unknown[] = [];
  const stop = effect(() => void seen.push(replica.view.get("todos", "a")));
  let lists = 0;
  const stopList = effect(() => {
    lists += [...replica.view.list("todos")].length >= 0 ? 1 : 0;
  });
  replica.write([put("a", 1), put("b", 1)]);
  await replica.flushed();
  assertEquals(seen.at(-1), 1);
  assertEquals(seen[0], undefined);
  assertEquals(lists, 2);
  stop();
  stopList();
  await replica.close();
});

Deno.test("page reads a collection in order without loading it, with the log on top", async () => {
  const authority = makeAuthority();
  await using device = await makeDevice(authority, { pageRows: 3 });
  const { replica, syncer } = device;
  for (let i = 0; i < 20; i++) replica.write([put(`k${String(i).padStart(2, "0")}`, i)]);
  await replica.flushed();
  assert((await syncer.force()).ok);
  assertEquals(replica.view.loadedNames(), ["~conflicts"]);
  replica.write([{ res: "todos", key: "k03", op: "delete" }, put("k035", "new"), put("x", 1)]);
  const keys = async (query: Parameters<Replica["page"]>[1]) =>
    (await replica.page("todos", query)).map(({ key }) => key);
  assertEquals(await keys({ prefix: "k0", limit: 4 }), ["k00", "k01", "k02", "k035"]);
  assertEquals(await keys({ prefix: "k0", after: "k035", limit: 2 }), ["k04", "k05"]);
  assertEquals((await keys({})).length, 21);
  assertEquals(await keys({ after: "k19" }), ["x"]);
});

Deno.test("values and waiting writes are brought to the app's new version", async () => {
  const authority = makeAuthority({ schema: 2 });
  const store = createMemoryReplicaStore();
  {
    await using device = await makeDevice(authority, { store });
    await device.replica.write([put("a", { title: "A" }), put("b", { title: "B" })]).durable;
    assert((await device.syncer.force()).ok);
    device.replica.write([put("c", { title: "C" })]);
    await device.replica.flushed();
  }
  await using device = await makeDevice(authority, {
    store,
    schema: 2,
    migrate: (value) => {
      const { title, ...rest } = value as { title: string };
      return { ...rest, text: title };
    },
  });
  await device.replica.load("todos");
  assertEquals(listOf(device.replica), [
    ["a", { text: "A" }],
    ["b", { text: "B" }],
    ["c", { text: "C" }],
  ]);
  assert((await device.syncer.force()).ok);
  const { rows } = await authority.rows({ userId: "ana" }, "home", "todos");
  assertEquals(rows.find(([, key]) => key === "c")?.[3], { text: "C" });
  const older = await assertRejects(
    () => openReplica({ store, user: "ana", schema: 1 }),
    SyncError,
  );
  assertEquals(older.code, "newer");
});

Deno.test("a refused write is a letter, out of sight, that can be tried again or dismissed", async () => {
  let mayWrite = false;
  const authority = makeAuthority({ authorize: (_, { kind }) => kind === "read" || mayWrite });
  await using device = await makeDevice(authority);
  const { replica, syncer } = device;
  await replica.load("todos");
  await replica.write([put("a", 1)]).durable;
  await replica.write([put("b", 2)]).durable;
  assert((await syncer.force()).ok);
  assertEquals(listOf(replica), []);
  const [a, b] = replica.letters;
  assertEquals([a, b].map((letter) => letter?.writes[0]?.key), ["a", "b"]);
  assertEquals([a, b].map((letter) => letter?.reason), ["forbidden", "forbidden"]);
  mayWrite = true;
  await replica.retry(a!.id);
  await replica.dismiss(b!.id);
  assert((await syncer.force()).ok);
  assertEquals(listOf(replica), [["a", 1]]);
  assertEquals(replica.letters, []);
  assertEquals((await assertRejects(() => replica.dismiss("none"), SyncError)).code, "no-letter");
});

Deno.test("typing on while another's change comes in is asked about, and loses neither", async () => {
  const now = Date.UTC(2026, 0, 1);
  const clock = { now: () => now, monotonic: () => now };
  const authority = makeAuthority({ now: () => now });
  await using one = await makeDevice(authority, { clock });
  await using two = await makeDevice(authority, { clock });
  for (const { replica } of [one, two]) await replica.load("todos");
  await one.replica.write([put("a", "start")]).durable;
  assert((await one.syncer.force()).ok);
  assert((await two.syncer.force()).ok);
  await two.replica.write([put("a", "theirs")]).durable;
  assert((await two.syncer.force()).ok);
  // Typed while the pull is on its way: the pull brings theirs, under what is typed.
  let typed: Promise<void> | undefined;
  one.wire.onAnswer = () => typed ??= one.replica.write([put("a", "mine")]).durable;
  assert((await one.syncer.force()).ok);
  await typed;
  assertEquals(listOf(one.replica), [["a", "mine"]]);
  await one.replica.write([put("a", "mine, more")]).durable;
  assert((await one.syncer.force()).ok);
  assertEquals(listOf(one.replica), [["a", "theirs"]]);
  const [conflict] = [...one.replica.view.list("~conflicts")].map(({ value }) => value);
  const { local, remote } = conflict as { local: unknown; remote: unknown };
  assertEquals([local, remote], ["mine, more", "theirs"]);
});

Deno.test("what is written blindly, before its resource is loaded, overwrites nothing unseen", async () => {
  const store = createMemoryReplicaStore();
  const merge = (_: unknown, local: unknown, remote: unknown) => [
    ...remote as string[],
    ...local as string[],
  ];
  const authority = makeAuthority({ resources: { todos: { merge } } });
  await using one = await makeDevice(authority, { store });
  await one.replica.write([put("a", ["first"])]).durable;
  assert((await one.syncer.force()).ok);
  await using other = await makeDevice(authority);
  assert((await other.syncer.force()).ok);
  await other.replica.write([put("a", ["second"])]).durable;
  assert((await other.syncer.force()).ok);
  const { rows } = await authority.rows({ userId: "ana" }, "home", "todos");
  assertEquals(rows[0]?.[3], ["first", "second"]);
});

Deno.test("letters stand in the order in which they died, whatever the clock and the restart", async () => {
  let now = Date.UTC(2026, 0, 1);
  const store = createMemoryReplicaStore();
  const authority = makeAuthority({ authorize: (_, { kind }) => kind !== "put" });
  const clock = { now: () => now, monotonic: () => 0 };
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const { replica, syncer, wire } = await makeDevice(authority, { store, clock });
  const shown = () => replica.letters.map(({ writes }) => writes[0]?.key);
  for (const key of keys.slice(0, 20)) replica.write([put(key, 1)]);
  assert((await syncer.force()).ok);
  assertEquals(shown(), keys.slice(0, 20));
  // Written by a clock that was set back a year, and one of them refused by a proxy.
  now -= 365 * 24 * 3_600_000;
  wire.bend = (path, { txs }) =>
    path === "push" && JSON.stringify(txs).includes('"k20"')
      ? refusalOf(403, "http-403")
      : undefined;
  for (const key of keys.slice(20)) replica.write([put(key, 1)]);
  assert((await syncer.force()).ok);
  assertEquals(shown(), keys);
  await replica.dismiss(replica.letters[7]!.id);
  await replica.close();
  await using again = await makeDevice(authority, { store, clock });
  assertEquals(
    again.replica.letters.map(({ writes }) => writes[0]?.key),
    keys.filter((key) => key !== "k7"),
  );
});

Deno.test("a value that lost can be read on the device that wrote it", async () => {
  let now = Date.UTC(2026, 0, 1);
  const authority = makeAuthority({ now: () => now });
  const clock = { now: () => now, monotonic: () => now };
  await using one = await makeDevice(authority, { clock });
  await using two = await makeDevice(authority, { clock });
  await one.replica.write([put("a", "first")]).durable;
  now += 60_000;
  await two.replica.write([put("a", "second")]).durable;
  assert((await two.syncer.force()).ok);
  assert((await one.syncer.force()).ok);
  const [lost] = await one.replica.lost("todos", "a");
  assertEquals(lost?.value, "first");
  assertEquals(await two.replica.lost("todos", "a"), []);
});

Deno.test("after a restore of the server, what it lost is laid aside where it can be seen", async () => {
  const authority = makeAuthority();
  await using device = await makeDevice(authority);
  const { replica, syncer } = device;
  await replica.load("todos");
  await replica.write([put("a", 1)]).durable;
  assert((await syncer.force()).ok);
  // A server that knows nothing of it, as after a restore of an empty backup.
  const restored = makeAuthority();
  await using other = await makeDevice(restored);
  await other.replica.write([put("z", 26)]).durable;
  assert((await other.syncer.force()).ok);
  await replica.write([put("b", 2)]).durable;
  const again = createSyncer({ replica, exchange: other.wire.exchange });
  assert((await again.force()).ok);
  assertEquals(listOf(replica), [["b", 2], ["z", 26]]);
  assertEquals(replica.letters.map(({ reason, writes }) => [reason, writes[0]?.value]), [
    ["server-restored", 1],
  ]);
});

Deno.test("a device restored from a backup sends what is new under a new client id", async () => {
  const authority = makeAuthority();
  const store = createMemoryReplicaStore();
  const backup = createMemoryReplicaStore();
  await using device = await makeDevice(authority, { store });
  await device.replica.write([put("a", 1)]).durable;
  assert((await device.syncer.force()).ok);
  const entries = await store.tx("read", (tx) => tx.range({ from: " ", before: "\x7f" }));
  await backup.tx("write", (tx) => {
    for (const [key, value] of entries) tx.put(key, value);
    return Promise.resolve();
  });
  await device.replica.write([put("b", 2)]).durable;
  assert((await device.syncer.force()).ok);
  await using restored = await makeDevice(authority, { store: backup });
  await restored.replica.load("todos");
  await restored.replica.write([put("c", 3)]).durable;
  assert((await restored.syncer.force()).ok);
  assertEquals(listOf(restored.replica), [["a", 1], ["b", 2], ["c", 3]]);
  assert(restored.replica.meta.clientId !== device.replica.meta.clientId);
  assertEquals(restored.replica.view.unacked, 0);
});

Deno.test("a write that was given up, and that the server had taken all the same, is no letter", async () => {
  const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
  await replica.write([put("a", 1)]).durable;
  const { request } = (await preparePush(replica, { txs: 10, length: 1_000 }))!;
  await giveUp(replica, request.txs[0]!, "too-large", "It is too large.");
  assertEquals(replica.letters.map(({ id }) => id), [request.txs[0]!.mid]);
  const results = [{ seq: 1, status: "applied", version: 1 }] as const;
  const response = { epoch: "epoch-00", lastSeq: 1, serverTime: 0, results };
  assertEquals(await takeAnswer(replica, request, response), { settled: 1, forked: false });
  assertEquals(replica.letters, []);
  await replica.close();
});
