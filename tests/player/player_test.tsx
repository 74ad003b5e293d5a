import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import type { Component, Page } from "../../src/contract/component.ts";
import type { ComponentNode } from "../../src/jsx/node.ts";
import { on } from "../../src/jsx/on.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeUp } from "../../src/protocol/up.ts";
import { encodeJson } from "../../src/protocol/up.ts";
import { signal } from "../../src/signals/signals.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { byRole, byText } from "../../src/player/query.ts";
import { Player } from "../../src/player/player.ts";
import { startLive } from "../live/rig.ts";
import { documentOf, play, type PlayerRig } from "./rig.ts";

function root(page: Page | Component): ComponentNode {
  return jsx(page as Component, {}) as ComponentNode;
}

function Counter() {
  const count = signal(0);
  return () => (
    <main>
      <p>Count: {count}</p>
      <button type="button" onclick={() => count.value++}>more</button>
    </main>
  );
}

function Echo() {
  const text = signal("");
  const told = signal("");
  return () => (
    <form onsubmit={(event) => told.value = new URLSearchParams(event.data as never).toString()}>
      <input
        name="q"
        value={text}
        oninput={(event) =>
          text.value = event.value.toUpperCase()}
      />
      <label>
        <input type="checkbox" name="on" value="yes" />Sure
      </label>
      <select name="size">
        <option value="s">Small</option>
        <option value="l">Large</option>
      </select>
      <button type="submit" name="go" value="1">Send</button>
      <output>{told}</output>
    </form>
  );
}

/** Decoded frames of a kind that the player sent. */
function sent(rig: PlayerRig, frame: number): ReturnType<typeof decodeUp>[] {
  return rig.net.up.map((bytes) => decodeUp(bytes)).filter((up) => up.frame === frame);
}

Deno.test("Player is adopted, and a click travels there and back", async () => {
  const { player, net } = await play(root(Counter));
  assertEquals(player.recordsOf("welcome"), [{ kind: "welcome", mode: "adopted" }]);
  player.user.click("button");
  await player.settled();
  assertEquals(player.find("p").text, "Count: 1");
  assertEquals(player.numbers, { patch: 1, event: 1, acknowledged: 1 });
  assert(net.up.at(-1)!.length <= 8, "a click has at most 8 bytes");
  assert(net.down.at(-1)!.length <= 10, "its patch has at most 10");
});

Deno.test("Player resumes: what was missed comes, what was not run is sent again, each once", async () => {
  const rig = await play(root(Counter));
  const { player, net, clock } = rig;
  net.frozen = true;
  player.user.click("button");
  player.user.click("button");
  net.frozen = false;
  net.wire!.lose();
  assertEquals(player.state, "connecting");
  clock.pass(500);
  await player.settled();
  assertEquals(player.recordsOf("welcome").at(-1)?.mode, "resumed");
  assertEquals(player.find("p").text, "Count: 2");
});

Deno.test("Player resumes after patches were lost on their way down", async () => {
  const { player, net, clock } = await play(root(Counter));
  player.user.click("button");
  await player.settled();
  const { send } = net.wire!.server;
  net.wire!.server.send = () => {};
  player.user.click("button");
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(player.waiting, 1);
  net.wire!.server.send = send;
  net.wire!.lose();
  clock.pass(500);
  await player.settled();
  assertEquals(player.recordsOf("welcome").at(-1)?.mode, "resumed");
  assertEquals(player.find("p").text, "Count: 2");
});

Deno.test("Player is mounted by a server that lost its patches, and goes on", async () => {
  const { player, net, clock } = await play(root(Counter));
  player.user.click("button");
  await player.settled();
  net.frozen = true;
  player.user.click("button");
  net.frozen = false;
  net.wire!.lose();
  net.live = startLive(root(Counter), {}, true).live;
  clock.pass(500);
  await player.until(() => player.state === "live");
  assertEquals(player.recordsOf("welcome").at(-1)?.mode, "mounted");
  assertEquals(player.recordsOf("dropped"), [{ kind: "dropped", events: 1, why: "mounted" }]);
  await player.until(() => player.find("p").text === "Count: 0");
  player.user.click("button");
  await player.settled();
  assertEquals(player.find("p").text, "Count: 1");
});

Deno.test("Player waits longer and longer before it tries again, up to 30 s", async () => {
  const { player, net, clock } = await play(root(Counter));
  clock.chance = 1;
  net.reachable = false;
  net.wire!.lose();
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    waits.push(clock.next);
    clock.pass(clock.next);
    await Promise.resolve();
    await Promise.resolve();
  }
  assertEquals(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assertEquals(player.state, "offline");
  net.reachable = true;
  clock.pass(30_000);
  await player.settled();
  player.close();
  assertEquals(clock.running, 0);
});

Deno.test("Player asks a silent server whether it is there, and leaves it when it is not", async () => {
  const rig = await play(root(Counter));
  const { player, net, clock } = rig;
  clock.pass(25_000);
  assertEquals(sent(rig, Frame.PING).length, 1);
  clock.pass(9_000);
  assertEquals(player.state, "live", "the server has answered");
  net.frozen = true;
  clock.pass(40_000);
  net.frozen = false;
  assert(player.state !== "live");
});

Deno.test("Player acknowledges after a second, or after 32 patches, when no event does", async () => {
  const shown = signal(0);
  const rig = await play(root(() => <p>{shown}</p>));
  shown.value++;
  await rig.player.until(() => rig.player.patches === 1);
  assertEquals(sent(rig, Frame.ACK).length, 0);
  rig.clock.pass(1_000);
  assertEquals(sent(rig, Frame.ACK), [{ frame: Frame.ACK, ack: 1 }]);
  for (let i = 2; i <= 33; i++) {
    shown.value++;
    await rig.player.until(() => rig.player.patches === i);
  }
  assertEquals(sent(rig, Frame.ACK).at(-1), { frame: Frame.ACK, ack: 33 });
});

Deno.test("Player asks for everything anew after a patch that it cannot read", async () => {
  const { player, net, clock } = await play(root(Counter));
  net.wire!.listener.message(new Uint8Array([Frame.PATCH, 1, 0, 9, 1]));
  assert(player.state !== "live");
  clock.pass(500);
  await player.settled();
  player.user.click("button");
  await player.settled();
  assertEquals(player.find("p").text, "Count: 1");
});

Deno.test("Player does not come back to a server that refuses it", async () => {
  const { player, net, clock } = await play(root(Counter));
  net.wire!.listener.message(encodeJson(Frame.ERROR, { code: "reload" }));
  assertEquals(player.state, "refused");
  clock.pass(120_000);
  player.connect();
  assertEquals(player.state, "refused");
  assertEquals(clock.running, 0);
});

Deno.test("Player keeps what the user types until the server has seen it (§6)", async () => {
  const { player, net } = await play(root(Echo));
  net.frozen = true;
  player.user.type("input", "a");
  net.frozen = false;
  net.wire!.lose();
  player.user.type("input", "ab");
  assertEquals(player.user.valueOf("input"), "ab");
  player.connect();
  await player.settled();
  assertEquals(player.user.valueOf("input"), "AB");
});

Deno.test("Player keeps typed text through a full render, and tells it again", async () => {
  const { player, net, clock } = await play(root(Echo));
  net.frozen = true;
  player.user.type("input", "typed");
  net.frozen = false;
  net.wire!.lose();
  net.live = startLive(root(Echo), {}, true).live;
  clock.pass(500);
  await player.settled();
  assertEquals(player.recordsOf("welcome").at(-1)?.mode, "mounted");
  assertEquals(player.user.valueOf("input"), "TYPED");
});

Deno.test("PlayerUser submits a form with its fields and the button that was used", async () => {
  const rig = await play(root(Echo));
  const { player } = rig;
  player.user.fill("input[name=q]", "x y");
  player.user.click(byText(player.page.body, "Sure")[0]!);
  player.user.select("select", "l");
  player.user.click(byRole(player.page.body, "button", { name: "Send" })[0]!);
  await player.settled();
  const event = sent(rig, Frame.EVENT).at(-1) as { type: string; payload: unknown };
  assertEquals(event.type, "submit");
  assertEquals(event.payload, [["q", "x y"], ["on", "yes"], ["size", "l"], ["go", "1"]]);
});

Deno.test("PlayerUser does nothing with what is disabled", async () => {
  const rig = await play(root(() => (
    <fieldset disabled>
      <button type="button" onclick={() => {}}>no</button>
    </fieldset>
  )));
  rig.player.user.click("button");
  assertEquals(sent(rig, Frame.EVENT), []);
});

Deno.test("Player sends an event to each handler outwards, and stops where it is told to", async () => {
  const heard: string[] = [];
  const rig = await play(root(() => (
    <div onclick={() => heard.push("div")}>
      <section onclick={() => heard.push("section")} data-stop-propagation="click">
        <button type="button" onclick={() => heard.push("button")}>b</button>
      </section>
      <i onclick={() => heard.push("i")}>i</i>
    </div>
  )));
  rig.player.user.click("button");
  rig.player.user.click("i");
  await rig.player.settled();
  assertEquals(heard, ["button", "section", "i", "div"]);
});

Deno.test("Player sends declared fields beside the type's own", async () => {
  let fields: unknown;
  const rig = await play(
    root(() => (
      <button
        type="button"
        onclick={on((event) => fields = event.fields, { fields: ["clientX"] })}
      >
        b
      </button>
    )),
  );
  rig.player.user.click("button", { fields: { clientX: 7, other: 1 } });
  await rig.player.settled();
  assertEquals({ ...fields as object }, { clientX: 7 });
});

Deno.test("Player debounces, and sends what waits before any other event", async () => {
  const heard: string[] = [];
  const rig = await play(root(() => (
    <>
      <input data-debounce="300" oninput={(event) => heard.push(event.value)} />
      <button type="button" onclick={() => heard.push("click")}>b</button>
    </>
  )));
  const { player, clock } = rig;
  player.user.type("input", "a");
  player.user.type("input", "ab");
  clock.pass(299);
  await Promise.resolve();
  assertEquals(heard, []);
  clock.pass(1);
  await player.settled();
  assertEquals(heard, ["ab"]);
  player.user.type("input", "abc");
  player.user.click("button");
  await player.settled();
  assertEquals(heard, ["ab", "abc", "click"]);
});

Deno.test("Player throttles: at once, then once in the time, with the last value", async () => {
  const heard: string[] = [];
  const { player, clock } = await play(
    root(() => <input data-throttle="100" oninput={(event) => heard.push(event.value)} />),
  );
  for (const text of ["a", "ab", "abc"]) player.user.type("input", text);
  await player.until(() => heard.length > 0);
  assertEquals(heard, ["a"]);
  clock.pass(100);
  await player.settled();
  assertEquals(heard, ["a", "abc"]);
});

Deno.test("Player follows links of the site by NAVIGATE, and no others", async () => {
  const rig = await play(root(() => (
    <>
      <a href="/next?x=1#y">next</a>
      <a href="https://elsewhere.example/">out</a>
      <a href="/file" download>file</a>
    </>
  )));
  for (const link of rig.player.findAll("a")) rig.player.user.click(link);
  await rig.player.until(() => rig.player.waiting === 0);
  const frames = sent(rig, Frame.NAVIGATE) as { url: string }[];
  assertEquals(frames.map(({ url }) => url), ["/next?x=1#y"]);
  assertEquals(rig.player.recordsOf("load").map(({ url }) => url), ["/next?x=1#y"]);
});

Deno.test("Player finds a mangled page out, asks for the region and shows it whole", async () => {
  const { player } = await play(root(Counter));
  const paragraph = player.find("p");
  for (const node of paragraph) if (node.type === "comment") node.remove();
  player.user.click("button");
  await player.until(() => player.find("p").text === "Count: 1");
  assertEquals(player.recordsOf("mismatch"), [{ kind: "mismatch", region: 0 }]);
  player.user.click("button");
  await player.settled();
  assertEquals(player.find("p").text, "Count: 2");
});

Deno.test("Player inflates frames and keeps their order", async () => {
  const rows = signal<string[]>([]);
  const { player, net } = await play(
    root(() => () => <ul>{rows.value.map((row) => <li key={row}>{row}</li>)}</ul>),
  );
  rows.value = Array.from({ length: 500 }, (_, i) => `row number ${i}`);
  await player.until(() => player.findAll("li").length === 500);
  assert(net.down.some((frame) => frame[0] === Frame.DEFLATED));
  rows.value = rows.value.slice(0, 2);
  await player.until(() => player.findAll("li").length === 2);
  assertEquals(innerMarkup(player.find("ul")), "<li>row number 0</li><li>row number 1</li>");
});

Deno.test("Player tells with its next HELLO, or after WELCOME, what has changed about the device", async () => {
  const rig = await play(root(Counter));
  const { player, net, clock } = rig;
  net.wire!.lose();
  player.change({ screen: { width: 500, height: 400 } });
  clock.pass(500);
  await player.until(() => net.up.at(-1)![0] === Frame.HELLO || player.state === "live");
  await player.settled();
  assertEquals(rig.live.player?.screen, { width: 500, height: 400 });
  assertEquals(sent(rig, Frame.CLIENT), []);
  net.frozen = true;
  net.wire!.lose();
  clock.pass(500);
  await Promise.resolve();
  assertEquals(net.up.at(-1)![0], Frame.HELLO);
  player.change({ screen: { width: 300, height: 400 } });
  net.frozen = false;
  net.wire!.listener.message(
    encodeJson(Frame.WELCOME, { v: 1, mode: "resumed", seq: 0, ack: 0 }),
  );
  assertEquals(sent(rig, Frame.CLIENT).length, 1);
});

Deno.test("Player sends a form with files again until the server has it", async () => {
  const statuses = [503, 204];
  const posted: [id: string, token: string, file: string][] = [];
  const rig = await play(
    root(() => (
      <form onsubmit={() => {}}>
        <input type="file" name="file" />
      </form>
    )),
    {
      upload: async (id, token, form) => {
        posted.push([id, token, await (form.get("file") as File).text()]);
        return statuses.shift()!;
      },
    },
  );
  const { player, net, clock } = rig;
  net.frozen = true;
  player.user.attach("input", new File(["content"], "a.txt"));
  player.user.submit("form");
  while (statuses.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    clock.pass(1_000);
  }
  assertEquals(posted, [[posted[0]![0], "token", "content"], posted[0]!]);
  const event = sent(rig, Frame.EVENT).at(-1) as { payload: { u: string; p: unknown } };
  assertEquals(event.payload.u, posted[0]![0]);
  assertEquals(event.payload.p, [["file", ["a.txt", 7, ""]]]);
  player.close();
});

Deno.test("Player gives up waiting when its signal says so", async () => {
  const { player } = await play(root(Counter));
  const giveUp = new AbortController();
  const waiting = player.until(() => false, giveUp.signal);
  giveUp.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
});

Deno.test("Player.find says what is not there", () => {
  const player = new Player(documentOf("<p>x</p>"), { open: () => ({ send() {}, close() {} }) });
  assertThrows(() => player.find("b"), Error, "cannot find b");
  assertThrows(() => player.user.click("b"), Error, "cannot act on b");
});
