/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the delay early: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether the timer alone keeps the process running.
   *
   * @default {true}
   */
  persistent?: boolean;
}

declare const Deno: { unrefTimer(id: number): void } | undefined;

/**
 * Resolves after `ms` milliseconds.
 *
 * @throws The signal's reason when it is aborted first.
 */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    function onAbort(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    if (!persistent && typeof Deno !== "undefined") Deno.unrefTimer(Number(timer));
  });
}
