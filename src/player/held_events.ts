/**
 * `data-debounce` and `data-throttle`: events that wait, and the order that they keep.
 *
 * One event at most is held back; any event of another element or type sends it first, so that the
 * server sees events in the order in which they happened.
 *
 * @module
 */
import type { PlayerClock, Timer } from "./clock.ts";
import type { PlayerElement } from "./dom.ts";

interface Held {
  readonly element: PlayerElement;
  readonly type: string;
  readonly send: () => void;
  readonly timer: Timer;
}

/** Delays and thins out events as their elements say. */
export class HeldEvents {
  readonly #clock: PlayerClock;
  #held: Held | undefined;
  readonly #sentAt: WeakMap<PlayerElement, Map<string, number>> = new WeakMap();

  constructor(clock: PlayerClock) {
    this.#clock = clock;
  }

  /** Whether an event waits for its time. */
  get waiting(): boolean {
    return this.#held !== undefined;
  }

  /** Sends now, or later as the element's attributes say; a newer event of its kind replaces it. */
  push(element: PlayerElement, type: string, send: () => void): void {
    const held = this.#held;
    if (held?.element === element && held.type === type) this.#clock.stop(held.timer);
    else this.flush();
    const delay = this.#delay(element, type);
    if (delay > 0) {
      const timer = this.#clock.start(() => this.flush(), delay);
      this.#held = { element, type, send, timer };
      return;
    }
    this.#held = undefined;
    this.#send(element, type, send);
  }

  /** Sends what is held back. */
  flush(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = undefined;
    this.#clock.stop(held.timer);
    this.#send(held.element, held.type, held.send);
  }

  #send(element: PlayerElement, type: string, send: () => void): void {
    if (element.attributes.has("data-throttle")) {
      const times = this.#sentAt.get(element) ?? new Map<string, number>();
      this.#sentAt.set(element, times.set(type, this.#clock.now()));
    }
    send();
  }

  #delay(element: PlayerElement, type: string): number {
    const debounce = Number(element.get("data-debounce") ?? 0);
    if (debounce > 0) return debounce;
    const throttle = Number(element.get("data-throttle") ?? 0);
    const last = this.#sentAt.get(element)?.get(type);
    return throttle > 0 && last !== undefined ? last + throttle - this.#clock.now() : 0;
  }
}
