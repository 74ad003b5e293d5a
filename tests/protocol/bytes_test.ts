import { assert, assertEquals, assertThrows } from "@std/assert";
import { ProtocolError, type ProtocolErrorCode } from "../../src/protocol/errors.ts";
import { MAX_NUMBER } from "../../src/protocol/limits.ts";
import { ByteReader, decodeUtf8, parseJson } from "../../src/protocol/reader.ts";
import { ByteWriter } from "../../src/protocol/writer.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { Op, Tag } from "../../src/protocol/codes.ts";

function refused(read: () => unknown, code: ProtocolErrorCode): void {
  assertEquals(assertThrows(read, ProtocolError).code, code);
}

Deno.test("a varint is read back at every length's edges", () => {
  const edges = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456];
  for (const value of [...edges, MAX_NUMBER]) {
    const writer = new ByteWriter(1);
    writer.varint(value);
    const reader = new ByteReader(writer.take());
    assertEquals(reader.varint(), value);
    assert(reader.done);
  }
});

Deno.test("a varint has one form, ends, and stays below 2^31", () => {
  refused(() => new ByteReader(new Uint8Array([0x80, 0x00])).varint(), "varint");
  refused(() => new ByteReader(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x08])).varint(), "varint");
  refused(
    () => new ByteReader(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 1])).varint(),
    "varint",
  );
  refused(() => new ByteReader(new Uint8Array([0x80])).varint(), "truncated");
  refused(() => new ByteReader(new Uint8Array([])).varint(), "truncated");
});

Deno.test("a declared length allocates nothing", () => {
  const writer = new ByteWriter();
  writer.varint(MAX_NUMBER);
  refused(() => new ByteReader(writer.take()).string(), "truncated");
});

Deno.test("strings keep their bytes; broken UTF-8 is refused", () => {
  const writer = new ByteWriter(1);
  const text = "é\u{1f600}\u0000\ufeff";
  writer.string(text);
  writer.utf8("rest");
  const reader = new ByteReader(writer.take());
  assertEquals([reader.string(), reader.rest()], [text, "rest"]);
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    refused(() => decodeUtf8(new Uint8Array(bytes)), "utf8");
  }
});

Deno.test("JSON from a peer is bounded in depth and reaches no prototype", () => {
  refused(() => parseJson("[".repeat(33) + "]".repeat(33), 32), "limit");
  refused(() => parseJson("[".repeat(1_000_000), 32), "limit");
  refused(() => parseJson("{", 32), "json");
  assertEquals(parseJson('["[[[[", "\\"[["]', 1), ["[[[[", '"[[']);
  const given = parseJson('{"__proto__":{"admin":true},"a":{"__proto__":1}}', 3) as Record<
    string,
    unknown
  >;
  assertEquals(given.admin, undefined);
  assertEquals(Object.getPrototypeOf(given), Object.prototype);
});

Deno.test("PatchWriter runs entries of one operation together and leaves the last length out", () => {
  const out = new PatchWriter();
  out.at(Op.TEXT, 12);
  out.string("a");
  out.at(Op.TEXT, 52);
  out.string("bc");
  assertEquals(out.finish(1, 0).toHex(), "10" + "0100" + "05" + "01310" + "1a001" + "616263");
  assertEquals(out.empty, true);
});

Deno.test("PatchWriter goes back to a mark, bit for bit", () => {
  const whole = new PatchWriter();
  const rewound = new PatchWriter();
  const start = (out: PatchWriter): void => {
    out.region(2);
    out.at(Op.TEXT, 5);
    out.string("x");
  };
  start(whole);
  start(rewound);
  const mark = rewound.mark();
  rewound.at(Op.TEXT, 9);
  rewound.string("thrown away");
  rewound.region(0);
  rewound.op(Op.HEAD);
  rewound.rewind(mark);
  for (const out of [whole, rewound]) {
    out.at(Op.REMOVE, 3);
    out.at(Op.REMOVE, 4);
  }
  assertEquals(rewound.finish(1, 0).toHex(), whole.finish(1, 0).toHex());
});

Deno.test("lone surrogates and NUL become U+FFFD and keep every later string in its place", () => {
  const out = new PatchWriter();
  for (const [place, text] of ["a\ud800", "\u0000b", "\udc00c", "end"].entries()) {
    out.at(Op.TEXT, place + 1);
    out.string(text);
  }
  const { ops } = readPatch(out.finish(1, 0), new WireVocabulary());
  assertEquals(ops.map((op) => (op as { text: string }).text), [
    "a\ufffd",
    "\ufffdb",
    "\ufffdc",
    "end",
  ]);
});

Deno.test("values nest as deep as the limit and no deeper", () => {
  const nested = (depth: number): Uint8Array => {
    const out = new PatchWriter();
    out.at(Op.REPLACE, 1);
    for (let i = 0; i < depth; i++) {
      out.varint(Tag.LIST);
      out.varint(1);
    }
    out.varint(Tag.EMPTY);
    return out.finish(1, 0);
  };
  readPatch(nested(512), new WireVocabulary());
  refused(() => readPatch(nested(513), new WireVocabulary()), "limit");
  refused(() => readPatch(nested(100_000), new WireVocabulary()), "limit");
});

Deno.test("a frame that breaks at its end teaches no words", () => {
  const out = new PatchWriter();
  out.at(Op.ATTR, 1);
  out.varint(0);
  out.string("title");
  out.string("x");
  out.op(0x7f);
  const words = new WireVocabulary();
  refused(() => readPatch(out.finish(1, 0), words), "unknown-op");
  assertEquals(words.names, []);
});
