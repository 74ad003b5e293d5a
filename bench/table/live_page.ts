/**
 * A live session whose player is the benchmark: it clicks buttons and keeps the frames.
 *
 * @module
 */
import { ComponentNode } from "../../src/jsx/node.ts";
import { LiveSession } from "../../src/live/live_session.ts";
import { encodeEvent } from "../../src/protocol/up.ts";
import type { ComponentResult } from "../../src/contract/component.ts";
import { countPlaces } from "./places.ts";

/** Frames of one click. */
export interface Exchange {
  readonly up: Uint8Array<ArrayBuffer>;
  readonly down: readonly Uint8Array<ArrayBuffer>[];
}

/** A page that was rendered by a GET, and then connected. */
export class LivePage {
  /** Markup of the page's content. */
  readonly html: string;
  /** What the server sent when the player connected. */
  readonly opening: readonly Uint8Array<ArrayBuffer>[];
  readonly #live: LiveSession;
  readonly #byId: ReadonlyMap<string, number>;
  #down: Uint8Array<ArrayBuffer>[] = [];
  #over = false;
  readonly #transport = {
    send: (bytes: Uint8Array<ArrayBuffer>): void => void this.#down.push(bytes),
    close: (code: number, reason: string): void => {
      if (this.#over) return;
      throw new Error(`the live session closed its socket: ${code} ${reason}`);
    },
    bufferedAmount: 0,
  };

  /** @throws {Error} when the page is not synchronous, or the session fails. */
  constructor(page: () => ComponentResult) {
    this.#live = new LiveSession("bench", {
      navigate: (_live, url) => Promise.resolve({ kind: "load", url }),
      report: (error) => {
        throw error;
      },
      errorCard: (error) => {
        throw error;
      },
      changed: () => {},
      facts: () => {},
      development: false,
    }, () => undefined);
    const html = this.#live.render(new ComponentNode(page, {}, undefined));
    if (typeof html !== "string") throw new Error("the page waits for something");
    this.html = html;
    const { count, byId } = countPlaces(html);
    this.#byId = byId;
    this.#live.attach(this.#transport, {
      v: 1,
      token: "bench",
      url: "",
      platform: "web",
      version: "0",
      capabilities: {},
      screen: { width: 1280, height: 800 },
      seq: 0,
      event: 0,
      render: 0,
      places: new Map([[0, count]]),
      deflate: false,
    });
    this.opening = this.#take();
  }

  /**
   * As if this many events and patches had been before, so that sequence numbers get their length;
   * then the counter is clicked once, which acknowledges them all.
   */
  async skip(count: number): Promise<void> {
    const live = this.#live;
    live.seq += count;
    live.received += count;
    live.done += count;
    await this.click("count");
  }

  /** Clicks the element with this id and waits for the answer. */
  async click(id: string): Promise<Exchange> {
    const place = this.#byId.get(id);
    if (place === undefined) throw new Error(`the page has no element #${id} with a mark`);
    const live = this.#live;
    const up = encodeEvent({
      seq: live.received + 1,
      ack: live.seq,
      region: 0,
      place,
      type: "click",
      payload: undefined,
    });
    live.receive(this.#transport, up);
    // The flush is a microtask, so that events that come together are answered together.
    await Promise.resolve();
    return { up, down: this.#take() };
  }

  /** Ends the live session and its timers. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.#live.end();
  }

  #take(): Uint8Array<ArrayBuffer>[] {
    const down = this.#down;
    this.#down = [];
    return down;
  }
}
