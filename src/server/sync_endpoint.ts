/**
 * `/_vango/sync/push`, `/pull` and `/poke`: where devices exchange their data, as the session's
 * user or as whoever the app finds behind their bearer token.
 *
 * @module
 */
import type { Context } from "hono";
import type { SyncIdentity } from "../sync/authority/policy.ts";
import { createSyncHandler } from "../sync/endpoint/handler.ts";
import { HandshakeLimit, hasGoodOrigin } from "./guard.ts";
import type { Services } from "./services.ts";
import type { SyncService } from "./sync_service.ts";

/** Who sends a request, and what ends with it. */
interface Caller {
  readonly identity: SyncIdentity | undefined;
  readonly sameSite: boolean;
}

/** The endpoint of one app. */
export class SyncEndpoint {
  readonly #services: Services;
  readonly #sync: SyncService;
  readonly #limit: HandshakeLimit;
  readonly #callers = new WeakMap<Request, Caller>();
  readonly #closing = new AbortController();
  #handler: ((request: Request) => Promise<Response>) | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#sync = services.sync;
    const { rate, burst } = services.sync.options.requests ?? { rate: 50, burst: 500 };
    this.#limit = new HandshakeLimit(rate, burst);
  }

  /** Answers one request. */
  async answer(c: Context): Promise<Response> {
    const authority = this.#sync.authority;
    // A device is nobody's server.
    if (!authority) return c.text("Not found", 404);
    const { platform } = this.#services.options;
    const remoteAddress = platform?.remoteAddress(c.env);
    if (!this.#limit.allows(remoteAddress)) {
      this.#services.refusals.note("sync");
      return c.text("Too many requests", 429, { "retry-after": "1" });
    }
    this.#handler ??= createSyncHandler({
      authority,
      identify: (request) => this.#callers.get(request)?.identity,
      isSameSite: (request) => this.#callers.get(request)!.sameSite,
      scope: (identity, requested) => {
        const scope = this.#sync.scopeOf(identity);
        return requested === "" || requested === scope ? scope : undefined;
      },
      ...(this.#sync.options.maxBody !== undefined && { maxBody: this.#sync.options.maxBody }),
      onError: (error) => void this.#services.report(error),
    });
    const { line } = this.#sync;
    const handle = () => this.#handle(c.req.raw, remoteAddress);
    const response = await (line ? line.answer(c.req.raw, handle) : handle());
    if (response.status === 403 || response.status === 400) this.#services.refusals.note("sync");
    return response;
  }

  async #handle(raw: Request, remoteAddress: string | undefined): Promise<Response> {
    const { origins = [] } = this.#services.options;
    const secure = this.#services.isSecure(raw, remoteAddress);
    // Browsers leave `Origin` out of same-origin GETs, and then say so here.
    const sameSite = raw.headers.get("origin") === null &&
        raw.headers.get("sec-fetch-site") === "same-origin" || hasGoodOrigin(raw, origins, secure);
    const ended = new AbortController();
    // A stream of pokes ends with its session, with its reader and with the server.
    const request = raw.method === "GET"
      ? new Request(raw.url, {
        headers: raw.headers,
        signal: AbortSignal.any([this.#closing.signal, ended.signal]),
      })
      : raw;
    const program = raw.headers.has("cookie")
      ? undefined
      : await this.#sync.options.authenticate?.(raw);
    const identity = program ?? await this.#fromSession(raw, remoteAddress, ended);
    this.#callers.set(request, { identity, sameSite });
    const response = await this.#handler!(request);
    if (response.headers.get("content-type") === "text/event-stream") {
      return new Response(watched(response.body!, () => ended.abort()), response);
    }
    ended.abort();
    return response;
  }

  async #fromSession(
    request: Request,
    remoteAddress: string | undefined,
    ended: AbortController,
  ): Promise<SyncIdentity | undefined> {
    const { sessions } = await this.#services.ready();
    const session = await sessions.open(request, { remoteAddress });
    session.onEnd(() => ended.abort());
    ended.signal.addEventListener("abort", () => session.close(), { once: true });
    return this.#sync.identify(session);
  }

  /** Ends the streams: a server that drains would wait for them for ever. */
  close(): void {
    this.#closing.abort();
  }
}

/**
 * The stream, telling when it ends or its reader goes away. The request's own signal would do, but
 * asking for it makes Deno warn.
 */
function watched(body: ReadableStream<Uint8Array>, over: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      over();
      controller.close();
    },
    async cancel(reason) {
      over();
      await reader.cancel(reason);
    },
  });
}
