import { assertEquals } from "@std/assert";
import { type Signal, signal } from "@vango/vango";
import { MAX_PORTABLE, portableOf, takePortable } from "../../src/live/portable.ts";
import type { StandardSchema } from "../../src/contract/sync.ts";
import { LivePage } from "../tree/live_page.ts";
import { jsx } from "../../src/jsx/element.ts";

/** A schema that accepts strings, in capitals. */
const WORD: StandardSchema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "string"
        ? { value: value.toUpperCase() }
        : { issues: [{ message: "not a word" }] },
  },
};

const THROWS: StandardSchema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate() {
      throw new Error("no");
    },
  },
};

const LATE: StandardSchema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => Promise.resolve({ value }),
  },
};

interface Made {
  readonly [name: string]: Signal<unknown>;
}

/** A page with a signal of each kind. */
function open(): { readonly root: unknown; readonly made: Made } {
  let made: Made = {};
  function Page() {
    made = {
      filter: signal<unknown>("all", { key: "filter", portable: WORD }),
      second: signal<unknown>("two", { portable: WORD }),
      isAdmin: signal<unknown>(false, { key: "isAdmin" }),
      user: signal<unknown>("ana"),
      throws: signal<unknown>("as it was", { key: "throws", portable: THROWS }),
      late: signal<unknown>("as it was", { key: "late", portable: LATE }),
    };
    return () => <p>{made.filter}</p>;
  }
  const page = new LivePage(jsx(Page, {}));
  return { root: page.region.root, made };
}

function valuesOf(made: Made): unknown[] {
  return Object.values(made).map(({ value }) => value);
}

Deno.test("only signals that are declared portable leave a page", () => {
  const { root } = open();
  const [values] = Object.values(portableOf(root));
  assertEquals(Object.keys(values!).sort(), ["1", "filter", "late", "throws"]);
});

Deno.test("a page takes its portable signals back, as their schema makes them", () => {
  const { root, made } = open();
  made.filter!.value = "open";
  made.second!.value = "three";
  const text = JSON.stringify(portableOf(root));
  const other = open();
  takePortable(other.root, text);
  assertEquals(valuesOf(other.made).slice(0, 2), ["OPEN", "THREE"]);
});

Deno.test("nothing else that a player says of a page's state is read", () => {
  const { root, made } = open();
  const [address] = Object.keys(portableOf(root));
  const before = valuesOf(made);
  const forged: Record<string, unknown>[] = [
    { filter: 7, 1: null, isAdmin: true, 2: true, user: "root", 3: "root" },
    { throws: "mine", late: "mine", toString: "x", constructor: { prototype: 1 } },
  ];
  for (const values of forged) takePortable(root, JSON.stringify({ [address!]: values }));
  takePortable(root, `{"${address}":{"__proto__":{"filter":"x"}}}`);
  takePortable(root, `{"__proto__":{"filter":"x"},"/elsewhere":{"filter":"x"}}`);
  for (const text of ["", "null", "7", "[", "[[1]]", `{"${address}":"filter"}`]) {
    takePortable(root, text);
  }
  assertEquals(valuesOf(made), before);
  assertEquals(({} as Record<string, unknown>).filter, undefined);
});

Deno.test("what is larger than a handshake may carry is not read at all", () => {
  const { root, made } = open();
  const [address] = Object.keys(portableOf(root));
  const fill = (length: number) => JSON.stringify({ [address!]: { filter: "x".repeat(length) } });
  const rest = fill(0).length;
  takePortable(root, fill(MAX_PORTABLE - rest + 1));
  assertEquals(made.filter!.value, "all");
  takePortable(root, fill(MAX_PORTABLE - rest));
  assertEquals((made.filter!.value as string).length, MAX_PORTABLE - rest);
});
