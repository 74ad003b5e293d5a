import { abortable } from "./abortable.ts";

/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the waiting early. */
  signal?: AbortSignal;
}

/**
 * Waits for `p`, at most `ms` milliseconds.
 *
 * @throws {DOMException} Named `TimeoutError` when the time is over, or the signal's reason.
 */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  // A timer of our own instead of AbortSignal.timeout: it can be stopped, so that a test which
  // ends before its deadline leaves no timer behind.
  const over = new AbortController();
  const timer = Number.isFinite(ms)
    ? setTimeout(() => over.abort(new DOMException("Signal timed out.", "TimeoutError")), ms)
    : undefined;
  const signals = options.signal ? [over.signal, options.signal] : [over.signal];
  try {
    return await abortable(p, AbortSignal.any(signals));
  } finally {
    clearTimeout(timer);
  }
}
