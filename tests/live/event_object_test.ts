import { assertEquals } from "@std/assert";
import { on } from "../../src/jsx/on.ts";
import { EventObject, payloadOf } from "../../src/live/event_object.ts";

function event(payload: unknown): EventObject {
  return new EventObject({ id: "s", abortSignal: new AbortController().signal }, 7, "x", payload);
}

Deno.test("EventObject has a name for ever: session and number", () => {
  assertEquals(event(undefined).id, "s.7");
});

Deno.test("EventObject reads what its type sends", () => {
  assertEquals(event("text").value, "text");
  assertEquals(event("text").values, ["text"]);
  assertEquals(event(true).checked, true);
  assertEquals(event(["a", "b"]).values, ["a", "b"]);
  assertEquals(event(["a", "b"]).value, "a");
  assertEquals(event([["f.txt", 3, "text/plain"]]).files, [
    { name: "f.txt", size: 3, type: "text/plain" },
  ]);
  const key = event(["Enter", "cs"]);
  assertEquals([key.key, key.ctrlKey, key.shiftKey, key.altKey, key.metaKey], [
    "Enter",
    true,
    true,
    false,
    false,
  ]);
  const point = event([3, 4.5, 2]);
  assertEquals([point.x, point.y, point.button], [3, 4.5, 2]);
  assertEquals([...event([["a", "1"], ["a", "2"]]).data.getAll("a")], ["1", "2"]);
});

Deno.test("the detail of a custom event is whole, also when it looks like declared fields", () => {
  const handler = (): void => {};
  const detailOf = (payload: unknown, by: unknown) => event(payloadOf("moved", payload, by)).detail;
  for (const detail of [{ a: 1 }, { p: 1, f: { x: 2 } }, [1], "text", null]) {
    assertEquals(detailOf(detail, handler), detail);
  }
  const declares = on(handler, { fields: ["timeStamp"] });
  assertEquals(detailOf({ p: { a: 1 }, f: { timeStamp: 2 } }, declares), { a: 1 });
  assertEquals(event(payloadOf("click", { p: undefined }, handler)).detail, undefined);
});

Deno.test("EventObject keeps declared fields apart from the payload", () => {
  const declared = event({ p: "text", f: { clientX: 3 } });
  assertEquals(declared.value, "text");
  assertEquals(declared.fields, { clientX: 3 });
  assertEquals(event("text").fields, {});
});

Deno.test("EventObject gives its types whatever a hostile player sends", () => {
  const payloads: unknown[] = [
    null,
    0,
    -1,
    1e308,
    "",
    [],
    [[]],
    [null],
    [[null, null]],
    [{ toString: 1 }, { valueOf: 1 }],
    [[{ toString: 1 }, "x", { toString: 1 }]],
    { p: null },
    { p: { toString: 1 }, f: [] },
    { f: null },
    { toString: 1, valueOf: 1 },
    { constructor: { prototype: 1 } },
    JSON.parse(`[{"__proto__":{"x":1}}]`),
    [["a"], ["b", 1], [1, "c"], "d", ["constructor", "x"], ["__proto__", "y"]],
  ];
  for (const payload of payloads) {
    const object = event(payload);
    assertEquals(typeof object.value, "string");
    assertEquals(typeof object.checked, "boolean");
    assertEquals(typeof object.key, "string");
    for (const value of object.values) assertEquals(typeof value, "string");
    for (const { name, size, type } of object.files) {
      assertEquals([typeof name, typeof size, typeof type], ["string", "number", "string"]);
    }
    for (const [name, value] of object.data) {
      assertEquals([typeof name, typeof value], ["string", "string"]);
    }
    for (
      const number of [
        object.x,
        object.y,
        object.button,
        object.deltaX,
        object.deltaY,
        object.left,
        object.top,
      ]
    ) assertEquals(Number.isFinite(number), true);
    for (
      const flag of [object.ctrlKey, object.shiftKey, object.altKey, object.metaKey, object.repeat]
    ) assertEquals(typeof flag, "boolean");
    assertEquals(typeof object.open, "boolean");
    assertEquals(typeof object.fields, "object");
  }
});

Deno.test("EventObject takes at most a thousand fields of a form", () => {
  const fields = Array.from({ length: 5_000 }, (_, i) => ["n" + i, "v"]);
  assertEquals([...event(fields).data].length, 1_000);
});

Deno.test("EventObject's signal fires at its deadline and at the end of the session", () => {
  const session = new AbortController();
  const make = () => new EventObject({ id: "s", abortSignal: session.signal }, 1, "x", 0);
  const late = make();
  const other = make();
  const { signal } = late;
  late.abort(new Error("deadline"));
  assertEquals([signal.aborted, other.signal.aborted], [true, false]);
  session.abort();
  assertEquals(other.signal.aborted, true);
});
