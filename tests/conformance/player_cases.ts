/**
 * What every player has to do, in the order of `docs/protocol.md`: handshake, frames, patches,
 * events, loss and return.
 *
 * @module
 */
import { Frame, Op, Tag } from "../../src/protocol/codes.ts";
import { encodeJson, encodeNumber } from "../../src/protocol/up.ts";
import { type InvalidVector, type PatchVector, readVectors } from "../vectors/vectors.ts";
import { render, text } from "./patch_ops.ts";
import { greet, open, type PlayerSubject } from "./play.ts";
import { deflatedCases } from "./player_deflated_cases.ts";
import { events, typedText } from "./player_event_cases.ts";
import { loseAndReturn } from "./player_return_cases.ts";
import { randomCases } from "./random_cases.ts";
import { mustBring } from "./scripted_server.ts";
import { type Case, must, same, Skip } from "./suite.ts";

/** Enough to meet every operation and every kind of value many times. */
const RANDOM_PAGES = 25;

type PlayerCase = Case<PlayerSubject>;

/**
 * Every case for players, the golden frames among them.
 *
 * @param randomPages Pages that are drawn at random.
 */
export async function playerCases(randomPages: number = RANDOM_PAGES): Promise<PlayerCase[]> {
  const patches = await readVectors<PatchVector>("patches.json");
  const invalid = await readVectors<InvalidVector>("invalid.json");
  return [
    ...handshake,
    ...frames,
    ...patches.map(patchCase),
    ...regions,
    ...events,
    ...typedText,
    ...loseAndReturn,
    ...invalid.filter(({ from }) => from === "server").map(invalidCase),
    ...await deflatedCases(),
    ...randomCases(randomPages),
  ];
}

const handshake: PlayerCase[] = [
  {
    name: "HELLO says the version, the token, the platform, and what was counted",
    async run(subject) {
      const { socket, page } = await greet(
        subject,
        `<main v><p v>a<!>b<?></p><ul v=a><li v="a b:clientX"></li></ul></main>`,
      );
      const { hello, headers } = socket;
      same(hello.v, 1, "v");
      same(hello.token, page.token, "token");
      must(
        ["web", "ios", "android", "desktop"].includes(String(hello.platform)),
        `platform is ${hello.platform}, which is none of the four`,
      );
      must(typeof hello.version === "string", "version is no text");
      must(
        Object.values(hello.capabilities as object).every((flag) => typeof flag === "boolean"),
        "capabilities are not all true or false",
      );
      const { width, height } = hello.screen as { width: number; height: number };
      must(width > 0 && height > 0, "screen has no size");
      same([hello.seq, hello.event], [0, 0], "seq and event");
      same(hello.places, { "0": 5 }, "places");
      same(hello.url ?? page.path, page.path, "url");
      mustBring(headers, subject.server.origin);
    },
  },
  {
    name: "places inside raw HTML are not counted",
    async run(subject) {
      const { socket } = await greet(
        subject,
        `<p v>a</p><div v="!"><b v>raw</b></div><p v><!--v!--><i v><!--x--></i><!--/v!--></p>` +
          `<p v><!><!--v!--><!><?><!--/v!--><?></p>`,
      );
      same(socket.hello.places, { "0": 5 }, "places");
    },
  },
  {
    name: "fields of WELCOME and ERRORs that it does not know do not disturb it",
    async run(subject) {
      const play = await greet(subject, `<p v>old</p>`);
      play.socket.welcome({ mode: "adopted", more: { of: "it" } });
      play.socket.send(encodeJson(Frame.ERROR, { code: "of-tomorrow", more: 1 }));
      play.patch(0, text(1, "new"));
      await play.settled();
      await play.shows(`<p v>new</p>`);
    },
  },
];

const frames: PlayerCase[] = [
  {
    name: "a PING is answered by a PONG",
    async run(subject) {
      const play = await open(subject, `<p v></p>`);
      await play.settled();
      await play.settled();
    },
  },
  {
    name: "a deflated frame is a frame, and order is kept behind it",
    async run(subject) {
      const play = await open(subject, `<p v>old</p>`);
      if (play.socket.hello.deflate !== true) throw new Skip("HELLO says no deflate");
      const { PatchWriter } = await import("../../src/protocol/patch_writer.ts");
      const out = new PatchWriter();
      text(1, "new ".repeat(1_000))(out);
      play.socket.send(await deflated(out.finish(1, 0)));
      play.seq = 1;
      play.patch(0, text(1, "last"));
      await play.settled();
      await play.shows(`<p v>last</p>`);
    },
  },
  {
    name: "a PATCH that was applied before is ignored",
    async run(subject) {
      const play = await open(subject, `<p v>0</p>`);
      play.patch(0, text(1, "1"));
      play.patch(0, text(1, "2"));
      play.seq = 0;
      play.patch(0, text(1, "again"));
      await play.settled();
      await play.shows(`<p v>2</p>`);
    },
  },
  {
    name: "PATCHes are acknowledged when no event does it",
    async run(subject) {
      const play = await open(subject, `<p v>0</p>`);
      play.patch(0, text(1, "1"));
      same((await play.socket.next(Frame.ACK)).ack, 1, "ACK");
      for (let i = 2; i <= 33; i++) play.patch(0, text(1, String(i)));
      const { ack } = await play.socket.next(Frame.ACK);
      must(ack >= 32 && ack <= 33, `32 more were acknowledged with ${ack}`);
    },
  },
];

function patchCase({ name, before, frames }: PatchVector): PlayerCase {
  return {
    name: `patch: ${name}`,
    async run(subject) {
      const play = await open(subject, before);
      for (const { hex, after, ops } of frames) {
        const bytes = Uint8Array.fromHex(hex);
        play.socket.send(bytes);
        await play.settled();
        if (!loads(ops)) await play.shows(after, `after ${hex}`);
        await recorded(play, ops);
      }
    },
  };
}

/** Whether operations have the player load another page. */
function loads(ops: readonly unknown[]): boolean {
  return (ops as { op: string }[]).some(({ op }) => op === "navigate");
}

/** What operations besides those on the tree have done. */
async function recorded(
  play: Awaited<ReturnType<typeof open>>,
  ops: readonly unknown[],
): Promise<void> {
  for (const op of ops as Record<string, unknown>[]) {
    switch (op.op) {
      case "emit":
      case "native-view":
      case "native": {
        const { op: kind, ...fields } = op;
        const records = await play.records(String(kind));
        const found = records.some((record) =>
          Object.entries(fields).every(([name, value]) =>
            JSON.stringify(record[name]) === JSON.stringify(value)
          )
        );
        must(found, `nothing was recorded of ${JSON.stringify(op)}`);
        break;
      }
      case "url":
        must((await play.records("url")).length > 0, "no change of the address was recorded");
        break;
      case "head": {
        const { k, x } = op.entry as { k: string; x?: string };
        if (k === "title") same((await play.player.tell("tree")).title, x, "the title");
      }
    }
  }
}

const regions: PlayerCase[] = [
  {
    name: "an async region whose content came with the page stands in its place",
    async run(subject) {
      const play = await greet(
        subject,
        `<div v>${placeholder(1, "wait")}</div>`,
        `<template data-vango="1"><b v>ready</b></template><vango-async></vango-async>`,
      );
      same(play.socket.hello.places, { "0": 1, "2": 1 }, "places");
      await play.shows(`<div v><!--v2--><b v>ready</b><!--/v2--></div>`);
    },
  },
  {
    name: "an async region that waits is replaced by ASYNC_REPLACE, and has places of its own",
    async run(subject) {
      const play = await open(subject, `<div v>${placeholder(1, "wait")}</div><p v>1</p>`);
      same(play.socket.hello.places, { "0": 2, "1": 0 }, "places");
      play.patch(0, (out) => {
        out.op(Op.ASYNC_REPLACE);
        out.varint(1);
        out.varint(Tag.TEMPLATE);
        out.string("<button v=a id=in>go</button>");
        out.varint(1);
        out.varint(0);
      });
      await play.settled();
      await play.shows(
        `<div v><!--v2--><button v=a id=in>go</button><!--/v2--></div><p v>1</p>`,
      );
      await play.click("in");
      const { region, place } = await play.socket.next(Frame.EVENT);
      same([region, place], [2, 1], "region and place of the event");
      play.patch(1, (out) => {
        out.region(2);
        out.at(Op.TEXT, 1);
        out.string("gone");
        out.region(0);
        out.at(Op.TEXT, 2);
        out.string("2");
      });
      await play.settled();
      await play.shows(
        `<div v><!--v2--><button v=a id=in>gone</button><!--/v2--></div><p v>2</p>`,
      );
    },
  },
  {
    name: "a node that is not what it must be is not touched: its region is asked for whole",
    async run(subject) {
      const play = await open(subject, `<p v><b>not one text</b></p><p v>2</p>`);
      play.patch(0, (out) => {
        out.at(Op.TEXT, 1);
        out.string("wrong");
      });
      same((await play.socket.next(Frame.RENDER)).region, 0, "the region that is asked for");
      await play.shows(`<p v><b>not one text</b></p><p v>2</p>`);
      play.patch(0, text(2, "ignored until the markup has come"));
      await play.settled();
      await play.shows(`<p v><b>not one text</b></p><p v>2</p>`);
      play.patch(0, render(`<p v>one</p><p v>two</p>`));
      play.patch(0, text(1, "three"));
      await play.settled();
      await play.shows(`<p v>three</p><p v>two</p>`);
    },
  },
  {
    name: "a place that has left the page is not guessed either",
    async run(subject) {
      const play = await open(subject, `<ul v><li v>a</li><li v>b</li></ul>`);
      play.patch(0, (out) => out.at(Op.REMOVE, 2));
      play.patch(0, text(2, "nowhere"));
      same((await play.socket.next(Frame.RENDER)).region, 0, "the region that is asked for");
    },
  },
];

function invalidCase({ name, hex }: InvalidVector): PlayerCase {
  const frame = Uint8Array.fromHex(hex);
  return {
    name: `invalid: ${name} ends the connection`,
    async run(subject) {
      const play = await greet(subject, `<p v>old</p>`);
      if (frame[0] !== Frame.WELCOME) play.socket.welcome({ mode: "adopted" });
      play.socket.send(frame);
      await play.endsConnection();
      await play.shows(`<p v>old</p>`);
      await subject.player.tell("close");
    },
  };
}

function placeholder(region: number, fallback: string): string {
  return `<!--v${region}--><div data-async-id="${region}" class="vango-async-placeholder" ` +
    `aria-busy="true">${fallback}</div><!--/v${region}-->`;
}

async function deflated(frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([frame]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const whole = new Uint8Array(packed.length + 1);
  whole[0] = encodeNumber(Frame.DEFLATED)[0]!;
  whole.set(packed, 1);
  return whole;
}
