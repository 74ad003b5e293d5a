/**
 * One attempt to synchronise: everything that waits is pushed, then everything that changed is
 * pulled. Any failure ends it; nothing is lost by that, because every answer is stored before the
 * next request is made.
 */

import type { Clock } from "../clock.ts";
import { PULL_ROWS, PUSH_LENGTH } from "../limits.ts";
import type { Exchange, Timers } from "../ports.ts";
import type { PullPage, PushRequest } from "../protocol.ts";
import { decodePullPage, decodePushResponse } from "../response_codec.ts";
import { ExchangeFailure, type FailureKind, failureOf, transient } from "./failure.ts";
import { type PreparedPull, preparePull, sweep, takePage } from "./pulls.ts";
import { giveUp, preparePush, type Settled, takeAnswer } from "./pushes.ts";
import type { Replica } from "./replica.ts";

export interface AttemptOptions {
  readonly replica: Replica;
  readonly exchange: Exchange;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Milliseconds without a sign of the server after which a request is given up. */
  readonly timeout: number;
  readonly pullRows: number | undefined;
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
    for (let rounds = 0; rounds <= MOST_IDLE; rounds++) {
      const isDone = await this.#push(tally, signal, release);
      await this.#pull(tally, signal);
      await sweep(this.#options.replica);
      if (isDone) return;
    }
    throw transient("no-progress", "The server keeps starting anew.");
  }

  /** @returns false when there has to be a pull before the rest is pushed */
  async #push(tally: Tally, signal: AbortSignal, release: boolean): Promise<boolean> {
    const { replica, onProgress } = this.#options;
    for (let idle = 0; idle < MOST_IDLE;) {
      const limits = { txs: this.#batch, length: PUSH_LENGTH, release };
      const prepared = await preparePush(replica, limits);
      if (!prepared) return true;
      const { request, last } = prepared;
      try {
        const { settled, forked } = await this.#send(request, signal);
        tally.pushed += settled;
        idle = settled > 0 ? 0 : idle + 1;
        this.#batch = Math.min(FIRST_BATCH, this.#batch * 2);
        onProgress();
        // What was written meanwhile has its turn after a pull, else a busy writer never reads.
        if (last && !forked && settled === request.txs.length) return true;
      } catch (error) {
        if (isOf("pull-first", error)) return false;
        if (!isOf("content", error)) throw error;
        if (!await this.#narrow(request, error, signal)) return false;
        idle = 0;
      }
    }
    throw transient("no-progress", "The server settles nothing of a push.");
  }

  /**
   * Sends less; at one transaction, finds out whether it is to blame, and gives it up.
   *
   * @returns false when there has to be a pull first
   */
  async #narrow(
    request: PushRequest,
    failure: ExchangeFailure,
    signal: AbortSignal,
  ): Promise<boolean> {
    const [first, second] = request.txs;
    if (second) {
      this.#batch = Math.ceil(request.txs.length / 2);
      return true;
    }
    if (!first) throw asTransient(failure);
    try {
      // The same request without the transaction: when that is refused too, it is not to blame.
      await this.#send({ ...request, txs: [] }, signal);
    } catch (error) {
      if (isOf("pull-first", error)) return false;
      throw isOf("content", error) ? asTransient(error) : error;
    }
    const reason = failure.code === "http-413" ? "too-large" : failure.code;
    await giveUp(this.#options.replica, first, reason, failure.message);
    return true;
  }

  async #send(request: PushRequest, signal: AbortSignal): Promise<Settled> {
    const { replica, clock } = this.#options;
    const begun = clock.now();
    let settled: Settled | undefined;
    for await (const line of this.#ask("push", request, signal)) {
      if (settled) continue;
      const response = decodePushResponse(line);
      this.#measureSkew(begun, response);
      settled = await takeAnswer(replica, request, response);
    }
    if (!settled) throw empty();
    return settled;
  }

  async #pull(tally: Tally, signal: AbortSignal): Promise<void> {
    const { replica, clock, onProgress, pullRows = PULL_ROWS } = this.#options;
    for (let idle = 0; idle < MOST_IDLE;) {
      const begun = clock.now();
      let next: PreparedPull | undefined = await preparePull(replica, pullRows);
      let page: PullPage | undefined;
      for await (const line of this.#ask("pull", next.request, signal)) {
        const isFirst = !page;
        page = decodePullPage(line);
        if (isFirst) this.#measureSkew(begun, page);
        next = await takePage(replica, next, page);
        // Another tab pulled meanwhile: what follows stands on a page that we did not take.
        if (!next) break;
        tally.pulled += page.changes.length;
        onProgress();
      }
      if (!page) throw empty();
      if (next && !page.more) return;
      idle = next ? 0 : idle + 1;
    }
    throw transient("no-progress", "Another tab pulls at the same time.");
  }

  /** The server's clock was read somewhere between the request and its answer. */
  #measureSkew(begun: number, { serverTime }: { readonly serverTime: number }): void {
    const { clock, onSkew } = this.#options;
    onSkew((begun + clock.now()) / 2 - serverTime);
  }

  /** Makes one request and gives its lines; gives up when nothing comes for too long. */
  async *#ask(path: "push" | "pull", request: object, outer: AbortSignal): AsyncGenerator<string> {
    const { exchange, timers, timeout } = this.#options;
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    aborted.catch(() => {});
    const abort = (): void => controller.abort(outer.reason);
    if (outer.aborted) abort();
    outer.addEventListener("abort", abort, { signal });

    /** Waits for one sign of life. */
    async function alive<T>(sign: Promise<T>): Promise<T> {
      const cancel = timers.after(timeout, () => {
        controller.abort(transient("timeout", `The server did not answer within ${timeout} ms.`));
      });
      try {
        return await Promise.race([sign, aborted]);
      } finally {
        cancel();
      }
    }

    try {
      const reply = await alive(exchange(path, JSON.stringify(request), signal));
      if (reply.status !== 200) throw await alive(failureOf(reply));
      const lines = reply.lines()[Symbol.asyncIterator]();
      for (;;) {
        const line = await alive(lines.next());
        if (line.done) return;
        if (line.value !== "") yield line.value;
      }
    } finally {
      // Ends a body that we do not read on; nothing waits for it any more.
      controller.abort(DONE);
    }
  }
}

/** Why a request that is over is aborted. */
const DONE = new Error("Done.");

function isOf(kind: FailureKind, error: unknown): error is ExchangeFailure {
  return error instanceof ExchangeFailure && error.kind === kind;
}

/** The same, but nothing that was sent is to blame. */
function asTransient(failure: ExchangeFailure): ExchangeFailure {
  return new ExchangeFailure("transient", failure.code, failure.message, failure);
}

function empty(): ExchangeFailure {
  return transient("bad-response", "The server's answer is empty.");
}
