import { assert, assertEquals, assertThrows } from "@std/assert";
import { PlayerPage } from "../../src/player/page.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown } from "../../src/protocol/down.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parseHello } from "../../src/protocol/hello.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import {
  decodeUp,
  encodeEvent,
  encodeJson,
  encodeNavigate,
  encodeNumber,
  type EventFrame,
  type NavigateFrame,
  type UpFrame,
} from "../../src/protocol/up.ts";
import { documentOf } from "../tree/live_page.ts";
import {
  type DownVector,
  type HelloVector,
  type InvalidVector,
  type PatchVector,
  readVectors,
  type UpVector,
} from "../vectors/vectors.ts";

/** As JSON holds it: what is undefined is not there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function bytesOf({ hex }: { hex: string }): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

function encode(frame: UpFrame): Uint8Array {
  switch (frame.frame) {
    case Frame.EVENT:
      return encodeEvent(frame as EventFrame);
    case Frame.NAVIGATE:
      return encodeNavigate(frame as NavigateFrame);
    case Frame.ACK:
      return encodeNumber(frame.frame, frame.ack);
    case Frame.RENDER:
      return encodeNumber(frame.frame, frame.region);
    case Frame.CLIENT:
      return encodeJson(frame.frame, frame.facts);
    case Frame.HELLO:
      return encodeJson(frame.frame, JSON.parse(new TextDecoder().decode(frame.payload)));
    default:
      return encodeNumber(frame.frame);
  }
}

Deno.test("the golden frames from a player mean what they say, both ways", async () => {
  for (const vector of await readVectors<UpVector>("up.json")) {
    const bytes = bytesOf(vector);
    const frame = decodeUp(bytes);
    const meaning = frame.frame === Frame.HELLO
      ? { frame: frame.frame, hello: JSON.parse(new TextDecoder().decode(frame.payload)) }
      : frame;
    assertEquals(plain(meaning), vector.meaning, vector.name);
    assertEquals(encode(frame).toHex(), vector.hex, vector.name);
    if (frame.frame === Frame.HELLO) assertEquals(parseHello(frame.payload).platform, "ios");
  }
});

Deno.test("the golden handshakes are read with suspicion, or refused", async () => {
  for (const { name, hex, meaning, code } of await readVectors<HelloVector>("hello.json")) {
    const payload = Uint8Array.fromHex(hex).subarray(1);
    if (code !== undefined) {
      const error = assertThrows(() => parseHello(payload), ProtocolError, "cannot", name);
      assertEquals(error.code, code, name);
    } else {
      const hello = parseHello(payload);
      const read = { ...hello, places: Object.fromEntries(hello.places) };
      assertEquals(plain(read), meaning, name);
    }
  }
});

Deno.test("the golden frames from a server mean what they say", async () => {
  for (const vector of await readVectors<DownVector>("down.json")) {
    assertEquals(plain(decodeDown(bytesOf(vector))), vector.meaning, vector.name);
  }
});

Deno.test("the golden patches mean what they say and change the page as they should", async () => {
  const vectors = await readVectors<PatchVector>("patches.json");
  assert(vectors.length >= 15);
  for (const { name, before, frames, next } of vectors) {
    const page = new PlayerPage(documentOf(before));
    const words = new WireVocabulary();
    for (const frame of frames) {
      const bytes = bytesOf(frame);
      assertEquals(plain(readPatch(bytes, words).ops), frame.ops, name);
      page.apply(bytes);
      const after = innerMarkup(page.body, { marks: true }).slice(9, -10);
      assertEquals(after, frame.after, name);
    }
    assertEquals(page.regions.byId.get(0)!.next, next, name);
  }
});

Deno.test("the golden patches use every operation", async () => {
  const used = new Set<string>();
  for (const { frames } of await readVectors<PatchVector>("patches.json")) {
    for (const { ops } of frames) for (const op of ops as { op: string }[]) used.add(op.op);
  }
  const all = "text attr remove-attr insert remove move replace value property substitute focus " +
    "swap html head render emit url navigate native-view native transition ticket async-replace";
  for (const op of all.split(" ")) assert(used.has(op), op);
});

Deno.test("the golden errors are refused for what is wrong with them", async () => {
  for (const vector of await readVectors<InvalidVector>("invalid.json")) {
    const bytes = bytesOf(vector);
    const read = (): unknown => {
      if (vector.from === "player") return decodeUp(bytes);
      const frame = decodeDown(bytes);
      return frame.frame === Frame.PATCH ? readPatch(bytes, new WireVocabulary()) : frame;
    };
    const error = assertThrows(read, ProtocolError, "cannot", vector.name);
    assertEquals(error.code, vector.code, `${vector.from}: ${vector.name}`);
  }
});
