/**
 * Random pages and random changes, as a server encodes them: what a player makes of the patches
 * must be what the headless player does, which is held to a fresh render by law L1.
 *
 * @module
 */
import { ComponentNode } from "../../src/jsx/node.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { COMPONENTS, TEMPLATES, World } from "../properties/pool.tsx";
import { Random } from "../properties/random.ts";
import { CELLS, SHARED, type Spec, SpecSource, TEXT_CELLS } from "../properties/specs.ts";
import { LivePage } from "../tree/live_page.ts";
import { open, type PlayerSubject } from "./play.ts";
import { type Case, same } from "./suite.ts";

const UPDATES = 4;
const DEPTH = 4;

/** A page that changes four times, for each seed. */
export function randomCases(seeds: number): Case<PlayerSubject>[] {
  return Array.from({ length: seeds }, (_, i) => ({
    name: `random page ${i + 1}`,
    run: (subject: PlayerSubject) => play(subject, i + 1),
  }));
}

async function play(subject: PlayerSubject, seed: number): Promise<void> {
  const source = new SpecSource(new Random(seed), TEMPLATES, COMPONENTS);
  const world = randomWorld(source);
  const root = new ComponentNode(() => () => world.show(world.root.value, ""), {}, undefined);
  const live = new LivePage(root);
  const played = await open(subject, live.html);
  same(played.socket.hello.places, { "0": live.counted.server - 1 }, "places");
  await played.shows(markupOf(live), "the first page");
  for (let update = 1; update <= UPDATES; update++) {
    world.root.value = source.change(world.root.value, "flow", DEPTH);
    const frame = live.encode();
    live.page.apply(frame);
    played.socket.send(frame);
    await played.settled();
    await played.shows(markupOf(live), `after update ${update}, ${frame.toHex()}`);
  }
}

function randomWorld(source: SpecSource): World {
  const specs = (count: number): Spec[] =>
    Array.from({ length: count }, () => source.spec("phrasing", 2, false));
  const items = Array.from({ length: 3 }, () => source.spec("flow", DEPTH));
  const first: Spec = { t: "list", keyed: false, items };
  const shared = Array.from({ length: SHARED }, (): Spec => ({
    t: "tpl",
    name: "span",
    texts: source.texts(1),
    kids: specs(1),
    key: undefined,
  }));
  return new World(first, specs(CELLS), source.texts(TEXT_CELLS), shared);
}

function markupOf(live: LivePage): string {
  return innerMarkup(live.page.body, { marks: true }).slice(9, -10);
}
