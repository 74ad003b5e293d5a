/**
 * One attempt to synchronise: everything that waits is pushed, then everything that changed is
 * pulled. Any failure ends it; nothing is lost by that, because every answer is stored before the
 * next request is made.
 */

import type { Clock } from "../clock.ts";
import { PULL_ROWS, PUSH_LENGTH } from "../limits.ts";
import type { Exchange, Reply, Timers } from "../ports.ts";
import type { PushRequest } from "../protocol.ts";
import { decodePullPage, decodePushResponse } from "../response_codec.ts";
import { ExchangeFailure, failureOf } from "./failure.ts";
import { preparePull, sweep, takePage } from "./pulls.ts";
import { giveUp, preparePush, type Settled, takeAnswer } from "./pushes.ts";
import type { Replica } from "./replica.ts";

export interface AttemptOptions {
  readonly replica: Replica;
  readonly exchange: Exchange;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Milliseconds without a sign of the server after which a request is given up. */
  readonly timeout: number;
  readonly pullRows?: number;
  /** Hears how far this device's clock is ahead of the server's. */
  readonly onSkew: (ms: number) => void;
  /** Hears of each step, for a status that moves. */
  readonly onProgress: () => void;
}

export interface Tally {
  pushed: number;
  pulled: number;
}

/** Requests without any effect after which something is wrong with what we or they do. */
const MOST_IDLE = 5;

/** Transactions in a push, at first. */
const FIRST_BATCH = 500;

export class Attempts {
  readonly #options: AttemptOptions;
  /** Halved when the server refuses a batch, doubled when it takes one. */
  #batch = FIRST_BATCH;

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /**
   * @param release also tells the server which outcomes it may forget
   * @throws {ExchangeFailure}
   */
  async run(tally: Tally, signal: AbortSignal, release: boolean): Promise<void> {
    for (let rounds = 0;; rounds++) {
      const again = await this.#push(tally, signal, release);
      await this.#pull(tally, signal);
      await sweep(this.#options.replica);
      if (!again) return;
      if (rounds >= MOST_IDLE) {
        throw new ExchangeFailure("transient", "no-progress", "The server keeps starting anew.");
      }
    }
  }

  /** @returns whether to push again after a pull */
  async #push(tally: Tally, signal: AbortSignal, release: boolean): Promise<boolean> {
    const { replica, onProgress } = this.#options;
    for (let idle = 0; idle < MOST_IDLE;) {
      const limits = { txs: this.#batch, length: PUSH_LENGTH, release };
      const prepared = await preparePush(replica, limits);
      if (!prepared) return false;
      const { request, last } = prepared;
      try {
        const { settled, forked } = await this.#send(request, signal);
        tally.pushed += settled;
        idle = settled > 0 ? 0 : idle + 1;
        this.#batch = Math.min(FIRST_BATCH, this.#batch * 2);
        onProgress();
        // What was written meanwhile has its turn after a pull, else a busy writer never reads.
        if (last && !forked && settled === request.txs.length) return false;
      } catch (error) {
        if (!(error instanceof ExchangeFailure)) throw error;
        if (error.kind === "pull-first") return true;
        if (error.kind !== "content") throw error;
        if (await this.#narrow(request, error, signal) === "pull-first") return true;
        idle = 0;
      }
    }
    throw new ExchangeFailure("transient", "no-progress", "The server settles nothing of a push.");
  }

  /** Sends less; at one transaction, finds out whether it is to blame, and gives it up. */
  async #narrow(
    request: PushRequest,
    failure: ExchangeFailure,
    signal: AbortSignal,
  ): Promise<"again" | "pull-first"> {
    const [first, second] = request.txs;
    if (second) {
      this.#batch = Math.ceil(request.txs.length / 2);
      return "again";
    }
    if (!first) throw asTransient(failure);
    try {
      // The same request without the transaction: when that is refused too, it is not to blame.
      await this.#send({ ...request, txs: [] }, signal);
    } catch (error) {
      if (!(error instanceof ExchangeFailure)) throw error;
      if (error.kind === "pull-first") return error.kind;
      throw error.kind === "content" ? asTransient(error) : error;
    }
    const reason = failure.code === "http-413" ? "too-large" : failure.code;
    await giveUp(this.#options.replica, first, reason, failure.message);
    return "again";
  }

  async #send(
    request: PushRequest,
    signal: AbortSignal,
  ): Promise<Settled> {
    const { replica, clock, onSkew } = this.#options;
    const begun = clock.now();
    let taken: Settled | undefined;
    await this.#exchange("push", request, signal, async (line) => {
      if (taken) return;
      const response = decodePushResponse(line);
      onSkew((begun + clock.now()) / 2 - response.serverTime);
      taken = await takeAnswer(replica, request, response);
    });
    if (!taken) throw empty();
    return taken;
  }

  async #pull(tally: Tally, signal: AbortSignal): Promise<void> {
    const { replica, clock, onSkew, onProgress, pullRows = PULL_ROWS } = this.#options;
    for (let idle = 0; idle < MOST_IDLE;) {
      let next = await preparePull(replica, pullRows);
      let pages = 0;
      let more = true;
      let late = false;
      const begun = clock.now();
      await this.#exchange("pull", next.request, signal, async (line) => {
        if (late) return;
        const page = decodePullPage(line);
        if (pages++ === 0) onSkew((begun + clock.now()) / 2 - page.serverTime);
        const after = await takePage(replica, next, page);
        if (!after) {
          // Another tab pulled meanwhile: what follows stands on a page that we did not take.
          late = true;
          return;
        }
        next = after;
        more = page.more;
        tally.pulled += page.changes.length;
        onProgress();
      });
      if (pages === 0) throw empty();
      if (!late && !more) return;
      idle = late ? idle + 1 : 0;
    }
    throw new ExchangeFailure("transient", "no-progress", "Another tab pulls at the same time.");
  }

  /** Makes one request and hands over each line; gives up when nothing comes for too long. */
  async #exchange(
    path: "push" | "pull",
    request: object,
    signal: AbortSignal,
    onLine: (line: string) => Promise<void>,
  ): Promise<void> {
    const { exchange, timers, timeout } = this.#options;
    const watch = new Watch(timers, timeout, signal);
    try {
      const body = JSON.stringify(request);
      const reply: Reply = await watch.over(exchange(path, body, watch.signal));
      if (reply.status !== 200) throw await watch.over(failureOf(reply));
      const lines = reply.lines()[Symbol.asyncIterator]();
      for (;;) {
        const line = await watch.over(lines.next());
        if (line.done) return;
        if (line.value !== "") await onLine(line.value);
      }
    } finally {
      watch.end();
    }
  }
}

/** Why a request that is over is aborted. */
const DONE = new Error("Done.");

/** Aborts a request when it makes no progress, or when the attempt is called off. */
class Watch {
  readonly #timers: Timers;
  readonly #timeout: number;
  readonly #controller = new AbortController();
  readonly #aborted: Promise<never>;
  readonly #outer: AbortSignal;
  readonly #onOuter = (): void => this.#controller.abort(this.#outer.reason);
  #cancel: () => void = () => {};

  constructor(timers: Timers, timeout: number, outer: AbortSignal) {
    this.#timers = timers;
    this.#timeout = timeout;
    this.#outer = outer;
    this.#aborted = new Promise((_, reject) => {
      const { signal } = this.#controller;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    this.#aborted.catch(() => {});
    if (outer.aborted) this.#onOuter();
    else outer.addEventListener("abort", this.#onOuter, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for one sign of life. */
  async over<T>(sign: Promise<T>): Promise<T> {
    this.#cancel = this.#timers.after(this.#timeout, () => {
      const message = `The server did not answer within ${this.#timeout} ms.`;
      this.#controller.abort(new ExchangeFailure("transient", "timeout", message));
    });
    try {
      return await Promise.race([sign, this.#aborted]);
    } finally {
      this.#cancel();
    }
  }

  end(): void {
    this.#outer.removeEventListener("abort", this.#onOuter);
    // Ends a body that we do not read on; nothing waits for it any more.
    this.#controller.abort(DONE);
  }
}

function asTransient(failure: ExchangeFailure): ExchangeFailure {
  const { code, message, retryAfter, reached } = failure;
  return new ExchangeFailure("transient", code, message, { retryAfter, reached, cause: failure });
}

function empty(): ExchangeFailure {
  return new ExchangeFailure("transient", "bad-response", "The server's answer is empty.");
}
