/** Why an attempt to synchronise ended early, and what follows from it. */

import { SyncError } from "../errors.ts";
import type { Reply } from "../ports.ts";
import type { RefusalBody } from "../protocol.ts";
import { decodeRefusal } from "../response_codec.ts";

/** What is to be done about a failure. */
export type FailureKind =
  /** Try again later; nobody is to blame. */
  | "transient"
  /** Until there is a credential, a matching user, a newer app: nothing is sent. */
  | "signed-out"
  | "wrong-user"
  | "upgrade"
  /** The server began anew, or misses something: pull, then push again. */
  | "pull-first"
  /** Something in the request is not taken: send less, until it is found. */
  | "content";

export class ExchangeFailure extends Error {
  override readonly name = "ExchangeFailure";
  readonly kind: FailureKind;
  readonly code: string;
  /** Milliseconds that the server asked us to stay away. */
  readonly retryAfter: number | undefined;
  /** Whether anything that speaks our protocol answered. */
  readonly reached: boolean;

  constructor(
    kind: FailureKind,
    code: string,
    message: string,
    more: { retryAfter?: number | undefined; reached?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.code = code;
    this.retryAfter = more.retryAfter;
    this.reached = more.reached ?? false;
  }
}

/** A failure that says nothing about what was sent: the same is sent again. */
export function transient(code: string, message: string, cause?: unknown): ExchangeFailure {
  return new ExchangeFailure("transient", code, message, { cause });
}

/** What a refusal's code, or else an answer's status, calls for; all others are transient. */
const KINDS = new Map<string | number | undefined, FailureKind>([
  ["epoch", "pull-first"],
  ["gap", "pull-first"],
  ["wrong-user", "wrong-user"],
  // Our own refusals of the whole sender: sending less would not help, and the queue is kept.
  ["forbidden", "transient"],
  ["cross-site", "transient"],
  [401, "signed-out"],
  [426, "upgrade"],
  // Also from a proxy that does not like what one write says.
  [400, "content"],
  [403, "content"],
  [413, "content"],
  [422, "content"],
]);

/** What an answer other than success means. */
export async function failureOf(reply: Reply): Promise<ExchangeFailure> {
  const { status, retryAfter } = reply;
  let refusal: Partial<RefusalBody["error"]> = {};
  try {
    for await (const line of reply.lines()) {
      refusal = decodeRefusal(line);
      break;
    }
  } catch {
    // The status says enough.
  }
  const { code, message = `The server answered ${status}.` } = refusal;
  const kind = KINDS.get(code) ?? KINDS.get(status) ?? "transient";
  const reached = code !== undefined;
  return new ExchangeFailure(kind, code ?? `http-${status}`, message, { retryAfter, reached });
}

/** Anything that was thrown during an attempt, as a failure. */
export function asFailure(error: unknown): ExchangeFailure {
  if (error instanceof ExchangeFailure) return error;
  const code = error instanceof SyncError ? error.code : "network";
  return transient(code, error instanceof Error ? error.message : String(error), error);
}
