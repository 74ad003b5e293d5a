/**
 * Laws L1 to L3 on random pages: what patches make of a page equals a fresh render, nodes that did
 * not change stay, and nothing static is told twice.
 *
 * Run one seed with `VANGO_SEED=123`; `VANGO_SOAK=1` runs many. What seeds have found is tested by
 * name in `tests/tree/` and `tests/html/`, where it does not depend on how pages are drawn.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { PlayerPage } from "../../src/player/page.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { documentOf, LivePage, renderOnce } from "../tree/live_page.ts";
import { byPath, canonical } from "./canonical.ts";
import { change, firstPage, pageOf, sourceOf, worldOf } from "./random_world.ts";
import type { World } from "./world.tsx";

const SOAK = Boolean(Deno.env.get("VANGO_SOAK"));
const ONE = Deno.env.get("VANGO_SEED");
const SEEDS = SOAK ? 20_000 : 500;
const UPDATES = 6;

function freshPage(world: World): PlayerPage {
  return new PlayerPage(documentOf(renderOnce(pageOf(world.copy()))));
}

function mustEqual(actual: string, expected: string, what: string): void {
  if (actual !== expected) assertEquals(actual.split("\n"), expected.split("\n"), what);
}

/** L1 for one seed: every update of the sequence. */
function checkUpdates(seed: number): void {
  const source = sourceOf(seed);
  const world = worldOf(source, firstPage(source));
  const live = new LivePage(pageOf(world));
  mustEqual(canonical(live.page.body), canonical(freshPage(world).body), `seed ${seed}, start`);
  for (let update = 1; update <= UPDATES; update++) {
    const before = byPath(live.page.body);
    change(world, source);
    const { ops } = live.flush();
    const what = `seed ${seed}, update ${update}`;
    if (ONE) {
      console.log(what, JSON.stringify(ops, null, 1), innerMarkup(live.page.body, { marks: true }));
    }
    assertEquals(live.mismatches, [], `${what}: the player found something else`);
    assertEquals(live.host.reported, [], what);
    mustEqual(canonical(live.page.body), canonical(freshPage(world).body), what);
    assertEquals(live.counted.player, live.counted.server, `${what}: places`);
    for (const [path, node] of byPath(live.page.body)) {
      if (/~|^shared|^cell/.test(path)) continue;
      const old = before.get(path);
      assert(!old || old === node, `${what}: ${path} is another element than before`);
    }
  }
}

/** L2 for one seed: the same content as markup and as a patch. */
function checkInsert(seed: number): void {
  const source = sourceOf(seed);
  const root = firstPage(source);
  const world = worldOf(source, { t: "none", value: null });
  const live = new LivePage(pageOf(world));
  world.root.value = root;
  live.flush();
  assertEquals(live.mismatches, [], `seed ${seed}: the player found something else`);
  const fresh = freshPage(world);
  mustEqual(canonical(live.page.body, true), canonical(fresh.body, true), `seed ${seed}`);
  assertEquals(live.counted.player, live.counted.server, `seed ${seed}: places`);
  assertEquals(live.counted.server, fresh.regions.byId.get(0)!.next, `seed ${seed}: places`);
}

/** L3 for one seed: no template is told twice. */
function checkWords(seed: number): void {
  const source = sourceOf(seed);
  const world = worldOf(source, firstPage(source));
  const live = new LivePage(pageOf(world));
  for (let update = 1; update <= UPDATES; update++) {
    change(world, source);
    live.flush();
  }
  const { templates, names } = live.page.words;
  const told = templates.map(({ html, holes }) => html + JSON.stringify(holes));
  assertEquals(told.length, new Set(told).size, `seed ${seed}: a template was told twice: ${told}`);
  assertEquals(names.length, new Set(names).size, `seed ${seed}: a name was told twice`);
}

function runSeeds(check: (seed: number) => void, note: string): void {
  if (ONE) return check(Number(ONE));
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      check(seed);
    } catch (error) {
      console.error(`failed with VANGO_SEED=${seed}`);
      throw error;
    }
  }
  if (SOAK) console.log(`soak: ${note}: ${SEEDS} seeds, none failed`);
}

Deno.test("L1: a patched page equals a fresh render, and what did not change stays", () => {
  runSeeds(checkUpdates, `L1, ${UPDATES} updates each`);
});

Deno.test("L2: markup and patches build the same nodes and count the same places", () => {
  runSeeds(checkInsert, "L2");
});

Deno.test("L3: a connection tells no template and no name twice", () => {
  runSeeds(checkWords, "L3");
});
