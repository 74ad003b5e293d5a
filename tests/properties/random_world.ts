/**
 * Random pages, and random changes of them.
 *
 * @module
 */
import { ComponentNode } from "../../src/jsx/node.ts";
import { batch } from "../../src/signals/signals.ts";
import { COMPONENTS } from "./components.tsx";
import { Random } from "./random.ts";
import { CELLS, SHARED, type Spec, SpecSource, TEXT_CELLS } from "./specs.ts";
import { TEMPLATES } from "./templates.tsx";
import { World } from "./world.tsx";

/** How deep parts stand in parts. */
const DEPTH = 4;

/** Where the pages of a seed come from. */
export function sourceOf(seed: number): SpecSource {
  return new SpecSource(new Random(seed), TEMPLATES, COMPONENTS);
}

/** The first page of a seed: several parts, so that it is not just a text. */
export function firstPage(source: SpecSource): Spec {
  const items = Array.from({ length: 3 }, () => source.spec("flow", DEPTH));
  return { t: "list", keyed: false, items };
}

/** State for a page. @param root What it shows first. */
export function worldOf(source: SpecSource, root: Spec = firstPage(source)): World {
  const specs = (count: number): Spec[] =>
    Array.from({ length: count }, () => source.spec("phrasing", 2, false));
  const cells = specs(CELLS);
  const texts = source.texts(TEXT_CELLS);
  // Nodes of one template that are made once: they take each other's place.
  const shared = Array.from({ length: SHARED }, (): Spec => ({
    t: "tpl",
    name: "span",
    texts: source.texts(1),
    kids: specs(1),
    key: undefined,
  }));
  return new World(root, cells, texts, shared);
}

/** The page that shows a world. */
export function pageOf(world: World): ComponentNode {
  return new ComponentNode(() => () => world.show(world.root.value, ""), {}, undefined);
}

/** Another page in place of the one that is shown, with much of it. */
export function changeRoot(world: World, source: SpecSource): void {
  world.root.value = source.change(world.root.value, "flow", DEPTH);
}

/** Some changes to the state, as one handler might make them. */
export function change(world: World, source: SpecSource): void {
  const { random } = source;
  batch(() => {
    if (random.chance(0.8)) changeRoot(world, source);
    if (random.chance(0.3)) world.setCell(random.int(CELLS), source.spec("phrasing", 2, false));
    if (random.chance(0.3)) world.textCells[random.int(TEXT_CELLS)]!.value = source.text();
  });
}
