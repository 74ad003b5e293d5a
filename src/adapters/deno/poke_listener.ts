/** Hears of changes on a server, for a device process: its stream of server-sent events. */

import { readLines } from "../../sync/replica/fetch_exchange.ts";

/** Settings of {@linkcode listenForPokes}. */
export interface PokeListenerOptions {
  /** Where the endpoint is mounted, such as `https://app.example/_vango/sync`. */
  readonly url: string;
  /** Asked before each connection. */
  readonly headers: () => HeadersInit | Promise<HeadersInit>;
  /** Something changed, or may have while nobody listened. */
  readonly onPoke: () => void;
  readonly signal: AbortSignal;
}

/** Milliseconds between attempts: pokes only save waiting, the interval brings everything. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Milliseconds of silence after which the stream is taken for dead; the server beats at 25 s. */
const SILENCE = 60_000;

/** Listens until the signal fires. Never throws: without a network it tries again. */
export async function listenForPokes(options: PokeListenerOptions): Promise<void> {
  const { signal } = options;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      if (await listenOnce(options)) failures = 0;
    } catch {
      // Away, or refused: the syncer says so.
    }
    const most = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures, 10));
    await pause(Math.random() * most, signal);
  }
}

/** @returns whether the server let us listen */
async function listenOnce({ url, headers, onPoke, signal }: PokeListenerOptions): Promise<boolean> {
  const silent = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), SILENCE);
  };
  heard();
  try {
    const response = await fetch(`${url}/poke`, {
      headers: await headers(),
      redirect: "error",
      signal: AbortSignal.any([signal, silent.signal]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return false;
    }
    onPoke();
    for await (const line of readLines(response.body)) {
      heard();
      if (line === "event: poke") onPoke();
    }
    return true;
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", over, { once: true });
    if (signal.aborted) over();
  });
}
