/**
 * Frames of every kind but patches, and what they mean.
 *
 * @module
 */
import { EVENT_TYPES } from "../../src/internal/event_types.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown } from "../../src/protocol/down.ts";
import {
  decodeUp,
  encodeEvent,
  encodeJson,
  encodeNavigate,
  encodeNumber,
} from "../../src/protocol/up.ts";
import type { DownVector, UpVector } from "./vectors.ts";

function up(name: string, bytes: Uint8Array<ArrayBuffer>): UpVector {
  const frame = decodeUp(bytes);
  if (frame.frame !== Frame.HELLO) return { name, hex: bytes.toHex(), meaning: { ...frame } };
  const hello: unknown = JSON.parse(new TextDecoder().decode(frame.payload));
  return { name, hex: bytes.toHex(), meaning: { frame: frame.frame, hello } };
}

const place = { region: 0, place: 7, payload: undefined };

/** What the types bring that bring something. */
const USUAL_PAYLOADS: Readonly<Record<string, unknown>> = {
  input: "",
  change: [["a.png", 4096, "image/png"]],
  submit: [],
  keydown: ["Enter"],
  keyup: ["A", "sr"],
  pointerdown: [0, 0, 0],
  pointerup: [3, 4, 2],
  pointermove: [-1, 4, 0],
  wheel: [0, -120],
  scroll: [0, 300],
  toggle: true,
};

/** Frames from a player. */
export const UP: readonly UpVector[] = [
  up(
    "hello",
    encodeJson(Frame.HELLO, {
      v: 1,
      token: "a.b",
      platform: "ios",
      version: "1.2.3",
      capabilities: { touch: true, hover: false },
      screen: { width: 390, height: 844 },
      seq: 0,
      event: 0,
      places: { "0": 312, "2": 9 },
      deflate: true,
    }),
  ),
  up("click", encodeEvent({ seq: 1, ack: 0, type: "click", ...place })),
  up(
    "click with large numbers",
    encodeEvent({
      seq: 16_383,
      ack: 2_097_151,
      type: "click",
      region: 2,
      place: 2_147_483_647,
      payload: undefined,
    }),
  ),
  up("input", encodeEvent({ seq: 2, ack: 1, type: "input", ...place, payload: "héllo \u{1f600}" })),
  up(
    "change of a checkbox",
    encodeEvent({ seq: 3, ack: 1, type: "change", ...place, payload: true }),
  ),
  up(
    "change of a multiple select",
    encodeEvent({
      seq: 4,
      ack: 1,
      type: "change",
      ...place,
      payload: ["a", "b"],
    }),
  ),
  up(
    "submit",
    encodeEvent({
      seq: 5,
      ack: 1,
      type: "submit",
      ...place,
      payload: [["q", "x y"], ["file", ["a.txt", 12, "text/plain"]], ["go", "1"]],
    }),
  ),
  up("keydown", encodeEvent({ seq: 6, ack: 1, type: "keydown", ...place, payload: ["a", "cs"] })),
  up(
    "pointerdown",
    encodeEvent({ seq: 7, ack: 1, type: "pointerdown", ...place, payload: [3, 4, 0] }),
  ),
  up(
    "click with declared fields",
    encodeEvent({
      seq: 8,
      ack: 1,
      type: "click",
      ...place,
      payload: { f: { clientX: 3 } },
    }),
  ),
  up(
    "mouseup, the last type with a code",
    encodeEvent({ seq: 9, ack: 1, type: "mouseup", ...place }),
  ),
  up(
    "a custom event",
    encodeEvent({
      seq: 10,
      ack: 1,
      type: "app:saved",
      region: 4,
      place: 1,
      payload: { id: 3 },
    }),
  ),
  up(
    "submit of a form with a file, which goes by HTTP",
    encodeEvent({
      seq: 11,
      ack: 1,
      type: "submit",
      ...place,
      payload: { p: [["file", ["a.txt", 12, "text/plain"]]], u: "f-1" },
    }),
  ),
  ...EVENT_TYPES.slice(1).map((type) =>
    up(
      `${type}, with its usual payload`,
      encodeEvent({ seq: 1, ack: 0, type, ...place, payload: USUAL_PAYLOADS[type] }),
    )
  ),
  up("navigate", encodeNavigate({ seq: 11, ack: 2, url: "/orders?page=2#x", mode: "push" })),
  up("back", encodeNavigate({ seq: 12, ack: 2, url: "/", mode: "pop" })),
  up("ack", encodeNumber(Frame.ACK, 300)),
  up("ping", encodeNumber(Frame.PING)),
  up("pong", encodeNumber(Frame.PONG)),
  up("render", encodeNumber(Frame.RENDER, 2)),
  up("client", encodeJson(Frame.CLIENT, { screen: { width: 800, height: 600 } })),
];

function down(name: string, bytes: Uint8Array<ArrayBuffer>): DownVector {
  return { name, hex: bytes.toHex(), meaning: { ...decodeDown(bytes) } };
}

/** Frames from a server, but for patches. */
export const DOWN: readonly DownVector[] = [
  down("welcome, adopted", encodeJson(Frame.WELCOME, { v: 1, mode: "adopted", seq: 0, ack: 0 })),
  down("welcome, resumed", encodeJson(Frame.WELCOME, { v: 1, mode: "resumed", seq: 9, ack: 4 })),
  down("welcome, mounted", encodeJson(Frame.WELCOME, { v: 1, mode: "mounted", seq: 9, ack: 4 })),
  down("error, reload", encodeJson(Frame.ERROR, { code: "reload" })),
  down("error, dropped", encodeJson(Frame.ERROR, { code: "dropped", seq: 3 })),
  down("error, handler", encodeJson(Frame.ERROR, { code: "handler", id: "k3x", message: "no" })),
  down("error that later servers know", encodeJson(Frame.ERROR, { code: "new", more: 1 })),
  down(
    "welcome of a page that is kept",
    encodeJson(Frame.WELCOME, { v: 1, mode: "adopted", seq: 0, ack: 0, durable: 0 }),
  ),
  down(
    "welcome, restored",
    encodeJson(Frame.WELCOME, { v: 1, mode: "restored", seq: 9, ack: 4, durable: 4 }),
  ),
  down(
    "welcome with a field that later servers send",
    encodeJson(Frame.WELCOME, {
      v: 1,
      mode: "adopted",
      seq: 0,
      ack: 0,
      more: true,
    }),
  ),
  down("error, overloaded", encodeJson(Frame.ERROR, { code: "overloaded" })),
  down(
    "error, upload",
    encodeJson(Frame.ERROR, { code: "upload", seq: 7, message: "upload-late" }),
  ),
  down("durable", encodeNumber(Frame.DURABLE, 300)),
  down("ping", encodeNumber(Frame.PING)),
  down("pong", encodeNumber(Frame.PONG)),
];
