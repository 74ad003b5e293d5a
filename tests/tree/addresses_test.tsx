import { assertEquals, assertNotEquals } from "@std/assert";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import type { ComponentNode } from "../../src/jsx/node.ts";
import type { Renderable } from "@vango/vango";
import { walkPage } from "../../src/tree/addresses.ts";
import { startLive } from "../live/rig.ts";

/** Handlers' places of a page, by the hash of their part. */
function partsOf(page: () => Renderable): (readonly [hash: number, places: readonly number[]])[] {
  const { live } = startLive(jsx(page, {}) as ComponentNode);
  return [...walkPage(live.region.root).get("")!];
}

function Row({ id }: { id: number }): Renderable {
  return <button type="button" onclick={() => id}>{id}</button>;
}

function Other(): Renderable {
  return <a onclick={() => {}}>other</a>;
}

Deno.test("walkPage gives a list of keyed components in another order another hash", () => {
  const list = (ids: readonly number[]) => () => (
    <main>
      <ul>{ids.map((id) => <Row key={id} id={id} />)}</ul>
    </main>
  );
  const [[hash, places]] = partsOf(list([1, 2, 3])) as [[number, number[]]];
  assertEquals(places.length, 3);
  assertEquals(partsOf(list([1, 2, 3])), [[hash, places]]);
  for (const ids of [[3, 2, 1], [1, 3, 2], [1, 2, 4], [1, 2], [1, 2, 3, 4]]) {
    assertNotEquals(partsOf(list(ids))[0]![0], hash, `${ids}`);
  }
});

Deno.test("walkPage gives keyed rows, and lists in lists, in another order another hash", () => {
  const rows = (ids: readonly number[]) => () => (
    <ul>{ids.map((id) => <li key={id} onclick={() => id}>{id}</li>)}</ul>
  );
  assertNotEquals(partsOf(rows([1, 2]))[0]![0], partsOf(rows([2, 1]))[0]![0]);
  const groups = (ids: readonly number[]) => () => (
    <main>
      {[1, 2].map((group) => <ul key={group}>{ids.map((id) => <Row key={id} id={id} />)}</ul>)}
    </main>
  );
  assertNotEquals(partsOf(groups([1, 2]))[0]![0], partsOf(groups([2, 1]))[0]![0]);
});

Deno.test("walkPage changes the hash of the part that changes, and no other", () => {
  const page = (changed: boolean) => () => (
    <main>
      {changed ? <Other /> : <Row id={0} />}
      <ul>{[1, 2].map((id) => <Row key={id} id={id} />)}</ul>
      <b onclick={() => {}}>own</b>
    </main>
  );
  const before = new Map(partsOf(page(false)));
  const after = new Map(partsOf(page(true)));
  assertEquals([before.size, after.size], [3, 3]);
  assertEquals([...after.keys()].filter((hash) => before.has(hash)).length, 2);
});
