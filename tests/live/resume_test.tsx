import { assert, assertEquals } from "@std/assert";
import { effect, signal } from "@vango/vango";
import type { ComponentNode } from "../../src/jsx/node.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { encodeNumber } from "../../src/protocol/up.ts";
import { FakeTime } from "./fake_time.ts";
import { settled, startLive, TestPlayer } from "./rig.ts";

function node(element: unknown): ComponentNode {
  return element as ComponentNode;
}

function Counter() {
  const count = signal(0);
  return () => <button type="button" onclick={() => count.value++}>{count}</button>;
}

Deno.test("LiveSession repeats the patches that a returning player missed, as they were", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  player.acknowledges = false;
  await player.connect(live);
  player.fire("click", "button");
  await settled();
  // The next three patches are sent and never arrive.
  player.transport.onMessage = undefined;
  for (let i = 0; i < 3; i++) {
    player.fire("click", "button");
    await settled();
  }
  const lost = player.transport.sent.slice(-3);
  player.lose();
  assertEquals(live.state, "detached");
  const transport = await player.connect(live);
  assertEquals(player.welcome, { frame: Frame.WELCOME, mode: "resumed", seq: 4, ack: 4 });
  assertEquals(transport.sent.slice(1, 4), lost);
  assertEquals(player.text, "4");
  assertEquals(player.acknowledged, 4);
  live.end();
});

Deno.test("LiveSession runs an event that is sent again only once (law L5)", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  await player.connect(live);
  player.transport.onMessage = undefined;
  player.fire("click", "button");
  player.fire("click", "button");
  player.lose();
  // Neither was acknowledged; a third is made offline.
  player.fire("click", "button");
  await player.connect(live);
  await settled();
  assertEquals(player.welcome?.ack, 2);
  assertEquals(player.text, "3");
  assertEquals(player.acknowledged, 3);
  assertEquals(live.done, 3);
  live.end();
});

Deno.test("LiveSession counts an event that was still running when the player came back", async () => {
  const gate = Promise.withResolvers<void>();
  const count = signal(0);
  function Page() {
    return () => (
      <button
        type="button"
        onclick={async () => {
          await gate.promise;
          count.value++;
        }}
      >
        {count}
      </button>
    );
  }
  const { live, html } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  await player.connect(live);
  player.fire("click", "button");
  player.fire("click", "button");
  player.lose();
  await player.connect(live);
  assertEquals(player.welcome?.ack, 0);
  gate.resolve();
  await settled();
  assertEquals(player.text, "2");
  assertEquals([player.acknowledged, live.done, live.received], [2, 2, 2]);
  live.end();
});

Deno.test("LiveSession goes on with the state that it reached while the player was away", async () => {
  const shared = signal(0);
  function Page() {
    return () => <p>{shared}</p>;
  }
  const { live, html } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  await player.connect(live);
  player.lose();
  for (let i = 1; i <= 5; i++) {
    shared.value = i;
    await settled();
  }
  await player.connect(live);
  assertEquals(player.welcome?.mode, "resumed");
  assertEquals(player.text, "5");
  assertEquals(player.patches.length, 1);
  live.end();
});

Deno.test("LiveSession mounts a player whose missed patches are gone", async () => {
  const text = signal("");
  function Page() {
    return () => <button type="button" onclick={() => text.value += "x"}>{text}</button>;
  }
  const { live, html } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  player.acknowledges = false;
  await player.connect(live);
  player.transport.onMessage = undefined;
  for (let i = 0; i < 5; i++) {
    text.value = String(i).repeat(100_000);
    await settled();
  }
  player.lose();
  await player.connect(live);
  assertEquals(player.welcome, { frame: Frame.WELCOME, mode: "mounted", seq: 5, ack: 0 });
  assertEquals(player.text, "4".repeat(100_000));
  player.acknowledges = true;
  text.value = "";
  await settled();
  player.fire("click", "button");
  await settled();
  assertEquals(player.text, "x");
  assertEquals(player.acknowledged, 1);
  live.end();
});

Deno.test("LiveSession mounts a player that is out of step: ahead, behind, or of another life", async () => {
  for (
    const hello of [{ seq: 99 }, { seq: 0 }, { seq: 3, event: 0 }, { seq: 2, event: 3 }] as const
  ) {
    const { live, html } = startLive(node(<Counter />));
    const player = new TestPlayer(html);
    await player.connect(live);
    for (let i = 0; i < 3; i++) {
      player.fire("click", "button");
      await settled();
    }
    player.lose();
    await player.connect(live, hello);
    assertEquals(player.welcome?.mode, "mounted", JSON.stringify(hello));
    assertEquals(player.text, "3");
    player.fire("click", "button");
    await settled();
    assertEquals(player.text, "4");
    live.end();
  }
});

Deno.test("LiveSession counts what still waits in its mailbox as run for a player that begins anew", async () => {
  const gate = Promise.withResolvers<void>();
  const count = signal(0);
  function Page() {
    return () => (
      <button type="button" onclick={() => gate.promise.then(() => void count.value++)}>
        {count}
      </button>
    );
  }
  const { live, html } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  await player.connect(live);
  for (let i = 0; i < 3; i++) player.fire("click", "button");
  player.lose();
  await player.connect(live, { seq: 77 });
  assertEquals(player.welcome, { frame: Frame.WELCOME, mode: "mounted", seq: 0, ack: 3 });
  player.fire("click", "button");
  gate.resolve();
  await settled();
  assertEquals(player.text, "4");
  assertEquals([player.acknowledged, live.done, live.received], [4, 4, 4]);
  live.end();
});

Deno.test("LiveSession mounts on a node that did not render the page, also before any patch came", async () => {
  const ran: string[] = [];
  function Page() {
    const count = signal(10);
    effect(() => void ran.push(`effect ${count.value}`));
    return () => <button type="button" onclick={() => count.value++}>{count}</button>;
  }
  const first = startLive(node(<Page />));
  const player = new TestPlayer(first.html);
  first.live.end();
  const { live } = startLive(node(<Page />), {}, true);
  await player.connect(live);
  assertEquals(player.welcome?.mode, "mounted");
  assertEquals(player.text, "10");
  player.fire("click", "button");
  await settled();
  assertEquals(player.text, "11");
  assertEquals(ran, ["effect 10", "effect 11"]);
  live.end();
});

Deno.test("LiveSession does not run a handler by a number that a full render has given to another (law L4)", async () => {
  const log: string[] = [];
  const extra = signal(false);
  function Page() {
    return () => (
      <main>
        {extra.value
          ? <button type="button" onclick={() => void log.push("delete")}>x</button>
          : null}
        <a href="#" onclick={() => void log.push("open")}>open</a>
      </main>
    );
  }
  const { live, html, refused } = startLive(node(<Page />));
  const player = new TestPlayer(html);
  await player.connect(live);
  const place = [...player.page.body.descendants()].find(({ tag }) => tag === "a")!.place;
  // The player has not seen the render yet when it clicks.
  player.transport.onMessage = undefined;
  extra.value = true;
  await settled();
  player.send(encodeNumber(Frame.RENDER, 0));
  await settled();
  player.fireAt(place);
  await settled();
  assertEquals(log, []);
  assertEquals(refused, ["dropped"]);
  assertEquals(live.done, 1);
  live.end();
});

Deno.test("LiveSession replaces a socket whose player connects a second time", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  const first = await player.connect(live);
  const second = await player.connect(live);
  assertEquals(first.closed, { code: 1008, reason: "replaced" });
  // The first one's close comes late.
  live.detach(first);
  live.receive(first, encodeNumber(Frame.PING));
  assertEquals(live.state, "live");
  assertEquals(second.closed, undefined);
  player.fire("click", "button");
  await settled();
  assertEquals(player.text, "1");
  live.end();
});

Deno.test("LiveSession closes a socket that says nothing for 90 s, also the second one", async () => {
  using time = new FakeTime();
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  for (let i = 0; i < 2; i++) {
    const transport = await player.connect(live);
    await time.tick(89_000);
    player.send(encodeNumber(Frame.PING));
    await time.tick(89_000);
    assertEquals(transport.closed, undefined);
    assertEquals(live.state, "live");
    await time.tick(1_000);
    assertEquals(transport.closed, { code: 1001, reason: "silent" });
    assertEquals(live.state, "detached");
    assertEquals(time.timers, 0);
  }
  live.end();
});

Deno.test("LiveSession answers PING with PONG and takes PONG", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  const transport = await player.connect(live);
  player.send(encodeNumber(Frame.PONG));
  player.send(encodeNumber(Frame.PING));
  assertEquals(transport.sent.at(-1), encodeNumber(Frame.PONG));
  assert(!transport.closed);
  live.end();
});
