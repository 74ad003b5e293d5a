/**
 * What NATS says when something is wrong, in the words of the session store. Errors are known by
 * name and code, not by class: an app may have its own copy of the client.
 */

import {
  SessionConflictError,
  SessionStoreError,
  type SessionStoreErrorCode,
} from "../../session/errors.ts";

/** JetStream's error codes that mean something to a caller. */
const WRONG_LAST_SEQUENCE: ReadonlySet<unknown> = new Set([10071, 10164]);
const STREAM_NOT_FOUND = 10059;
const CODES: ReadonlyMap<unknown, SessionStoreErrorCode> = new Map([
  [10023, "full"],
  [10047, "full"],
  [10054, "too_large"],
  [10077, "full"],
]);

/** Whether a compare-and-set met another revision. */
export function isWrongRevision(error: unknown): boolean {
  return isApiError(error) && WRONG_LAST_SEQUENCE.has(error.code);
}

/** Whether the bucket is not there any more: its subjects have nobody who answers. */
export function isMissingBucket(error: unknown): boolean {
  if (isApiError(error)) return error.code === STREAM_NOT_FOUND;
  return error instanceof Error &&
    (error.name === "NoRespondersError" ||
      error.cause !== undefined && isMissingBucket(error.cause));
}

/** The typed error of whatever the client threw. */
export function storeErrorOf(cause: unknown): Error {
  if (cause instanceof SessionConflictError || cause instanceof SessionStoreError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SessionStoreError(
    `Cannot use the session bucket: ${message}; see the NATS server's state and limits`,
    codeOf(cause, message),
    { cause },
  );
}

function codeOf(cause: unknown, message: string): SessionStoreErrorCode {
  if (isApiError(cause)) return CODES.get(cause.code) ?? "unavailable";
  if (/max_payload|payload/i.test(message)) return "too_large";
  const name = cause instanceof Error ? cause.name : "";
  if (name === "TimeoutError") return "timeout";
  return name === "TypeError" || name === "InvalidArgumentError" ? "failed" : "unavailable";
}

function isApiError(error: unknown): error is Error & { readonly code: unknown } {
  return error instanceof Error && "code" in error && typeof error.code === "number" &&
    "apiError" in error;
}
