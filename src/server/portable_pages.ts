/**
 * Tells pages what their portable signals hold, so that they can take it along when the server is
 * out of reach and they go on elsewhere.
 *
 * @module
 */
import type { LiveSession } from "../live/live_session.ts";
import { portableOf } from "../live/portable.ts";

/** Milliseconds that changes wait for more of them: what is typed is told in its pauses. */
const DELAY = 250;

/** The event that a page gets, with the values. */
export const PORTABLE_EVENT = "vango:portable";

/** The live pages of one app that may have to go on without it. */
export class PortablePages {
  readonly #told: WeakMap<LiveSession, string> = new WeakMap();
  readonly #waiting: Map<LiveSession, ReturnType<typeof setTimeout>> = new Map();

  /** Something in this page has changed. */
  changed(live: LiveSession): void {
    if (this.#waiting.has(live)) return;
    this.#waiting.set(live, setTimeout(() => this.#tell(live), DELAY));
  }

  /** This page is not told any more. */
  forget(live: LiveSession): void {
    clearTimeout(this.#waiting.get(live));
    this.#waiting.delete(live);
  }

  #tell(live: LiveSession): void {
    this.#waiting.delete(live);
    if (live.state !== "live") return;
    const text = JSON.stringify(portableOf(live.region.root));
    if (text === (this.#told.get(live) ?? "{}")) return;
    this.#told.set(live, text);
    live.emit(PORTABLE_EVENT, text);
  }
}
