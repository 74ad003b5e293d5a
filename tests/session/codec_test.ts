import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { createSessionId } from "../../src/internal/ids.ts";
import { decodeRecord, EncodedValue, encodeRecord } from "../../src/session/codec.ts";
import {
  SessionDataError,
  SessionLimitError,
  SessionValueError,
} from "../../src/session/errors.ts";

const ID = createSessionId();

function roundTrip(value: unknown): unknown {
  const record = {
    id: ID,
    schemaVersion: 3,
    createdAt: 1_700_000_000_000,
    userId: "user",
    values: new Map([["key", EncodedValue.of("key", value)]]),
  };
  return decodeRecord(encodeRecord(record), ID).values.get("key")?.value;
}

function recordOf(parts: Record<string, unknown>, data = "{}"): Uint8Array {
  const head = JSON.stringify({ v: 1, s: 0, i: ID, c: 1, ...parts });
  return new TextEncoder().encode(`${head.slice(0, -1)},"d":${data}}`);
}

Deno.test("every kind of plain data survives the store", () => {
  const values: unknown[] = [
    ...[undefined, null, true, 0, -0, 1.5, NaN, Infinity, -Infinity, 2 ** 53],
    ...["", "text", "\u{1F600} </script>\u2028\0", "\ud800 alone", "__proto__"],
    ...[12345678901234567890n, -1n, new Date(1_700_000_000_000), new Date(NaN)],
    ...[[], [undefined, [1]], {}, { a: { b: [null] }, constructor: 1, then: 2, "a b": 3 }],
    new Map<unknown, unknown>([["a", 1], [{ x: 1 }, new Set([1n, "b"])]]),
    new Uint8Array(),
    Uint8Array.from({ length: 256 }, (_, i) => i),
  ];
  for (const value of values) assertEquals(roundTrip(value), value);
  assert(Object.is(roundTrip(-0), -0));
});

Deno.test("cycles and shared references survive the store", () => {
  const shared = { n: 1 };
  const cycle: Record<string, unknown> = { one: shared, two: shared };
  cycle.self = cycle;
  const copy = roundTrip(cycle) as Record<string, unknown>;
  assertStrictEquals(copy.self, copy);
  assertStrictEquals(copy.one, copy.two);
  assertEquals(copy.one, shared);
});

Deno.test("a view of bytes is stored without the rest of its buffer", () => {
  const secret = new TextEncoder().encode("secret-public-secret");
  const view = secret.subarray(7, 13);
  const encoded = EncodedValue.of("key", view);
  assertEquals(encoded.value, new TextEncoder().encode("public"));
  assert(encoded.bytes < 30, encoded.text);
});

Deno.test("what is not plain data is refused, and the message names where it is", () => {
  class Cart {}
  const cases: [unknown, string][] = [
    [() => {}, "cart"],
    [Symbol("x"), "cart"],
    [{ items: [{}, {}, { onBuy() {} }] }, "cart.items[2].onBuy"],
    [{ "a b": new Cart() }, 'cart["a b"]'],
    [new Map([["k", [Promise.resolve()]]]), 'cart.get("k")[0]'],
    [new Set([new Cart()]), "cart.values[0]"],
    [[/x/], "cart[0]"],
    [new Error("x"), "cart"],
    [new URL("https://a.example"), "cart"],
    [new Float64Array(1), "cart"],
    [new (class extends Date {})(), "cart"],
    [[1, , 3], "cart[1]"],
    [{ [Symbol("s")]: 1 }, "cart[Symbol(s)]"],
    [{
      get now() {
        return 1;
      },
    }, "cart.now"],
    [JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'), "cart.a.__proto__"],
  ];
  for (const [value, path] of cases) {
    const error = assertThrows(() => EncodedValue.of("cart", value), SessionValueError);
    assertEquals(error.path, path);
    assert(error.message.startsWith(`Cannot store ${path} in the session: `), error.message);
  }
});

Deno.test("a value that is too deep, too large or has too many parts is refused", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = [deep];
  const cases: [unknown, string][] = [
    [deep, "too_deep"],
    ["x".repeat(300_000), "too_large"],
    ["\u20ac".repeat(100_000), "too_large"],
    [new Array(4_000_000_000), "too_many_parts"],
    [Array.from({ length: 100_001 }, () => 0), "too_many_parts"],
  ];
  for (const [value, code] of cases) {
    const error = assertThrows(() => EncodedValue.of("key", value), SessionLimitError);
    assertEquals(error.code, code);
  }
});

Deno.test("a value is a copy: changing what was set changes nothing, what is got is frozen", () => {
  const cart = { items: [1] };
  const encoded = EncodedValue.of("cart", cart);
  cart.items.push(2);
  const got = encoded.value as typeof cart;
  assertEquals(got, { items: [1] });
  assertThrows(() => got.items.push(3), TypeError);
  assertStrictEquals(encoded.value, got);
});

Deno.test("EncodedValue.equals sees through two spellings of one value", () => {
  const written = EncodedValue.of("key", "a<b");
  const read = EncodedValue.fromParsed(JSON.parse(written.text));
  assert(written.text !== read.text);
  assert(written.equals(read));
  assert(!written.equals(EncodedValue.of("key", "a<c")));
});

Deno.test("a record gives back its head", () => {
  for (const userId of ['user"},{', undefined]) {
    const head = { id: ID, schemaVersion: 7, createdAt: 12, userId };
    assertEquals(decodeRecord(encodeRecord({ ...head, values: new Map() }), ID), {
      ...head,
      values: new Map(),
    });
  }
});

Deno.test("a record that was cut or changed anywhere never decodes to something else", () => {
  const values = new Map([["role", EncodedValue.of("role", { admin: [1, new Date(0)] })]]);
  const record = { id: ID, schemaVersion: 0, createdAt: 1, userId: "u", values };
  const bytes = encodeRecord(record);
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodeRecord(bytes.slice(0, length), ID), SessionDataError);
  }
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice();
    changed[i] = 0xff;
    assertThrows(() => decodeRecord(changed, ID), SessionDataError);
  }
});

Deno.test("a record of another id, another format, without parts or of 1 MB is refused", () => {
  const cases: [Uint8Array, string][] = [
    [recordOf({ i: createSessionId() }), "foreign"],
    [recordOf({ v: 0 }), "format"],
    [recordOf({ v: undefined }), "format"],
    [recordOf({ s: "0" }), "malformed"],
    [recordOf({ c: null }), "malformed"],
    [recordOf({ u: 3 }), "malformed"],
    [recordOf({}, "[]"), "malformed"],
    [recordOf({}, "null"), "malformed"],
    [new TextEncoder().encode("null"), "format"],
    [new TextEncoder().encode("[]"), "format"],
    [new Uint8Array(1024 * 1024), "too_large"],
  ];
  for (const [data, code] of cases) {
    assertEquals(assertThrows(() => decodeRecord(data, ID), SessionDataError).code, code);
  }
});

Deno.test("a record with hostile values is refused and pollutes nothing", () => {
  const hostile = [
    '{"__proto__":[{"isAdmin":1},true]}',
    '{"a":[{"__proto__":1},{"isAdmin":2},true]}',
    '{"a":[["null","__proto__",1],{"x":2},1]}',
    '{"a":[["RegExp","(a+)+$",""]]}',
    '{"a":[["ArrayBuffer","AAAA"]]}',
    '{"a":[["Uint8Array",1],["ArrayBuffer","AAAA"]]}',
    '{"a":[["Temporal.Instant","x"]]}',
    '{"a":[["URL","https://a.example"]]}',
    '{"a":[["constructor",1],1]}',
    '{"a":[[-7,4294967295,0,1],1]}',
    '{"a":[["Bytes",1],"b%%"]}',
    '{"a":[["Bytes",0]]}',
    '{"a":[[9]]}',
    '{"a":[]}',
    '{"a":"text"}',
    '{"a":{}}',
    '{"a":null}',
    `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    `{"a":[${Array.from({ length: 20_000 }, (_, i) => `[${i + 1}]`).join(",")},1]}`,
  ];
  for (const data of hostile) {
    assertThrows(() => decodeRecord(recordOf({}, data), ID), SessionDataError, "Cannot read");
  }
  assertEquals(({} as Record<string, unknown>).isAdmin, undefined);
});
