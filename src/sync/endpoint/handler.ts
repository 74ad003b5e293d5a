/** The sync endpoint as a web-standard handler, to be mounted under `/_vango/sync`. */

import type { Authority } from "../authority/authority.ts";
import { type SyncIdentity, SyncRefusal } from "../authority/policy.ts";
import { MAX_BODY_BYTES } from "../limits.ts";
import { systemTimers, type Timers } from "../ports.ts";
import { readJson } from "./body.ts";
import {
  answerSync,
  type EndpointOptions,
  mustScope,
  refuse,
  type SyncAnswer,
} from "./endpoint.ts";
import { isSameSite } from "./origin.ts";
import { PokeStreams } from "./pokes.ts";

export interface SyncHandlerOptions<Identity extends SyncIdentity> {
  readonly authority: Authority<Identity>;
  /** Who sends this; undefined answers 401. */
  readonly identify: (request: Request) => Identity | undefined | Promise<Identity | undefined>;
  /**
   * Which part of the data this identity gets; undefined refuses. Default: each user has one scope
   * of the user's own, and can name no other.
   */
  readonly scope?: EndpointOptions<Identity>["scope"];
  /** Further origins that may call with cookies. */
  readonly origins?: readonly string[];
  /** Whether the request may act with cookies, instead of our own look at `Origin`. */
  readonly isSameSite?: (request: Request) => boolean;
  /** Bytes of one request. Default 4 MiB. */
  readonly maxBody?: number;
  readonly timers?: Timers;
  readonly onError?: (error: unknown) => void;
}

/**
 * Answers `POST …/push`, `POST …/pull` and `GET …/poke`.
 *
 * @example
 * ```ts
 * import { createAuthority } from "../authority/authority.ts";
 * import { createMemoryAuthorityStore } from "../memory_store.ts";
 * import { createSyncHandler } from "./handler.ts";
 * const handler = createSyncHandler({
 *   authority: createAuthority({ store: createMemoryAuthorityStore() }),
 *   identify: (request) =>
 *     request.headers.get("authorization") === "Bearer ana" ? { userId: "ana" } : undefined,
 * });
 * const response = await handler(new Request("https://app.example/_vango/sync/pull", {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: "{}",
 * }));
 * console.assert(response.status === 401);
 * await response.body?.cancel();
 * ```
 */
export function createSyncHandler<Identity extends SyncIdentity>(
  options: SyncHandlerOptions<Identity>,
): (request: Request) => Promise<Response> {
  const endpoint: EndpointOptions<Identity> = {
    authority: options.authority,
    scope: options.scope ??
      ((identity, requested) => requested === "" ? identity.userId : undefined),
    ...(options.onError && { onError: options.onError }),
  };
  const comesFromHere = options.isSameSite ??
    ((request: Request) => isSameSite(request, options.origins ?? []));
  const streams = new PokeStreams(options.timers ?? systemTimers);
  return async (request) => {
    try {
      const path = new URL(request.url).pathname.split("/").at(-1);
      if (path !== "push" && path !== "pull" && path !== "poke") return plain(404);
      if (request.method !== (path === "poke" ? "GET" : "POST")) return plain(405);
      if (!comesFromHere(request)) {
        throw new SyncRefusal("cross-site", "Cannot sync: the request comes from another site");
      }
      const identity = await options.identify(request);
      if (!identity) throw new SyncRefusal("unauthenticated", "Cannot sync: nobody is signed in");
      if (path === "poke") return await openPokes(request, endpoint, identity, streams);
      const body = await readJson(request, options.maxBody ?? MAX_BODY_BYTES);
      return asResponse(await answerSync(endpoint, identity, path, body));
    } catch (error) {
      return asResponse(refuse(error, options.onError));
    }
  };
}

async function openPokes<Identity extends SyncIdentity>(
  request: Request,
  endpoint: EndpointOptions<Identity>,
  identity: Identity,
  streams: PokeStreams,
): Promise<Response> {
  const requested = new URL(request.url).searchParams.get("scope") ?? "";
  const scope = await mustScope(endpoint, identity, requested);
  const subscribe = (onChange: () => void) => endpoint.authority.subscribe(scope, onChange);
  return new Response(streams.open(identity.userId, subscribe, request.signal), {
    headers: { "content-type": "text/event-stream", ...PRIVATE },
  });
}

/** What one user may read must not be stored on the way to another. */
const PRIVATE = { "cache-control": "private, no-store", "x-content-type-options": "nosniff" };

function asResponse(answer: SyncAnswer): Response {
  const iterator = answer.lines[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value + "\n"));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, {
    status: answer.status,
    headers: {
      "content-type": "application/x-ndjson",
      ...(answer.retryAfter !== undefined && { "retry-after": String(answer.retryAfter) }),
      ...PRIVATE,
    },
  });
}

function plain(status: number): Response {
  return new Response(null, { status, headers: PRIVATE });
}

const encoder = new TextEncoder();
