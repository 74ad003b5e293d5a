import { assert, assertEquals } from "@std/assert";
import { createMemoryReplicaStore } from "../../src/sync/memory_store.ts";
import type { Timers } from "../../src/sync/ports.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { createSyncer, type SyncerOptions } from "../../src/sync/replica/syncer.ts";
import { makeAuthority, makeDevice, makeWire, refusalOf, replyOf } from "./wire.ts";

function put(key: string, value: unknown = key) {
  return { res: "todos", key, op: "put" as const, value };
}

/** Timers that fire when told to. */
class HandTimers implements Timers {
  readonly waiting: { ms: number; fn: () => void }[] = [];

  after(ms: number, fn: () => void): () => void {
    const timer = { ms, fn };
    this.waiting.push(timer);
    return () => {
      const at = this.waiting.indexOf(timer);
      if (at >= 0) this.waiting.splice(at, 1);
    };
  }

  /** Fires the next timer that was set for fewer than `most` milliseconds. */
  fire(most = Infinity): number | undefined {
    const timer = this.waiting.find(({ ms }) => ms < most);
    if (!timer) return undefined;
    this.waiting.splice(this.waiting.indexOf(timer), 1);
    timer.fn();
    return timer.ms;
  }
}

/** A syncer under a wire, whose timers are in our hands. */
async function makeRig(options: Partial<SyncerOptions> = {}) {
  const authority = makeAuthority();
  const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
  await replica.load("todos");
  const wire = makeWire(authority);
  const timers = new HandTimers();
  const syncer = createSyncer({ replica, exchange: wire.exchange, timers, ...options });
  const idle = async () => {
    while (syncer.state.value.phase === "syncing") await new Promise((r) => setTimeout(r));
  };
  return {
    authority,
    replica,
    wire,
    timers,
    syncer,
    idle,
    async [Symbol.asyncDispose]() {
      syncer.stop();
      await replica.close();
    },
  };
}

Deno.test("a write is sent without being asked for, and pulled back as confirmed", async () => {
  await using rig = await makeRig();
  rig.syncer.start();
  await rig.idle();
  await rig.replica.write([put("a")]).durable;
  await rig.idle();
  assertEquals(rig.replica.view.unacked, 0);
  assertEquals(rig.replica.view.base("todos", "a")?.value, "a");
  assertEquals(rig.syncer.state.value.phase, "idle");
  assert(rig.syncer.state.value.online);
});

Deno.test("failures are tried again for ever, with full jitter under a cap of a minute", async () => {
  await using rig = await makeRig({ random: () => 0.999999 });
  rig.wire.bend = () => {
    throw new TypeError("no network");
  };
  await rig.replica.write([put("a")]).durable;
  rig.syncer.start();
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    await rig.idle();
    assertEquals(rig.syncer.state.value.phase, "waiting");
    assertEquals(rig.syncer.state.value.online, false);
    waits.push(Math.round(rig.timers.fire(60_001) ?? -1));
  }
  assertEquals(waits.slice(0, 6), [2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
  assertEquals(waits.at(-1), 60_000);
  rig.wire.bend = () => undefined;
  await rig.idle();
  rig.timers.fire(60_001);
  await rig.idle();
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("without a poke another's write comes after the interval, 30 seconds or the app's own", async () => {
  for (const [options, interval] of [[{}, 30_000], [{ interval: 5_000 }, 5_000]] as const) {
    await using rig = await makeRig(options);
    rig.syncer.start();
    await rig.idle();
    await using other = await makeDevice(rig.authority);
    await other.replica.write([put("a")]).durable;
    await other.syncer.force();
    assertEquals(rig.replica.view.base("todos", "a"), undefined);
    assertEquals(rig.timers.fire(interval + 1), interval);
    await rig.idle();
    assertEquals(rig.replica.view.base("todos", "a")?.value, "a");
    // And so on.
    assert(rig.timers.waiting.some(({ ms }) => ms === interval));
  }
});

Deno.test("a poke does not cut a wait short, a resume does", async () => {
  await using rig = await makeRig();
  rig.wire.bend = () => replyOf(500, ["oops"]);
  rig.syncer.start();
  await rig.idle();
  const requests = rig.wire.requests.length;
  rig.syncer.poke();
  await rig.idle();
  assertEquals(rig.wire.requests.length, requests);
  rig.wire.bend = () => undefined;
  rig.syncer.resume();
  await rig.idle();
  assertEquals(rig.syncer.state.value.phase, "idle");
});

Deno.test("Retry-After is honoured, an absurd one bounded", async () => {
  await using rig = await makeRig({ random: () => 0 });
  rig.wire.bend = () => replyOf(503, ["busy"], 5_000);
  rig.syncer.start();
  await rig.idle();
  assertEquals(rig.timers.fire(30_000), 5_000);
  rig.wire.bend = () => replyOf(503, ["busy"], 1e12);
  await rig.idle();
  rig.timers.fire(30_000);
  await rig.idle();
  assert(rig.timers.waiting.some(({ ms }) => ms === 3_600_000));
});

Deno.test("200 with HTML, cut or empty answers count as failures and lose nothing", async () => {
  await using rig = await makeRig();
  await rig.replica.write([put("a")]).durable;
  for (const lines of [["<html>Welcome</html>"], ['{"epoch":"x","lastS'], [], ["{}"], ["[]"]]) {
    rig.wire.bend = () => replyOf(200, lines);
    const { ok, error } = await rig.syncer.force();
    assertEquals([ok, error?.code], [false, "bad-response"]);
    assertEquals(rig.replica.view.unacked, 1);
  }
  rig.wire.bend = () => undefined;
  assert((await rig.syncer.force()).ok);
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("an answer that is lost is asked for again, and takes effect once", async () => {
  await using rig = await makeRig();
  await rig.replica.write([put("a")]).durable;
  rig.wire.onAnswer = (path) => {
    if (path === "push") throw new TypeError("connection reset");
  };
  assert(!(await rig.syncer.force()).ok);
  const taken = await rig.authority.rows({ userId: "ana" }, "home", "todos");
  assertEquals(taken.rows.length, 1);
  rig.wire.onAnswer = () => {};
  assert((await rig.syncer.force()).ok);
  assertEquals(await rig.authority.rows({ userId: "ana" }, "home", "todos"), taken);
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("401 sends nothing more until there is a credential", async () => {
  await using rig = await makeRig();
  rig.wire.bend = () => refusalOf(401, "unauthenticated");
  rig.syncer.start();
  await rig.idle();
  assertEquals(rig.syncer.state.value.phase, "signed-out");
  await rig.replica.write([put("a")]).durable;
  rig.syncer.poke();
  await rig.idle();
  assertEquals(rig.wire.requests.length, 1);
  assert(!rig.timers.waiting.some(({ ms }) => ms <= 60_000));
  rig.wire.bend = () => undefined;
  rig.syncer.resume();
  await rig.idle();
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("426 keeps the queue and says so; another user's server stops everything", async () => {
  await using rig = await makeRig();
  await rig.replica.write([put("a")]).durable;
  rig.syncer.start();
  rig.wire.bend = () => refusalOf(426, "upgrade");
  await rig.idle();
  assertEquals(rig.syncer.state.value.phase, "upgrade");
  assertEquals(rig.replica.view.unacked, 1);
  rig.wire.bend = () => refusalOf(403, "wrong-user");
  rig.syncer.resume();
  await rig.idle();
  assertEquals(rig.syncer.state.value.phase, "wrong-user");
  assertEquals(rig.replica.view.unacked, 1);
});

Deno.test("413 halves the batch until it passes, and gives up only what is too large alone", async () => {
  await using rig = await makeRig();
  for (let i = 0; i < 8; i++) rig.replica.write([put(`k${i}`, i === 3 ? "x".repeat(2_000) : i)]);
  await rig.replica.flushed();
  const sizes: number[] = [];
  rig.wire.bend = (path, body) => {
    if (path === "push") sizes.push((body.txs as unknown[]).length);
    return JSON.stringify(body).length > 1_500 ? replyOf(413, ["too large"]) : undefined;
  };
  assert((await rig.syncer.force()).ok);
  assertEquals(sizes.slice(0, 3), [8, 4, 2]);
  assertEquals(rig.replica.letters.map(({ reason, writes }) => [reason, writes[0]?.key]), [
    ["too-large", "k3"],
  ]);
  const { rows } = await rig.authority.rows({ userId: "ana" }, "home", "todos");
  assertEquals(rows.length, 7);
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("a proxy that refuses one write does not hold up the others", async () => {
  await using rig = await makeRig();
  for (const key of ["a", "b", "c"]) rig.replica.write([put(key, key === "b" ? "<script>" : key)]);
  await rig.replica.flushed();
  rig.wire.bend = (_, body) =>
    JSON.stringify(body).includes("<script>") ? replyOf(403, ["<h1>Blocked</h1>"]) : undefined;
  assert((await rig.syncer.force()).ok);
  assertEquals(rig.replica.letters.map(({ writes }) => writes[0]?.key), ["b"]);
  assertEquals([...rig.replica.view.list("todos")].map(({ key }) => key), ["a", "c"]);
});

Deno.test("a proxy that refuses everything makes nothing a letter", async () => {
  await using rig = await makeRig();
  rig.replica.write([put("a")]);
  rig.replica.write([put("b")]);
  await rig.replica.flushed();
  rig.wire.bend = () => replyOf(403, ["<h1>Sign in to the hotel's network</h1>"]);
  assert(!(await rig.syncer.force()).ok);
  assertEquals(rig.replica.letters, []);
  assertEquals(rig.replica.view.unacked, 2);
});

Deno.test("one push is in flight, whatever happens meanwhile", async () => {
  await using rig = await makeRig();
  let flying = 0;
  let most = 0;
  const { exchange } = rig.wire;
  const syncer = createSyncer({
    replica: rig.replica,
    timers: rig.timers,
    async exchange(path, body, signal) {
      most = Math.max(most, ++flying);
      try {
        await new Promise((resolve) => setTimeout(resolve));
        return await exchange(path, body, signal);
      } finally {
        flying--;
      }
    },
  });
  syncer.start();
  const forced = [];
  for (let i = 0; i < 20; i++) {
    rig.replica.write([put(`k${i}`)]);
    syncer.poke();
    if (i % 5 === 0) forced.push(syncer.force());
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (const outcome of await Promise.all(forced)) assert(outcome.ok);
  assert((await syncer.force()).ok);
  syncer.stop();
  assertEquals(most, 1);
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("a server that says nothing is given up after the timeout, also in the middle", async () => {
  await using rig = await makeRig();
  const endless = {
    status: 200,
    retryAfter: undefined,
    async *lines() {
      yield* [];
      await new Promise(() => {});
    },
  };
  rig.wire.bend = () => endless;
  const forced = rig.syncer.force();
  while (!rig.timers.waiting.some(({ ms }) => ms === 30_000)) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve));
  rig.timers.fire(30_001);
  assertEquals((await forced).error?.code, "timeout");
});

Deno.test("stop ends an attempt under way, and what it did not finish is done later", async () => {
  await using rig = await makeRig();
  await rig.replica.write([put("a")]).durable;
  rig.wire.bend = () => {
    rig.syncer.stop();
    return undefined;
  };
  rig.syncer.start();
  await rig.idle();
  assertEquals(rig.syncer.state.value.phase, "stopped");
  rig.wire.bend = () => undefined;
  rig.syncer.start();
  await rig.idle();
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("writes that nobody tries to send are reported, and sent", async () => {
  let monotonic = 0;
  await using rig = await makeRig({ clock: { now: () => Date.now(), monotonic: () => monotonic } });
  rig.syncer.start();
  await rig.idle();
  rig.wire.bend = () => replyOf(503, ["busy"], 60_000);
  await rig.replica.write([put("a")]).durable;
  await rig.idle();
  // The timer of the next attempt is lost: the platform suspended the page.
  for (const timer of [...rig.timers.waiting]) {
    if (timer.ms !== 75_000) rig.timers.waiting.splice(rig.timers.waiting.indexOf(timer), 1);
  }
  rig.wire.bend = () => undefined;
  monotonic += 3_600_000;
  const states: boolean[] = [];
  const stop = rig.syncer.state.subscribe(({ stuck }) => void states.push(stuck));
  rig.timers.fire(75_001);
  await rig.idle();
  stop();
  assert(states.includes(true));
  assertEquals(rig.replica.view.unacked, 0);
});

Deno.test("a hundred thousand waiting writes are sent and confirmed", async () => {
  const authority = makeAuthority();
  await using device = await makeDevice(authority);
  const { replica, syncer } = device;
  const count = 100_000;
  for (let i = 0; i < count; i++) replica.write([put(`k${i % 5_000}`, i)]);
  await replica.flushed();
  const outcome = await syncer.force();
  assertEquals([outcome.ok, outcome.pushed], [true, count]);
  assertEquals(replica.view.unacked, 0);
  const { rows } = await authority.rows({ userId: "ana" }, "home", "todos");
  assertEquals(rows.length, 5_000);
});
