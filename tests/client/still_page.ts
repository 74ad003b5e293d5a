/**
 * A page whose time a test moves, for what the player does by the clock.
 *
 * @module
 */
import type { Rig, Visit } from "./rig.ts";

/** A page whose clock stands still, 20 s after it was opened. */
export async function openStill(rig: Rig, html: string, options = {}): Promise<Visit> {
  const visit = await rig.open(html, {
    before: (page) => page.clock.install({ time: 0 }),
    ...options,
  });
  await visit.page.clock.pauseAt(20_000);
  return visit;
}

/** The classes that say how the connection stands. */
export function htmlClass(visit: Visit): Promise<string> {
  return visit.page.evaluate(() => document.documentElement.className);
}
