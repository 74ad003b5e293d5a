import { assert, assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import type { ComponentNode } from "../../src/jsx/node.ts";
import * as limits from "../../src/live/limits.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown, inflate } from "../../src/protocol/down.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { encodeNumber } from "../../src/protocol/up.ts";
import { FakeTime } from "./fake_time.ts";
import { settled, startLive, TestPlayer } from "./rig.ts";

function node(element: unknown): ComponentNode {
  return element as ComponentNode;
}

/** A page that shows `shared`, and whose player does not acknowledge. */
async function startSilent() {
  const shared = signal<string | number>(0);
  function Page() {
    return () => <p>{shared}</p>;
  }
  const rig = startLive(node(<Page />));
  const player = new TestPlayer(rig.html);
  player.acknowledges = false;
  await player.connect(rig.live);
  return { ...rig, player, shared };
}

Deno.test("LiveSession holds updates back from a player that does not acknowledge, then sends the newest", async () => {
  const { live, player, shared } = await startSilent();
  for (let i = 1; i <= 500; i++) {
    shared.value = i;
    await settled();
  }
  assertEquals(player.applied, limits.MAX_IN_FLIGHT);
  assertEquals(player.text, String(limits.MAX_IN_FLIGHT));
  player.acknowledge();
  await settled();
  assertEquals(player.text, "500");
  assertEquals(player.applied, limits.MAX_IN_FLIGHT + 1);
  live.end();
});

Deno.test("LiveSession sends a player that does not read the newest state only (THREATS 14)", async () => {
  using time = new FakeTime();
  const { live, player, shared } = await startSilent();
  const { transport } = player;
  transport.reading = false;
  for (let i = 1; i <= 200; i++) {
    shared.value = `${i} `.padEnd(100_000, "x");
    await time.settle();
  }
  assertEquals(transport.sent.length <= 1 + 3, true);
  assert(transport.bufferedAmount < limits.BUFFER_WINDOW + 100_100);
  player.read();
  await time.tick(limits.DRAIN_INTERVAL);
  assertEquals(player.text.startsWith("200 "), true);
  live.end();
  assertEquals(time.timers, 0);
});

Deno.test("LiveSession cuts off a player whose buffer does not move for a minute", async () => {
  using time = new FakeTime();
  const { live, player, shared, refused } = await startSilent();
  const { transport } = player;
  transport.reading = false;
  shared.value = "x".repeat(limits.BUFFER_WINDOW);
  await time.settle();
  shared.value = "y";
  await time.tick(limits.STALLED - 1_000);
  // A slow network still moves, and the player still speaks.
  transport.bufferedAmount -= 1;
  player.send(encodeNumber(Frame.PONG));
  await time.tick(limits.STALLED - 1_000);
  assertEquals(transport.closed, undefined);
  await time.tick(2_000);
  assertEquals(transport.closed, { code: 1013, reason: "too slow" });
  assertEquals(live.state, "detached");
  assertEquals(refused, ["slow"]);
  live.end();
  assertEquals(time.timers, 0);
});

Deno.test("LiveSession cuts off a player that never acknowledges while there is something to send", async () => {
  using time = new FakeTime();
  const { live, player, shared } = await startSilent();
  for (let i = 1; i <= limits.MAX_IN_FLIGHT + 1; i++) {
    shared.value = i;
    await time.settle();
  }
  await time.tick(limits.STALLED);
  assertEquals(player.transport.closed?.reason, "too slow");
  live.end();
});

Deno.test("LiveSession cuts off a player at the hard cap, whatever fills the buffer", async () => {
  const { live, player } = await startSilent();
  const { transport } = player;
  transport.reading = false;
  transport.bufferedAmount = limits.BUFFER_HARD_CAP + 1_000;
  // Answers to pings are not held back as patches are.
  for (let i = 0; i < 10 && !transport.closed; i++) player.send(encodeNumber(Frame.PING));
  assertEquals(transport.closed, { code: 1013, reason: "too slow" });
  live.end();
});

Deno.test("LiveSession does not take one large frame for a player that is too slow", async () => {
  using time = new FakeTime();
  const { live, player, shared } = await startSilent();
  const { transport } = player;
  transport.reading = false;
  shared.value = "x".repeat(limits.BUFFER_HARD_CAP + 1_000_000);
  await time.settle();
  shared.value = "short";
  await time.tick(limits.DRAIN_INTERVAL * 2);
  player.send(encodeNumber(Frame.PING));
  assertEquals(transport.closed, undefined);
  player.read();
  await time.tick(limits.DRAIN_INTERVAL);
  assertEquals(player.text, "short");
  live.end();
});

Deno.test("LiveSession deflates large frames when the player understands it, and keeps the order", async () => {
  const shared = signal("");
  function Page() {
    return () => <p>{shared}</p>;
  }
  const { live, html } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  player.acknowledges = false;
  const transport = await player.connect(live, { deflate: true });
  transport.onMessage = undefined;
  const sent = Promise.withResolvers<void>();
  transport.onMessage = () => transport.sent.length === 4 ? sent.resolve() : undefined;
  shared.value = "long ".repeat(1000);
  await settled();
  shared.value = "a";
  await settled();
  shared.value = "longer ".repeat(1000);
  await settled();
  await sent.promise;
  const words = new WireVocabulary();
  const texts: unknown[] = [];
  for (const bytes of transport.sent.slice(1)) {
    const frame = decodeDown(bytes);
    const plain = frame.frame === Frame.DEFLATED ? await inflate(frame.payload) : bytes;
    for (const op of readPatch(plain, words).ops) texts.push(op.op === "text" ? op.text : op.op);
  }
  assertEquals(texts, ["long ".repeat(1000), "a", "longer ".repeat(1000)]);
  assertEquals(transport.sent.map((bytes) => bytes[0]), [
    Frame.WELCOME,
    Frame.DEFLATED,
    Frame.PATCH,
    Frame.DEFLATED,
  ]);
  live.end();
});

Deno.test("LiveSession throttles events beyond the rate: they are acknowledged and not run (THREATS 13)", async () => {
  using time = new FakeTime();
  let ran = 0;
  function Page() {
    return <button type="button" onclick={() => ran++}>x</button>;
  }
  const { live, html, refused } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  await player.connect(live);
  for (let i = 0; i < 10_000; i++) player.fire("click", "button");
  await time.settle();
  assertEquals(ran, limits.EVENT_BURST);
  assertEquals(player.acknowledged, 10_000);
  assertEquals(player.errors.map(({ code }) => code), ["overloaded"]);
  assertEquals(refused, ["overloaded"]);
  await time.tick(1000);
  player.fire("click", "button");
  await time.settle();
  assertEquals(ran, limits.EVENT_BURST + 1);
  live.end();
});

Deno.test("LiveSession keeps a bounded mailbox while a handler hangs, in number and bytes", async () => {
  using time = new FakeTime();
  const gate = Promise.withResolvers<void>();
  let ran = 0;
  function Page() {
    return (
      <main>
        <a href="#" onclick={() => gate.promise}>hang</a>
        <input oninput={() => void ran++} />
      </main>
    );
  }
  for (const [size, count] of [[10, 1_400], [200_000, 40]] as const) {
    ran = 0;
    const { live, html } = startLive(node(<Page />));
    const player = new TestPlayer(html);
    await player.connect(live);
    player.fire("click", "a");
    for (let i = 0; i < count; i++) player.fire("input", "input", "x".repeat(size));
    player.fire("click", "a");
    live.receive(player.transport, encodeNumber(Frame.PING));
    assertEquals(ran, 0);
    await time.tick(10_000);
    gate.resolve();
    await time.settle();
    const most = Math.floor(limits.MAX_MAILBOX_BYTES / (size + 10));
    assert(
      ran <= Math.min(limits.MAX_MAILBOX, most) && ran >= Math.min(limits.MAX_MAILBOX, most) - 2,
    );
    assertEquals(player.acknowledged, count + 2);
    assertEquals(live.done, count + 2);
    live.end();
  }
  assertEquals(time.timers, 0);
});

Deno.test("LiveSession limits how often a player gets its region whole", async () => {
  using time = new FakeTime();
  const { live, player } = await startSilent();
  player.acknowledges = true;
  for (let i = 0; i < 1_000; i++) {
    player.send(encodeNumber(Frame.RENDER, 0));
    await settled();
  }
  assertEquals(player.applied, limits.RENDER_BURST);
  await time.tick(1000);
  player.send(encodeNumber(Frame.RENDER, 0));
  await time.settle();
  assertEquals(player.applied, limits.RENDER_BURST + 1);
  live.end();
});
