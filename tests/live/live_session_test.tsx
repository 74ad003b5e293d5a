import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { effect, onCleanup, onMount, type Signal, signal, Title } from "@vango/vango";
import type { ComponentNode } from "../../src/jsx/node.ts";
import type { LiveSession } from "../../src/live/live_session.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { encodeNumber } from "../../src/protocol/up.ts";
import { FakeTime } from "./fake_time.ts";
import { settled, startLive, TestPlayer } from "./rig.ts";

function node(element: unknown): ComponentNode {
  return element as ComponentNode;
}

function Counter() {
  const count = signal(0);
  return () => <button type="button" onclick={() => count.value++}>Clicked {count} times</button>;
}

Deno.test("LiveSession adopts the page that its GET rendered: it sends a WELCOME and nothing else", async () => {
  const { live, html, states } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  const transport = await player.connect(live);
  assertEquals(player.welcome?.mode, "adopted");
  assertEquals(transport.sent.length, 1);
  assertEquals(live.state, "live");
  assertEquals(states, ["live"]);
  live.end();
});

Deno.test("LiveSession answers an event with the patch that it caused, acknowledged", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  await player.connect(live);
  player.fire("click", "button");
  await settled();
  assertEquals(player.text, "Clicked 1 times");
  assertEquals(player.patches, [{ seq: 1, acks: 1, ops: 1 }]);
  assertEquals(player.acknowledged, 1);
  live.end();
});

Deno.test("LiveSession answers an event that changes nothing with an empty patch", async () => {
  const { live, html } = startLive(node(<Still />));
  const player = new TestPlayer(html);
  await player.connect(live);
  player.fire("click", "button");
  await settled();
  assertEquals(player.patches, [{ seq: 1, acks: 1, ops: 0 }]);
  live.end();
});

function Still() {
  return <button type="button" onclick={() => {}}>still</button>;
}

Deno.test("LiveSession sends one patch for all that happens in one turn", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  await player.connect(live);
  for (let i = 0; i < 5; i++) player.fire("click", "button");
  await settled();
  assertEquals(player.text, "Clicked 5 times");
  assertEquals(player.patches, [{ seq: 1, acks: 5, ops: 1 }]);
  live.end();
});

Deno.test("LiveSession renders a region whole whose places the player counted otherwise", async () => {
  const { live, html } = startLive(node(<Counter />));
  const player = new TestPlayer(html.replace("<button", "<i v>extension</i><button"));
  await player.connect(live);
  assertEquals(player.welcome?.mode, "adopted");
  assertEquals(player.text, "Clicked 0 times");
  player.fire("click", "button");
  await settled();
  assertEquals(player.text, "Clicked 1 times");
  live.end();
});

Deno.test("LiveSession runs effects and mounts once a player is connected, and ends them", async () => {
  const log: string[] = [];
  const tick = signal(0);
  function Page() {
    onMount(() => {
      log.push("mount");
      return () => log.push("unmount");
    });
    effect(() => {
      log.push(`effect ${tick.value}`);
    });
    onCleanup(() => log.push("cleanup"));
    return () => <p>page</p>;
  }
  const { live, html } = startLive(node(<Page />));
  await settled();
  assertEquals(log, []);
  const player = new TestPlayer(html);
  await player.connect(live);
  assertEquals(log, ["mount", "effect 0"]);
  tick.value = 1;
  await settled();
  player.lose();
  await player.connect(live);
  assertEquals(log, ["mount", "effect 0", "effect 1"]);
  live.end();
  tick.value = 2;
  await settled();
  assertEquals(log.slice(3).sort(), ["cleanup", "unmount"]);
});

Deno.test("LiveSession leaves nothing running when no player ever comes", () => {
  using time = new FakeTime();
  const log: string[] = [];
  function Page() {
    effect(() => void log.push("effect"));
    onCleanup(() => log.push("cleanup"));
    return () => <p>page</p>;
  }
  const { live } = startLive(node(<Page />));
  live.end();
  assertEquals(log, ["cleanup"]);
  assertEquals(time.timers, 0);
});

Deno.test("LiveSession ends once: the socket is closed, the signal fires, later calls do nothing", async () => {
  const { live, html, states } = startLive(node(<Counter />));
  const player = new TestPlayer(html);
  const transport = await player.connect(live);
  const { abortSignal } = live;
  live.end(1001, "shutdown");
  live.end(1008, "again");
  live.detach(transport);
  live.receive(transport, encodeNumber(Frame.PING));
  live.invalidate();
  await settled();
  assertEquals(transport.closed, { code: 1001, reason: "shutdown" });
  assert(abortSignal.aborted);
  assert(live.abortSignal.aborted);
  assertEquals(states, ["live", "ended"]);
  const late = await new TestPlayer(html).connect(live);
  assertEquals(late.closed?.code, 1013);
  assertEquals(live.state, "ended");
});

Deno.test("LiveSession keeps emits and addresses until a player is connected", async () => {
  const { live, html } = startLive(node(<Counter />));
  live.emit("toast", `{"text":"hi"}`);
  live.emit("bell", "");
  const player = new TestPlayer(html);
  await player.connect(live);
  assertEquals(player.emitted, [["toast", { text: "hi" }], ["bell", undefined]]);
  live.end();
});

Deno.test("LiveSession keeps the newest thousand emits for a player that stays away", async () => {
  const { live, html } = startLive(node(<Counter />));
  for (let i = 0; i < 1500; i++) live.emit("n", String(i));
  const player = new TestPlayer(html);
  await player.connect(live);
  assertEquals(player.emitted.length, 1000);
  assertEquals(player.emitted[0], ["n", 500]);
  live.end();
});

Deno.test("LiveSession sends changes of the head", async () => {
  const unread = signal(1);
  function Page() {
    return () => (
      <main>
        <Title>{unread.value} unread</Title>
      </main>
    );
  }
  let live: LiveSession;
  const rig = startLive(node(<Page />), {
    createCtx: (made) => (live = made, {
      get head() {
        return live.head;
      },
    }),
  });
  rig.live.head.html("");
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  unread.value = 2;
  await settled();
  assertEquals(player.page.title, "2 unread");
  rig.live.end();
});

Deno.test("LiveSession shows the next page without running the old one for it", async () => {
  const id = signal<string | undefined>("1");
  function Old() {
    return () => <p>{id.value!.toUpperCase()}</p>;
  }
  function New() {
    return <b>new {id.value ?? "none"}</b>;
  }
  const rig = startLive(node(<Old />));
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  id.value = undefined;
  rig.live.show(node(<New />));
  await settled();
  assertEquals(player.text, "new none");
  assertEquals(rig.errors, []);
  rig.live.end();
});

Deno.test("LiveSession shows only the last of several pages that come at once", async () => {
  const ran: string[] = [];
  function Page({ name }: { name: string }) {
    ran.push(name);
    return <p>{name}</p>;
  }
  const rig = startLive(node(<Page name="a" />));
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  for (const name of ["b", "c", "d"]) rig.live.show(node(<Page key={name} name={name} />));
  await settled();
  assertEquals(player.text, "d");
  assertEquals(ran, ["a", "d"]);
  rig.live.end();
});

Deno.test("LiveSession shows the error of a page that fails, and can go on to another", async () => {
  function Good() {
    return <p>good</p>;
  }
  function Bad(): never {
    throw new Error("no data");
  }
  const rig = startLive(node(<Good />));
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  rig.live.show(node(<Bad />));
  await settled();
  assertMatch(player.text, /^error e\d$/);
  assertEquals(rig.live.state, "live");
  rig.live.show(node(<Bad />));
  await settled();
  assertMatch(player.text, /^error e\d$/);
  rig.live.show(node(<Good />));
  await settled();
  assertEquals(player.text, "good");
  rig.live.end();
});

Deno.test("LiveSession: another user's render that throws does not reach whoever wrote the signal", async () => {
  const shared = signal(0);
  function A() {
    return () => <button type="button" onclick={() => shared.value++}>a {shared}</button>;
  }
  function B() {
    return () => {
      if (shared.value > 0) throw new Error("b cannot show this");
      return <p>b {shared.value}</p>;
    };
  }
  const a = startLive(node(<A />));
  const b = startLive(node(<B />));
  const playerA = new TestPlayer(a.html);
  const playerB = new TestPlayer(b.html);
  await playerA.connect(a.live);
  await playerB.connect(b.live);
  playerA.fire("click", "button");
  await settled();
  assertEquals(playerA.text, "a 1");
  assertEquals(a.errors, []);
  assertMatch(playerB.text, /^error e\d$/);
  assert(b.errors.length > 0);
  playerA.fire("click", "button");
  await settled();
  assertEquals(playerA.text, "a 2");
  assertEquals([a.live.state, b.live.state], ["live", "live"]);
  a.live.end();
  b.live.end();
});

Deno.test("LiveSession: another user's effect, mount or clean-up that throws stays with that user", async () => {
  const shared = signal(0);
  function A() {
    return () => <button type="button" onclick={() => shared.value++}>a {shared}</button>;
  }
  function B() {
    effect(() => {
      if (shared.value > 0) throw new Error("effect");
    });
    onMount(() => {
      throw new Error("mount");
    });
    onCleanup(() => {
      throw new Error("cleanup");
    });
    return () => <p>b</p>;
  }
  const a = startLive(node(<A />));
  const b = startLive(node(<B />));
  const playerA = new TestPlayer(a.html);
  await playerA.connect(a.live);
  await new TestPlayer(b.html).connect(b.live);
  playerA.fire("click", "button");
  await settled();
  b.live.end();
  assertEquals(playerA.text, "a 1");
  assertEquals(a.errors, []);
  assertEquals(b.errors.map((error) => (error as Error).message), ["mount", "effect", "cleanup"]);
  a.live.end();
});

Deno.test("LiveSession tells the page of a handler that throws by an id, and goes on", async () => {
  const count = signal(0);
  function Page() {
    return () => (
      <button
        type="button"
        onclick={() => {
          count.value++;
          throw new Error("secret <b>detail</b>");
        }}
      >
        {count}
      </button>
    );
  }
  const rig = startLive(node(<Page />));
  const player = new TestPlayer(rig.html);
  const transport = await player.connect(rig.live);
  player.fire("click", "button");
  player.fire("click", "button");
  await settled();
  assertEquals(player.text, "2");
  assertEquals(player.acknowledged, 2);
  assertEquals(player.errors.map(({ code, id, message }) => [code, id, message]), [
    ["handler", "e1", undefined],
    ["handler", "e2", undefined],
  ]);
  const sent = transport.sent.map((bytes) => new TextDecoder().decode(bytes)).join();
  assert(!sent.includes("secret"));
  rig.live.end();
});

Deno.test("LiveSession tells a developer's page the message and the components", async () => {
  const broken: Signal<boolean> = signal(false);
  function Inner() {
    return () => {
      if (broken.value) throw new Error("no such row");
      return <p>fine</p>;
    };
  }
  function Page() {
    return (
      <main>
        <Inner />
      </main>
    );
  }
  const rig = startLive(node(<Page />), { development: true });
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  broken.value = true;
  await settled();
  const error = player.errors[0]!;
  assertEquals(error.code, "handler");
  assertStringIncludes(error.message!, "no such row");
  rig.live.end();
});

Deno.test("LiveSession gives up a handler at its deadline: its signal fires, the next event runs (THREATS 15)", async () => {
  using time = new FakeTime();
  const log: string[] = [];
  function Page() {
    return (
      <main>
        <button
          type="button"
          onclick={(event) => {
            event.signal.addEventListener("abort", () => log.push("aborted"));
            return new Promise(() => {});
          }}
        >
          hang
        </button>
        <a href="#" onclick={() => void log.push("next")}>next</a>
      </main>
    );
  }
  const rig = startLive(node(<Page />));
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  player.fire("click", "button");
  player.fire("click", "a");
  await time.tick(9_999);
  assertEquals(log, []);
  assertEquals(player.acknowledged, 0);
  await time.tick(1);
  assertEquals(log, ["aborted", "next"]);
  assertEquals(player.acknowledged, 2);
  assertEquals(player.errors.map(({ code }) => code), ["handler"]);
  assertEquals((rig.errors[0] as { code: string }).code, "handler-timeout");
  rig.live.end();
  assertEquals(time.timers, 0);
});

Deno.test("LiveSession aborts the signal of a running handler when it ends", async () => {
  const log: string[] = [];
  function Page() {
    return (
      <button
        type="button"
        onclick={(event) => {
          event.signal.addEventListener("abort", () => log.push("aborted"));
          return new Promise(() => {});
        }}
      >
        hang
      </button>
    );
  }
  const rig = startLive(node(<Page />));
  const player = new TestPlayer(rig.html);
  await player.connect(rig.live);
  player.fire("click", "button");
  rig.live.end();
  assertEquals(log, ["aborted"]);
});

Deno.test("LiveSession runs no event of a session that is over", async () => {
  let over = false;
  const rig = startLive(node(<Counter />), { touch: () => !over });
  const player = new TestPlayer(rig.html);
  const transport = await player.connect(rig.live);
  player.fire("click", "button");
  await settled();
  over = true;
  player.fire("click", "button");
  await settled();
  assertEquals(transport.closed, { code: 1008, reason: "session ended" });
  assertEquals(player.text, "Clicked 1 times");
});
