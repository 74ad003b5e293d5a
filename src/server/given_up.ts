/**
 * What is left of pages that were given up before their player came: kept for a while, within
 * bounds, for the render that takes their place.
 *
 * @module
 */
import type { LiveSession } from "../live/live_session.ts";
import { type Leftovers, leftoversOf } from "../tree/leftovers.ts";

/** Milliseconds that leftovers are kept: after that, fresh content is worth the work. */
const LIFE = 60_000;

/** Pages whose leftovers are kept at most, each of up to 256 K characters; the oldest go first. */
const MAX_PAGES = 200;

/** Leftovers by page. */
export class GivenUpPages {
  readonly #pages: Map<string, { readonly leftovers: Leftovers; readonly due: number }> = new Map();

  /** Keeps what can be kept of a page that is about to end. */
  keep(live: LiveSession): void {
    this.#expire();
    const leftovers = leftoversOf(live.tree);
    if (leftovers.size === 0) return;
    this.#pages.delete(live.id);
    this.#pages.set(live.id, { leftovers, due: Date.now() + LIFE });
    if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
  }

  /** Hands over what was kept, once. */
  take(id: string): Leftovers | undefined {
    this.#expire();
    const page = this.#pages.get(id);
    this.#pages.delete(id);
    return page?.leftovers;
  }

  /** No timer: what stays too long is at most {@linkcode MAX_PAGES} pages. */
  #expire(): void {
    const now = Date.now();
    for (const [id, { due }] of this.#pages) {
      if (due > now) return;
      this.#pages.delete(id);
    }
  }
}
