/** Carries requests over `fetch`. */

import { SyncError } from "../errors.ts";
import { MAX_LINE_LENGTH } from "../limits.ts";
import type { Exchange, Reply } from "../ports.ts";

export interface FetchExchangeOptions {
  /** Where the endpoint is mounted, such as `/_vango/sync`. */
  readonly url: string | URL;
  readonly fetch?: typeof globalThis.fetch;
  /** Asked before each request, for a bearer token. */
  readonly headers?: () => HeadersInit | Promise<HeadersInit>;
}

/**
 * @example
 * ```ts
 * import { createFetchExchange } from "./fetch_exchange.ts";
 * const exchange = createFetchExchange({
 *   url: "https://app.example/_vango/sync",
 *   fetch: () => Promise.resolve(new Response("{}\n{}\n")),
 * });
 * const reply = await exchange("pull", "{}", new AbortController().signal);
 * const lines = await Array.fromAsync(reply.lines());
 * console.assert(lines.length === 2);
 * ```
 */
export function createFetchExchange(options: FetchExchangeOptions): Exchange {
  const base = String(options.url).replace(/\/$/, "");
  return async (path, body, signal) => {
    const headers = new Headers(await options.headers?.());
    headers.set("content-type", "application/json");
    const response = await (options.fetch ?? fetch)(`${base}/${path}`, {
      method: "POST",
      body,
      headers,
      signal,
      credentials: "same-origin",
      cache: "no-store",
      // A sign-in page at the end of a redirect is no answer.
      redirect: "error",
    });
    return {
      status: response.status,
      retryAfter: parseRetryAfter(response.headers.get("retry-after")),
      lines: () => readLines(response.body),
    } satisfies Reply;
  };
}

/** Seconds or a date, as milliseconds from now. */
function parseRetryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** @throws {SyncError} `bad-response` when a line passes its limit, or the body breaks off in it */
export async function* readLines(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let line = "";
  try {
    for (let isDone = false; !isDone;) {
      const { done, value } = await reader.read();
      isDone = done;
      // A line that comes in many pieces is put together once, when it is read.
      const [end, ...others] = decoder.decode(value, { stream: !done }).split("\n");
      line += end!;
      for (const next of others) {
        yield line;
        line = next;
      }
      if (line.length > MAX_LINE_LENGTH) {
        throw new SyncError("bad-response", "Cannot read the answer: a line of it never ends");
      }
    }
    if (line !== "") yield line;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
