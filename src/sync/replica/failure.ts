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

/** What an answer other than success means. */
export async function failureOf(reply: Reply): Promise<ExchangeFailure> {
  const refusal = await readRefusal(reply);
  const kind = kindOf(reply.status, refusal?.code);
  const code = refusal?.code ?? `http-${reply.status}`;
  const message = refusal?.message ?? `The server answered ${reply.status}.`;
  const { retryAfter } = reply;
  return new ExchangeFailure(kind, code, message, { retryAfter, reached: refusal !== undefined });
}

function kindOf(status: number, code: RefusalBody["error"]["code"] | undefined): FailureKind {
  switch (code) {
    case "epoch":
    case "gap":
      return "pull-first";
    case "wrong-user":
      return "wrong-user";
    // Our own refusals of the whole sender: sending less would not help, and the queue is kept.
    case "forbidden":
    case "cross-site":
      return "transient";
  }
  switch (status) {
    case 401:
      return "signed-out";
    case 426:
      return "upgrade";
    // Also from a proxy that does not like what one write says.
    case 400:
    case 403:
    case 413:
    case 422:
      return "content";
    default:
      return "transient";
  }
}

async function readRefusal(reply: Reply): Promise<RefusalBody["error"] | undefined> {
  try {
    for await (const line of reply.lines()) return decodeRefusal(line);
  } catch {
    // The status says enough.
  }
  return undefined;
}

/** Anything that was thrown during an attempt, as a failure. */
export function asFailure(error: unknown): ExchangeFailure {
  if (error instanceof ExchangeFailure) return error;
  const code = error instanceof SyncError ? error.code : "network";
  const message = error instanceof Error ? error.message : String(error);
  return new ExchangeFailure("transient", code, message, { cause: error });
}
