import { assertEquals } from "@std/assert";
import { EVENT_TYPES, eventCode, eventMark } from "../../src/internal/event_types.ts";
import { AttrTag, Frame, Op, PROTOCOL_VERSION, Tag } from "../../src/protocol/codes.ts";
import { HoleKind } from "../../src/protocol/patch_reader.ts";
import { Hole } from "../../src/jsx/hole.ts";

/**
 * What players of each version agree on. When this fails, a number of the wire has changed: then it
 * is another version, unless no player of this one was ever published.
 */
const HASHES: Readonly<Record<number, string>> = {
  1: "c2501cce4820eb0633b86da487dffacc689385a7c7b2f0b7e22bd775574f2c58",
};

function values(table: Readonly<Record<string, number>>): number[] {
  return Object.values(table);
}

Deno.test("no two frames, operations or tags have the same number", () => {
  for (const table of [Frame, Op, Tag, AttrTag, HoleKind]) {
    assertEquals(new Set(values(table)).size, values(table).length);
  }
});

Deno.test("numbers fit where they stand: frames and operations in a byte, names apart from bits", () => {
  for (const number of [...values(Frame), ...values(Op)]) {
    assertEquals(number, number & 0xff);
  }
  assertEquals(EVENT_TYPES.length <= 0x80, true, "0x80 says that a region follows");
});

Deno.test("the specification's numbers are what they were published as", () => {
  assertEquals([Op.TEXT, Op.ATTR, Op.REMOVE_ATTR, Op.INSERT, Op.REMOVE, Op.MOVE, Op.REPLACE], [
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x07,
  ]);
  assertEquals([Op.VALUE, Op.FOCUS, Frame.EVENT], [0x08, 0x0b, 0x20]);
  assertEquals([Op.URL_PUSH, Op.URL_REPLACE, Op.NAVIGATE_PUSH, Op.NAVIGATE_REPLACE], [
    0x30,
    0x31,
    0x32,
    0x33,
  ]);
  assertEquals(
    [Op.ASYNC_REPLACE, Op.NATIVE_VIEW, Op.NATIVE_NAVIGATE, Op.NATIVE_HAPTIC, Op.NATIVE_SHARE],
    [0x40, 0x50, 0x51, 0x52, 0x53],
  );
});

Deno.test("holes have the numbers on the wire that templates have", () => {
  for (const [name, kind] of Object.entries(HoleKind)) {
    assertEquals(kind, Hole[name as keyof typeof Hole], name);
  }
});

Deno.test("every event type has one code, and a letter where there are letters", () => {
  assertEquals(new Set(EVENT_TYPES).size, EVENT_TYPES.length);
  for (const [code, type] of EVENT_TYPES.entries()) {
    if (code === 0) continue;
    assertEquals(eventCode(type), code);
    assertEquals(eventMark(type), code <= 26 ? String.fromCharCode(96 + code) : type);
  }
  assertEquals([eventCode("app:saved"), eventMark("app:saved")], [0, "app:saved"]);
});

Deno.test("the numbers of the wire are those of the protocol's version", async () => {
  const schema = JSON.stringify([Frame, Op, Tag, AttrTag, HoleKind, EVENT_TYPES]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(schema));
  assertEquals(new Uint8Array(digest).toHex(), HASHES[PROTOCOL_VERSION], schema);
});
