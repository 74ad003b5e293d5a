import { assert, assertEquals, assertThrows } from "@std/assert";
import { SyncError } from "../../src/sync/errors.ts";
import { decodeKey, encodeKey, isName } from "../../src/sync/ids.ts";
import { plainCopy, sameValue } from "../../src/sync/value.ts";

const REFUSED: [name: string, value: unknown, path: string][] = [
  ["undefined", { a: [1, undefined] }, "a[1]"],
  ["NaN", { n: NaN }, "n"],
  ["an infinity", [Infinity], "[0]"],
  ["a date", { due: new Date(0) }, "due"],
  ["a map", { m: new Map() }, "m"],
  ["a function", { f: () => 1 }, "f"],
  ["a symbol", { s: Symbol("s") }, "s"],
  ["a bigint", { big: 1n }, "big"],
  ["an instance", { x: new (class Todo {})() }, "x"],
  ["a hole", { a: [, 1] }, "a[0]"], // deno-lint-ignore no-sparse-arrays
  ["a symbol key", { [Symbol("k")]: 1 }, "[Symbol(k)]"],
  ["__proto__", JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'), "a.__proto__"],
  [
    "a getter",
    Object.defineProperty({}, "g", { get: () => 1, enumerable: true }),
    "g",
  ],
];

for (const [name, value, path] of REFUSED) {
  Deno.test(`plainCopy refuses ${name} with the path to it`, () => {
    const error = assertThrows(() => plainCopy(value, "todos"), SyncError);
    assertEquals(error.code, "not-plain");
    assertEquals(error.path, path);
    assert(error.message.startsWith("Cannot sync todos"));
  });
}

Deno.test("plainCopy refuses a cycle as too deep, and 240,000 characters as too large", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assertEquals(assertThrows(() => plainCopy(cycle, "x"), SyncError).code, "not-plain");
  const large = assertThrows(() => plainCopy("x".repeat(300_000), "x"), SyncError);
  assertEquals(large.code, "too-large");
});

Deno.test("plainCopy copies and freezes throughout, so that nobody changes what is in the log", () => {
  const original = { list: [{ a: 1 }], text: "ü\ud800", none: null, zero: -0 };
  const copy = plainCopy(original, "x");
  original.list[0]!.a = 2;
  assertEquals(copy.list[0]!.a, 1);
  assert(Object.is(copy.zero, 0));
  assertThrows(() => copy.list.push({ a: 3 }), TypeError);
  assertThrows(() => copy.list[0]!.a = 3, TypeError);
  assertEquals(JSON.parse(JSON.stringify(copy)), JSON.parse(JSON.stringify({ ...copy })));
});

Deno.test("sameValue compares data, whatever the order of fields", () => {
  assert(sameValue({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }));
  assert(!sameValue({ a: 1 }, { a: 1, b: 2 }));
  assert(!sameValue([1, 2], [2, 1]));
  assert(!sameValue({ toString: 1 }, {}));
  assert(!sameValue(null, {}));
  assert(!sameValue([], {}));
});

Deno.test("encodeKey makes any key printable ASCII without / and DEL, and back", () => {
  const keys = ["", "a", "a/b", "100%", "ü€😀", "\ud800", "\u0000\u001f\u007f", "%0041", "~"];
  for (const key of keys) {
    const encoded = encodeKey(key);
    assert(/^[\x20-\x2e\x30-\x7e]*$/.test(encoded), encoded);
    assertEquals(decodeKey(encoded), key);
  }
  assertEquals(new Set(keys.map(encodeKey)).size, keys.length);
});

Deno.test("isName takes no name that the engine or a prototype could mistake for its own", () => {
  assert(isName("todos"));
  assert(isName("team.todos-2:x"));
  for (const bad of ["", "~c.ana", "a/b", "a b", "ü", "x".repeat(65), ".a", 1, null]) {
    assert(!isName(bad), String(bad));
  }
});
