/**
 * Random pages and random changes, as a server encodes them: what a player makes of the patches
 * must be what the headless player does, which is held to a fresh render by law L1.
 *
 * @module
 */
import { innerMarkup } from "../../src/player/serialize.ts";
import { changeRoot, pageOf, sourceOf, worldOf } from "../properties/random_world.ts";
import { LivePage } from "../tree/live_page.ts";
import { open, type PlayerSubject } from "./play.ts";
import { type Case, same } from "./suite.ts";

const UPDATES = 4;

/** A page that changes four times, for each seed. */
export function randomCases(seeds: number): Case<PlayerSubject>[] {
  return Array.from({ length: seeds }, (_, i) => ({
    name: `random page ${i + 1}`,
    run: (subject: PlayerSubject) => play(subject, i + 1),
  }));
}

async function play(subject: PlayerSubject, seed: number): Promise<void> {
  const source = sourceOf(seed);
  const world = worldOf(source);
  const live = new LivePage(pageOf(world));
  const played = await open(subject, live.html);
  same(played.socket.hello.places, { "0": live.counted.server - 1 }, "places");
  await played.shows(markupOf(live), "the first page");
  for (let update = 1; update <= UPDATES; update++) {
    changeRoot(world, source);
    const frame = live.encode();
    live.page.apply(frame);
    played.socket.send(frame);
    await played.settled();
    await played.shows(markupOf(live), `after update ${update}, ${frame.toHex()}`);
  }
}

function markupOf(live: LivePage): string {
  return innerMarkup(live.page.body, { marks: true }).slice(9, -10);
}
