/** THREATS "Frames": what a broken or hostile player sends to a live session. */
import { assert, assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import type { ComponentNode } from "../../src/jsx/node.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { MAX_UP_FRAME } from "../../src/protocol/limits.ts";
import { encodeEvent, encodeJson, encodeNavigate, encodeNumber } from "../../src/protocol/up.ts";
import { settled, startLive, TestPlayer } from "../live/rig.ts";

interface Called {
  readonly handler: string;
}

/** A page whose handlers note that they were called. */
function startPage() {
  const called: Called[] = [];
  const note = (handler: string) => () => void called.push({ handler });
  const later = signal(false);
  function Page() {
    return () => (
      <form onsubmit={note("submit")}>
        <button type="button" onclick={note("button")}>x</button>
        <button type="button" disabled onclick={note("disabled")}>x</button>
        <input oninput={note("input")} />
        {later.value ? <a href="#" onclick={note("later")}>later</a> : null}
      </form>
    );
  }
  const rig = startLive(<Page /> as unknown as ComponentNode);
  const player = new TestPlayer(rig.html);
  return { ...rig, player, called, later };
}

function event(seq: number, place: number, type = "click", payload?: unknown, region = 0) {
  return encodeEvent({ seq, ack: 0, region, place, type, payload });
}

/** Frames that a sound player could send, on a fresh connection. */
function validFrames(): Uint8Array[] {
  return [
    event(1, 2),
    event(1, 4, "input", "text with ünicode 😀"),
    event(1, 1, "submit", [["a", "b"]], 3),
    event(1, 2, "custom-event", { deep: [{ a: [1, 2, { b: null }] }] }),
    encodeNavigate({ seq: 1, ack: 0, url: "/a?b#c", mode: "push" }),
    encodeNumber(Frame.ACK, 0),
    encodeNumber(Frame.PING),
    encodeNumber(Frame.RENDER, 0),
    encodeJson(Frame.CLIENT, { screen: { width: 1, height: 2 } }),
  ];
}

async function sendAlone(bytes: Uint8Array): Promise<number | undefined> {
  const { live, player, errors } = startPage();
  const transport = await player.connect(live);
  // A frame that is cut or flipped may still be sound: then it must simply work.
  live.receive(transport, bytes);
  await settled();
  assertEquals(errors, [], `frame ${[...bytes]}`);
  live.end();
  return transport.closed?.reason === "ended" ? undefined : transport.closed?.code;
}

Deno.test("THREATS 8: every truncation of a frame closes cleanly or is a frame of its own", async () => {
  const codes = new Set<number | undefined>();
  for (const frame of validFrames()) {
    for (let length = 0; length < frame.length; length++) {
      codes.add(await sendAlone(frame.subarray(0, length)));
    }
  }
  for (const code of codes) assert(code === undefined || code === 1002 || code === 1009);
  assert(codes.has(1002));
});

Deno.test("THREATS 8: every single-bit flip of a frame closes cleanly or is a frame of its own", async () => {
  const codes = new Set<number | undefined>();
  for (const frame of validFrames()) {
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = frame.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      codes.add(await sendAlone(flipped));
    }
  }
  for (const code of codes) assert(code === undefined || code === 1002 || code === 1009);
});

Deno.test("THREATS 9: a frame over the cap, JSON that nests too deep or a length without data is refused (law L9)", async () => {
  const deep = new TextEncoder().encode("[".repeat(10_000) + "]".repeat(10_000));
  const frames: [Uint8Array, number][] = [
    [new Uint8Array(MAX_UP_FRAME + 1).fill(Frame.PING), 1009],
    [new Uint8Array([...event(1, 2), ...deep]), 1009],
    [new Uint8Array([Frame.CLIENT, ...deep]), 1009],
    // A type's name of 2^32 - 1 bytes, and of 2^31 - 1, with nothing behind it.
    [new Uint8Array([Frame.EVENT, 1, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]), 1002],
    [new Uint8Array([Frame.EVENT, 1, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x07]), 1002],
    [encodeNavigate({ seq: 1, ack: 0, url: "/" + "a".repeat(10_000), mode: "push" }), 1009],
  ];
  for (const [frame, code] of frames) assertEquals(await sendAlone(frame), code);
});

Deno.test("THREATS 10: a place, region or handler that the player was not shown is answered, counted and ignored", async () => {
  const { live, player, called, errors, refused } = startPage();
  const transport = await player.connect(live);
  const places = player.page.regions.byId.get(0)!.next;
  let seq = 0;
  for (let place = 0; place < places + 50; place++) {
    for (const type of ["click", "keydown"]) {
      for (const region of [0, 1, 99]) {
        called.length = 0;
        live.receive(transport, event(++seq, place, type, undefined, region));
        // Only what was shown may run: the one button that is not disabled.
        if (called.length > 0) {
          assertEquals([called, region, type], [[{ handler: "button" }], 0, "click"]);
        }
      }
    }
  }
  for (const type of ["__proto__", "constructor", "toString", "then", "hasOwnProperty", "run"]) {
    for (let place = 0; place < places; place++) live.receive(transport, event(++seq, place, type));
  }
  await settled();
  assertEquals(errors, []);
  assertEquals(transport.closed, undefined);
  assertEquals(live.done, seq);
  assert(refused.length > 100 && refused.every((what) => what === "dropped"));
  assertEquals(player.errors[0]?.code, "dropped");
  assertEquals(live.state, "live");
  live.end();
});

Deno.test("THREATS 10: a node that has left the page, or is disabled, handles nothing", async () => {
  const { live, player, called, later } = startPage();
  await player.connect(live);
  later.value = true;
  await settled();
  const link = [...player.page.body.descendants()].find(({ tag }) => tag === "a")!;
  player.fireAt(link.place);
  assertEquals(called, [{ handler: "later" }]);
  later.value = false;
  // Still in the tree that is shown until it is flushed; gone afterwards.
  await settled();
  player.fireAt(link.place);
  player.fire("click", (element) => element.get("disabled") !== undefined);
  assertEquals(called, [{ handler: "later" }]);
  live.end();
});

Deno.test("THREATS 10: another session's places mean nothing here", async () => {
  const a = startPage();
  const b = startPage();
  await a.player.connect(a.live);
  const other = await b.player.connect(b.live);
  // A transport of b that sends to a is not a's.
  a.live.receive(other, event(1, 2));
  assertEquals(a.called, []);
  assertEquals(a.live.received, 0);
  a.live.end();
  b.live.end();
});

Deno.test("THREATS 11: a replayed event is applied once, also on a new connection", async () => {
  const { live, player, called } = startPage();
  const transport = await player.connect(live);
  const place = [...player.page.body.descendants()].find(({ tag }) => tag === "button")!.place;
  const frame = event(1, place);
  for (let i = 0; i < 5; i++) live.receive(transport, frame);
  player.lose();
  player.event = 1;
  const next = await player.connect(live);
  live.receive(next, frame);
  await settled();
  assertEquals(called.length, 1);
  assertEquals(next.closed, undefined);
  live.end();
});

Deno.test("THREATS 11: numbers with gaps, out of range or never sent close the socket", async () => {
  const frames = [
    event(2, 2),
    event(0x7fffffff, 2),
    encodeNumber(Frame.ACK, 1),
    encodeEvent({ seq: 1, ack: 5, region: 0, place: 2, type: "click", payload: undefined }),
    // NaN has no varint; what JavaScript would make of one is a padded zero.
    new Uint8Array([Frame.EVENT, 0x80, 0x00, 0, 1, 2]),
  ];
  for (const frame of frames) assertEquals(await sendAlone(frame), 1002);
  // Number 0 and older ones are replays.
  assertEquals(await sendAlone(event(0, 2)), undefined);
});

Deno.test("THREATS 12: a second hello closes the socket with 1002, and the page can come back", async () => {
  const { live, player, called } = startPage();
  const transport = await player.connect(live);
  live.receive(transport, encodeJson(Frame.HELLO, { v: 1, token: "t" }));
  assertEquals(transport.closed?.code, 1002);
  assertEquals(live.state, "detached");
  await player.connect(live);
  player.fire("click", "button");
  assertEquals(called.length, 1);
  live.end();
});
