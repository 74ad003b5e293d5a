/**
 * The line between devices and their server as the development tools see it: what went over it
 * last, and buttons to break it. In production there is none.
 */

import { type Signal, signal } from "@preact/signals-core";
import type { Clock } from "../clock.ts";
import type { Exchange } from "../ports.ts";

/** One request and what became of it. */
export interface LineRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly path: string;
  /** The answer's status; `offline` when nothing was sent, `lost` when the answer was dropped. */
  readonly outcome: number | "offline" | "lost" | "failed";
  /** Milliseconds until the answer began. */
  readonly took: number;
  /** Characters of the request. */
  readonly sent: number;
}

/** Exchanges that are kept to be looked at. */
const MOST_RECORDS = 30;

export class SyncLine {
  /** Nothing gets through. */
  readonly offline: Signal<boolean> = signal(false);
  /** Requests take effect, and their answers are lost. */
  readonly losesAnswers: Signal<boolean> = signal(false);
  /** Milliseconds that this side's clock is ahead. */
  readonly skewMs: Signal<number> = signal(0);
  /** The newest first. */
  readonly records: Signal<readonly LineRecord[]> = signal([]);

  /** A device's side. */
  exchange(inner: Exchange): Exchange {
    return async (path, body, abort) => {
      const note = this.#begin(path, body.length);
      if (this.offline.peek()) {
        note("offline");
        throw new TypeError("The development tools have cut the line.");
      }
      try {
        const reply = await inner(path, body, abort);
        if (!this.losesAnswers.peek()) {
          note(reply.status);
          return reply;
        }
        for await (const _ of reply.lines()) { /* It has taken effect: that is the point. */ }
      } catch (error) {
        note("failed");
        throw error;
      }
      note("lost");
      throw new TypeError("The development tools have lost the answer.");
    };
  }

  /** A server's side. */
  async answer(request: Request, inner: () => Promise<Response>): Promise<Response> {
    const path = new URL(request.url).pathname.split("/").at(-1)!;
    const note = this.#begin(path, Number(request.headers.get("content-length") ?? 0));
    if (this.offline.peek()) {
      note("offline");
      return new Response(null, { status: 503 });
    }
    const response = await inner();
    if (path === "poke" || !this.losesAnswers.peek()) {
      note(response.status);
      return response;
    }
    await response.text();
    note("lost");
    return new Response(null, { status: 503 });
  }

  clock(inner: Clock): Clock {
    return { now: () => inner.now() + this.skewMs.peek(), monotonic: () => inner.monotonic() };
  }

  #begin(path: string, sent: number): (outcome: LineRecord["outcome"]) => void {
    const at = Date.now();
    const begun = performance.now();
    return (outcome) => {
      const took = Math.round(performance.now() - begun);
      this.records.value = [{ at, path, outcome, took, sent }, ...this.records.peek()]
        .slice(0, MOST_RECORDS);
    };
  }
}
