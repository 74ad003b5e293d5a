import { delay } from "./delay.ts";

/** Thrown by {@linkcode retry} when the last attempt has failed; `cause` is that failure. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
    this.name = "RetryError";
  }
}

/** Options for {@linkcode retry}; times in milliseconds. */
export interface RetryOptions {
  /** Factor between one wait and the next. @default {2} */
  multiplier?: number;
  /** Longest wait. @default {60000} */
  maxTimeout?: number;
  /** Attempts in all, the first included. @default {5} */
  maxAttempts?: number;
  /** First wait. @default {1000} */
  minTimeout?: number;
  /** Share of each wait that is random: 0 none, 1 all of it. @default {1} */
  jitter?: number;
  /** Whether a failure is worth another attempt. @default {() => true} */
  isRetriable?: (err: unknown) => boolean;
}

/**
 * Calls `fn` until it succeeds, waiting longer after each failure.
 *
 * @throws {RetryError} When `maxAttempts` attempts have failed.
 * @throws {RangeError} When an option is out of its range.
 * @throws The failure itself when `isRetriable` says no to it.
 */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const {
    multiplier = 2,
    maxTimeout = 60_000,
    maxAttempts = 5,
    minTimeout = 1_000,
    jitter = 1,
    isRetriable = () => true,
  } = options;
  mustHold("maxAttempts", maxAttempts, Number.isInteger(maxAttempts) && maxAttempts >= 1);
  mustHold("multiplier", multiplier, Number.isFinite(multiplier) && multiplier >= 1);
  mustHold("maxTimeout", maxTimeout, maxTimeout > 0);
  mustHold("minTimeout", minTimeout, minTimeout >= 0 && minTimeout <= maxTimeout);
  mustHold("jitter", jitter, jitter >= 0 && jitter <= 1);

  for (let attempt = 1;; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (attempt >= maxAttempts) throw new RetryError(error, maxAttempts);
      const wait = Math.min(maxTimeout, minTimeout * multiplier ** (attempt - 1));
      await delay(wait * (1 - jitter * Math.random()));
    }
  }
}

function mustHold(name: string, value: number, holds: boolean): void {
  if (!holds) throw new RangeError(`Cannot retry: '${name}' is out of range (${value})`);
}
