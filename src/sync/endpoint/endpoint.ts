/** The server's answers to `push` and `pull`, whatever carries them. */

import type { Authority } from "../authority/authority.ts";
import { type SyncIdentity, SyncRefusal } from "../authority/policy.ts";
import { SyncError } from "../errors.ts";
import { SYNC_PROTOCOL } from "../protocol.ts";
import { decodePull, decodePush } from "../request_codec.ts";
import { isObject } from "../value.ts";

/** An answer: JSON texts, one per line. */
export interface SyncAnswer {
  readonly status: number;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly lines: AsyncIterable<string>;
}

export interface EndpointOptions<Identity extends SyncIdentity> {
  readonly authority: Authority<Identity>;
  /**
   * Which part of the data this identity gets. `requested` is empty when the device left it to us.
   * Undefined refuses.
   */
  readonly scope: (
    identity: Identity,
    requested: string,
  ) => string | undefined | Promise<string | undefined>;
  /** Hears of what should not have happened. */
  readonly onError?: (error: unknown) => void;
}

/** Pages in one answer to a pull: then the device asks again, and others had their turn. */
const MOST_PAGES = 200;

/** Answers one request. Never throws. */
export async function answerSync<Identity extends SyncIdentity>(
  options: EndpointOptions<Identity>,
  identity: Identity,
  path: "push" | "pull",
  body: unknown,
): Promise<SyncAnswer> {
  try {
    mustSpeak(body);
    return path === "push"
      ? await answerPush(options, identity, body)
      : await answerPull(options, identity, body);
  } catch (error) {
    return refuse(error, options.onError);
  }
}

/** The answer to a request that is not taken; without detail where the fault is ours. */
export function refuse(error: unknown, onError?: (error: unknown) => void): SyncAnswer {
  const refusal = asRefusal(error);
  if (refusal.code === "internal") onError?.(error);
  return {
    status: refusal.status,
    ...(refusal.status === 503 || refusal.status === 429 ? { retryAfter: 1 } : {}),
    lines: once(JSON.stringify(refusal.toBody())),
  };
}

function asRefusal(error: unknown): SyncRefusal {
  if (error instanceof SyncRefusal) return error;
  if (error instanceof SyncError) {
    if (error.code === "too-large") return new SyncRefusal("too-large", error.message);
    if (error.code === "bad-request") return new SyncRefusal("bad-request", error.message);
    if (error.code === "busy" || error.code === "store") {
      return new SyncRefusal("busy", "Cannot sync now: the store is busy; try again");
    }
  }
  return new SyncRefusal("internal", "Cannot sync: the server failed; try again");
}

/** A version that we do not speak is no fault of what is said. */
function mustSpeak(body: unknown): void {
  const protocol = isObject(body) ? body.protocol : undefined;
  if (!Number.isSafeInteger(protocol) || protocol === SYNC_PROTOCOL) return;
  throw (protocol as number) < SYNC_PROTOCOL
    ? new SyncRefusal("upgrade", "Cannot sync: this version of the app is too old")
    : new SyncRefusal("busy", "Cannot sync yet: the server runs an older version of the app");
}

async function answerPush<Identity extends SyncIdentity>(
  options: EndpointOptions<Identity>,
  identity: Identity,
  body: unknown,
): Promise<SyncAnswer> {
  const request = decodePush(body);
  const scope = await mustScope(options, identity, request.scope);
  const response = await options.authority.push(identity, { ...request, scope });
  return { status: 200, lines: once(JSON.stringify(response)) };
}

async function answerPull<Identity extends SyncIdentity>(
  options: EndpointOptions<Identity>,
  identity: Identity,
  body: unknown,
): Promise<SyncAnswer> {
  const decoded = decodePull(body);
  const request = { ...decoded, scope: await mustScope(options, identity, decoded.scope) };
  // The first page decides about the status; the rest follows as it is read.
  const first = await options.authority.pull(identity, request);
  const { authority, onError } = options;
  async function* lines(): AsyncGenerator<string> {
    let page = first;
    yield JSON.stringify(page);
    for (let pages = 1; page.more && pages < MOST_PAGES; pages++) {
      const { epoch, cursor, view } = page;
      try {
        page = await authority.pull(identity, { ...request, epoch, cursor, view });
      } catch (error) {
        // The lines so far stand for themselves; the device asks again and hears the reason.
        if (!(error instanceof SyncRefusal)) onError?.(error);
        return;
      }
      yield JSON.stringify(page);
    }
  }
  return { status: 200, lines: lines() };
}

/** @throws {SyncRefusal} `forbidden`, also where the scope does not exist */
export async function mustScope<Identity extends SyncIdentity>(
  options: EndpointOptions<Identity>,
  identity: Identity,
  requested: string,
): Promise<string> {
  const scope = await options.scope(identity, requested);
  if (scope !== undefined) return scope;
  throw new SyncRefusal("forbidden", "Cannot sync: this is not this user's to read");
}

async function* once(line: string): AsyncGenerator<string> {
  yield line;
}
