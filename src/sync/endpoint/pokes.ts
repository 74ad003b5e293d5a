/** The stream that says "pull now" to devices without a live socket: server-sent events. */

import { SyncRefusal } from "../authority/policy.ts";
import type { Timers } from "../ports.ts";

/** Streams that one user may hold open: tabs and devices, not attacks. */
const MOST_STREAMS = 32;

/** Milliseconds between signs of life; proxies close what is silent for a minute. */
const HEARTBEAT_MS = 25_000;

export class PokeStreams {
  readonly #open = new Map<string, number>();
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * @param subscribe registers a callback for changes and returns how to end that
   * @throws {SyncRefusal} `rate-limited`
   */
  open(
    user: string,
    subscribe: (onChange: () => void) => () => void,
    signal: AbortSignal,
  ): ReadableStream<Uint8Array> {
    const count = this.#open.get(user) ?? 0;
    if (count >= MOST_STREAMS) {
      throw new SyncRefusal("rate-limited", "Cannot open another stream: too many are open");
    }
    this.#open.set(user, count + 1);
    let end: () => void = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        let cancel = (): void => {};
        let ended = false;
        // A reader that does not read gets no second poke: the first one says it all.
        const send = (text: string): void => {
          if (!ended && (controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text));
        };
        const beat = (): void => {
          send(": \n\n");
          cancel = this.#timers.after(HEARTBEAT_MS, beat);
        };
        const unsubscribe = subscribe(() => send("event: poke\ndata: \n\n"));
        beat();
        const onAbort = (): void => end();
        signal.addEventListener("abort", onAbort, { once: true });
        end = () => {
          if (ended) return;
          ended = true;
          cancel();
          unsubscribe();
          signal.removeEventListener("abort", onAbort);
          this.#close(user);
          try {
            controller.close();
          } catch {
            // The reader was faster.
          }
        };
        if (signal.aborted) end();
      },
      cancel: () => end(),
    }, new CountQueuingStrategy({ highWaterMark: 2 }));
  }

  #close(user: string): void {
    const count = this.#open.get(user) ?? 0;
    if (count > 1) this.#open.set(user, count - 1);
    else this.#open.delete(user);
  }
}

const encoder = new TextEncoder();
