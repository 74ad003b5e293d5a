import { assert, assertEquals } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { createNatsPokeBus } from "../../../src/adapters/nats/sync_pokes.ts";
import { createNatsAuthorityStore } from "../../../src/adapters/nats/sync_store.ts";
import { createAuthority } from "../../../src/sync/authority/authority.ts";
import { createSyncCtx } from "../../../src/sync/ctx/sync_ctx.ts";
import { startNatsServer } from "../nats/nats_server.ts";
import { testAuthorityOn } from "../../contracts/sync_authority.ts";
import { testAuthorityStore } from "../../contracts/sync_store.ts";

type Options = Partial<Parameters<typeof createNatsAuthorityStore>[0]>;

async function startCluster() {
  const server = await startNatsServer();
  const closers: (() => Promise<void>)[] = [];
  return {
    server,
    /** One more node. */
    async join(options: Options = {}) {
      const connection = await connect({ servers: server.url });
      const store = await createNatsAuthorityStore({ connection, ...options });
      closers.push(async () => {
        await store.close();
        await connection.close();
      });
      return { store, connection };
    },
    async [Symbol.asyncDispose]() {
      for (const close of closers) await close();
      await server[Symbol.asyncDispose]();
    },
  };
}

testAuthorityStore("NATS authority store", async () => {
  const cluster = await startCluster();
  const { store } = await cluster.join();
  return {
    store,
    connect: async () => (await cluster.join()).store,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}, { rounds: 30 });

testAuthorityOn("authority on NATS", async () => {
  const cluster = await startCluster();
  return {
    nodes: [
      (await cluster.join({ snapshotEvery: 7 })).store,
      (await cluster.join({ snapshotEvery: 5 })).store,
    ],
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
});

Deno.test("NATS authority store: a node that comes late takes the snapshot and what followed", async () => {
  await using cluster = await startCluster();
  const { store } = await cluster.join({ snapshotEvery: 10 });
  const { store: sleeper } = await cluster.join({ snapshotEvery: 1_000 });
  await sleeper.tx("s", "write", (tx) => Promise.resolve(tx.put("n", -1)));
  for (let i = 0; i < 57; i++) {
    await store.tx("s", "write", (tx) => {
      tx.put(`k${String(i % 20).padStart(2, "0")}`, "ü".repeat(100) + i);
      tx.put("n", i);
      return Promise.resolve();
    });
  }
  await store.close();
  const { store: late, connection } = await cluster.join();
  const read = (from: typeof late) =>
    from.tx("s", "read", (tx) => tx.range({ from: "k", before: "z" }));
  const all = await read(late);
  assertEquals(all.length, 21);
  assertEquals(all.at(-1), ["n", 56]);
  // One that was there before, and whose next message has been purged.
  assertEquals(await read(sleeper), all);
  const { jetstreamManager } = await import("@nats-io/jetstream");
  const info = await (await jetstreamManager(connection)).streams.info("vango_sync");
  assert(info.state.messages < 20, `${info.state.messages} messages are kept`);
  const snapshots = await (await jetstreamManager(connection)).streams.info("vango_sync_SNAPSHOTS");
  assert(snapshots.state.messages <= 3, `${snapshots.state.messages} snapshot parts are kept`);
});

Deno.test("NATS authority store: what was committed survives the death of the server", async () => {
  await using cluster = await startCluster();
  const { store } = await cluster.join();
  await store.tx("s", "write", (tx) => Promise.resolve(tx.put("n", 1)));
  await cluster.server.kill();
  await cluster.server.start();
  const { store: again } = await cluster.join();
  assertEquals(await again.tx("s", "read", (tx) => tx.get("n")), 1);
});

Deno.test("sessions on two nodes show each other's changes, over NATS", async () => {
  await using cluster = await startCluster();
  const node = async () => {
    const { store, connection } = await cluster.join();
    const authority = createAuthority({ store, pokes: createNatsPokeBus({ connection }) });
    return createSyncCtx({ authority, identity: { userId: "ana" }, scope: "home" });
  };
  const one = await node();
  const two = await node();
  const here = one.resource("note", { default: "" });
  const there = two.resource("note", { default: "" });
  await here.ready;
  await there.ready;
  const { effect } = await import("@preact/signals-core");
  const arrived = new Promise<void>((resolve) => {
    effect(() => {
      if (there.current === "hello") resolve();
    });
  });
  await here.update("hello");
  await arrived;
  assertEquals([there.current, there.status], ["hello", "synced"]);
  one.close();
  two.close();
});
