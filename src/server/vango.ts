/**
 * An app: pages over Hono, the socket, the client script.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import * as client from "../../client/client.gen.ts";
import type { Page } from "../contract/component.ts";
import type { PageCtx, PageLocation } from "../ctx/page_ctx.ts";
import { jsx } from "../jsx/element.ts";
import type { ComponentNode } from "../jsx/node.ts";
import { CloseCode } from "../live/live_port.ts";
import { FormEndpoint } from "./form.ts";
import { HandshakeLimit, hasGoodHost, withoutInternalHeaders } from "./guard.ts";
import { answerHandshake } from "./handshake.ts";
import { LivePages } from "./live_pages.ts";
import { OfflineEndpoint } from "./offline.ts";
import { ConfigError, type PageOptions, type VangoOptions } from "./options.ts";
import { errorPage } from "./page_errors.ts";
import { answerPage } from "./page_response.ts";
import type { RefusalKind } from "./refusals.ts";
import type { RegistryStats } from "./registry.ts";
import { handOver, markPage } from "./route_runner.ts";
import { Services } from "./services.ts";
import { SyncEndpoint } from "./sync_endpoint.ts";
import type { LocalReplica } from "./sync_service.ts";
import { redeemTicket } from "./session_endpoint.ts";

/** Where everything of ours lives. */
const PREFIX = "/_vango/";

/** Figures for health checks and tests. */
export interface VangoStats extends RegistryStats {
  /** Players that were given the very render that their GET had made. */
  readonly adoptions: number;
  /** Pages that were rendered again because that one was gone: another server, too late, no room. */
  readonly remounts: number;
  /** Async regions whose content a remount took over instead of running their function again. */
  readonly reused: number;
  /** What was refused so far, by kind. */
  readonly refused: Readonly<Partial<Record<RefusalKind, number>>>;
}

/** An app's Vango: made by {@linkcode createVango}. */
export class Vango {
  readonly #services: Services;
  readonly #pages: LivePages;
  readonly #handshakes: HandshakeLimit;
  readonly #forms: FormEndpoint;
  readonly #sync: SyncEndpoint;
  readonly #offline: OfflineEndpoint;
  #saidStatic = false;

  /** Called by {@linkcode createVango}. */
  constructor(options: VangoOptions) {
    this.#services = new Services(options);
    this.#pages = new LivePages(this.#services);
    const { rate, burst } = options.handshakes ?? { rate: 50, burst: 500 };
    this.#handshakes = new HandshakeLimit(rate, burst);
    this.#forms = new FormEndpoint(this.#services);
    this.#sync = new SyncEndpoint(this.#services);
    this.#offline = new OfflineEndpoint(this.#services);
  }

  /** Whether mistakes are explained in the page. */
  get development(): boolean {
    return this.#services.development;
  }

  /** Live sessions by state, and how players found their pages. */
  stats(): VangoStats {
    const { registry, counts, refusals } = this.#services;
    return { ...registry.stats(), ...counts, refused: refusals.counts() };
  }

  /** The path of the client script: its name has the hash of its content. */
  get clientPath(): string {
    return `${PREFIX}client.${client.hash}.js`;
  }

  /**
   * Answers a route with a page: a GET by streamed HTML, a live navigation by patches.
   *
   * @param page The page, or a component without props.
   * @throws {ConfigError} when it is no function, or one that also takes props
   *
   * @example
   * ```tsx
   * import { Hono } from "hono";
   * import { createVango } from "@vango/vango";
   *
   * const app = new Hono();
   * const vango = createVango({ app, secrets: ["a secret of at least 32 characters"] });
   * app.get("/hello/:name", vango.page((ctx) => <h1>Hello {ctx.params.name}</h1>));
   * const response = await app.request("/hello/Ada");
   * console.assert((await response.text()).includes("Ada"));
   * ```
   */
  page(page: Page, options: PageOptions = {}): (c: Context) => Promise<Response> {
    checkPage(page);
    // A component of its own, so that its name stands in error messages and its identity is stable.
    const component = { [page.name || "Page"]: (_: unknown, ctx: PageCtx) => page(ctx) };
    const type = Object.values(component)[0]!;
    const rootOf = (key: string): ComponentNode => {
      const inner = jsx(type, {}, key) as ComponentNode;
      return options.layout ? jsx(options.layout, { children: inner }) as ComponentNode : inner;
    };
    return markPage((c: Context) => this.#answer(c, rootOf, options));
  }

  /** The middleware that {@linkcode createVango} installs: guards, socket, client script. */
  get middleware(): MiddlewareHandler {
    return async (c, next) => {
      const { raw: request } = c.req;
      const { options, refusals } = this.#services;
      if (!hasGoodHost(request, options.hosts)) {
        refusals.note("host");
        return c.text("Bad host", 400);
      }
      const stripped = withoutInternalHeaders(request);
      if (stripped !== request) {
        refusals.note("header");
        c.req.raw = stripped;
      }
      switch (c.req.path) {
        case this.clientPath:
          return clientScript();
        case PREFIX + "live":
          return answerHandshake(c, request, {
            services: this.#services,
            pages: this.#pages,
            limit: this.#handshakes,
          });
        case PREFIX + "session":
          return await redeemTicket(c, this.#services);
        case PREFIX + "form":
          return await this.#forms.answer(c);
        case PREFIX + "sync/push":
        case PREFIX + "sync/pull":
        case PREFIX + "sync/poke":
          return await this.#sync.answer(c);
        default:
          return await this.#offline.answer(c) ?? await next();
      }
    };
  }

  /**
   * Puts the app on a local copy of its data: for a device process, or a worker without a network.
   * From then on `ctx.sync` reads and writes the copy, everybody who opens a page is its user, and
   * nothing is served to other devices. Call it before the first request.
   *
   * @throws {ConfigError} when pages have used the server's data already
   * @ignore `createDevice` and offline pages call it.
   */
  useReplica(replica: LocalReplica): void {
    this.#services.sync.useReplica(replica);
  }

  /**
   * Ends every socket with 1001 over `spread` milliseconds, so that the players do not all come
   * back at once, saves the sessions and stops. Resolves when everything is saved.
   */
  async shutdown(options: { readonly spread?: number } = {}): Promise<void> {
    this.#services.closing = true;
    this.#sync.close();
    const { registry, durable } = this.#services;
    const all = registry.all();
    const spread = all.length > 1 ? options.spread ?? 2000 : 0;
    await Promise.all(all.map(async (live) => {
      if (spread > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * spread));
      await durable?.finish(live);
      live.hangUp(CloseCode.GOING_AWAY, "shutdown");
      // What came while the first save was under way.
      await durable?.finish(live);
      live.end(CloseCode.GOING_AWAY, "shutdown");
    }));
    registry.close();
    const ready = await this.#services.readySoFar();
    await ready?.sessions.drain();
    await ready?.sessions.close();
  }

  async #answer(
    c: Context,
    rootOf: (key: string) => ComponentNode,
    options: PageOptions,
  ): Promise<Response> {
    if (this.#offline.onDevice && !options.offline) {
      return new Response(null, { status: 503 });
    }
    const url = new URL(c.req.url);
    const location: PageLocation = { route: c.req.routePath, params: c.req.param(), url };
    const root = rootOf(url.pathname + url.search);
    const { title, durable } = options;
    if (handOver(c.env, { location, root, title, durable })) {
      return new Response(null, { status: 204 });
    }
    this.#sayStatic(c.req.raw);
    try {
      const { clientPath } = this;
      const answer = { root, location, options, clientPath, offline: this.#offline };
      return await answerPage(c, this.#services, this.#pages, answer);
    } catch (error) {
      if (isAbort(error) && c.req.raw.signal.aborted) return new Response(null, { status: 499 });
      const id = this.#services.report(error);
      return c.html(errorPage(error, id, this.development), 500, { "cache-control": "no-store" });
    }
  }

  /** Tells once that a browser is shown pages which no player can bring to life. */
  #sayStatic(request: Request): void {
    if (this.#saidStatic || this.#services.options.platform) return;
    if (request.headers.get("sec-fetch-mode") !== "navigate") return;
    this.#saidStatic = true;
    console.warn(
      "vango: pages are static, and their handlers never run: createVango was given no platform; " +
        "pass one, such as deno() from @vango/vango/deno",
    );
  }
}

/** Types say the same; but servers mostly start without looking at them. */
function checkPage(page: unknown): void {
  if (typeof page !== "function") {
    throw new ConfigError(
      `cannot make a page of ${page === null ? "null" : typeof page}: a page is a function that ` +
        `gets ctx; write vango.page(() => <Home />)`,
    );
  }
  if (page.length > 1) {
    const name = page.name || "Home";
    throw new ConfigError(
      `cannot make a page of ${name}: it takes props and ctx, and a page gets ctx alone; write ` +
        `vango.page(() => <${name} />)`,
    );
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function clientScript(): Response {
  return new Response(client.code, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
    },
  });
}

const instances = new WeakMap<object, Vango>();

/**
 * Makes pages live on a Hono app.
 *
 * @param options The app, the platform, and whatever differs from the defaults.
 * @throws {ConfigError} when the app has one already.
 *
 * @example
 * ```tsx
 * import { Hono } from "hono";
 * import { createVango, signal } from "@vango/vango";
 * import { deno } from "@vango/vango/deno";
 *
 * const app = new Hono();
 * const vango = createVango({ app, platform: deno() });
 *
 * function Counter() {
 *   const count = signal(0);
 *   return () => <button onclick={() => count.value++}>Clicked {count} times</button>;
 * }
 *
 * app.get("/", vango.page(Counter));
 * // export default app;
 * ```
 */
export function createVango(options: VangoOptions): Vango {
  if (instances.has(options.app)) {
    throw new ConfigError("cannot make this app live: it is already; call createVango once an app");
  }
  const vango = new Vango(options);
  options.app.use("*", vango.middleware);
  instances.set(options.app, vango);
  return vango;
}

/** The Vango of an app, for servers that drain it. */
export function vangoOf(app: object): Vango | undefined {
  return instances.get(app);
}
