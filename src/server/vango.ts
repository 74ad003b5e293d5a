/**
 * An app: pages over Hono, the socket, the client script.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import * as client from "../../client/client.gen.ts";
import type { Component, Page, Renderable } from "../contract/component.ts";
import { ACCEPTED_HINTS, factsOf, knowsWidth } from "../ctx/client_facts.ts";
import { PageCtx, type PageLocation, type PageRequest } from "../ctx/page_ctx.ts";
import type { HeadEntry } from "../html/head.ts";
import { htmlStream } from "../html/stream.ts";
import { HtmlWriter } from "../html/write.ts";
import { randomId } from "../internal/ids.ts";
import { jsx } from "../jsx/element.ts";
import type { ComponentNode } from "../jsx/node.ts";
import {
  CloseCode,
  type LivePort,
  LiveSession,
  type NavigateOutcome,
} from "../live/live_session.ts";
import { RedirectError, sitePath } from "../live/site_path.ts";
import type { Hello } from "../protocol/hello.ts";
import { createSessionManager, type SessionManager } from "../session/manager.ts";
import { createMemorySessionStore } from "../session/memory_store.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import { createTokenSigner, type TokenSigner } from "../session/token.ts";
import { Tree } from "../tree/tree.ts";
import { DOCUMENT_END, documentScript, documentStart } from "./document.ts";
import { HandshakeLimit, hasGoodHost, hasGoodOrigin, INTERNAL_HEADER } from "./guard.ts";
import { GivenUpPages } from "./given_up.ts";
import { ConfigError, type VangoOptions } from "./options.ts";
import { errorCard, errorPage } from "./page_errors.ts";
import { Registry, type RegistryStats } from "./registry.ts";
import { serveSocket } from "./socket.ts";

/** Where everything of ours lives. */
const PREFIX = "/_vango/";

/** Milliseconds that a page token is good: a laptop that was closed over night. */
const TOKEN_LIFE = 24 * 60 * 60 * 1000;

/** Redirects that a navigation follows in process. */
const MAX_HOPS = 10;

/** Milliseconds that a page that is rendered anew waits for its async regions. */
const REMOUNT_PATIENCE = 2000;

/** What a page token says. */
interface PageToken {
  /** Page id. */
  readonly p: string;
  /** Session id. */
  readonly s: string;
  /** Path and query of the page. */
  readonly u: string;
}

/** Options of one page. */
export interface PageOptions {
  /** Stands around the page and outlives navigations between pages that share it. */
  readonly layout?: Component<{ children: Renderable }>;
  /** Title when the page sets none. */
  readonly title?: string;
  /** Wait for every async region and send the page in one piece. Default: false. */
  readonly whole?: boolean;
}

/** Figures for health checks and tests. */
export interface VangoStats extends RegistryStats {
  /** Players that were given the very render that their GET had made. */
  readonly adoptions: number;
  /** Pages that were rendered again because that one was gone: another server, too late, no room. */
  readonly remounts: number;
  /** Async regions whose content a remount took over instead of running their function again. */
  readonly reused: number;
}

/** A run of a route inside the process: a live navigation, or a page that is rendered anew. */
class Mount {
  location: PageLocation | undefined;
  root: ComponentNode | undefined;
}

/** Key of a {@linkcode Mount} in Hono's `env`: nothing from outside can set a symbol. */
const MOUNT = Symbol("vango.mount");

interface Ready {
  readonly sessions: SessionManager;
  readonly tokens: TokenSigner<PageToken>;
}

/** An app's Vango: made by {@linkcode createVango}. */
export class Vango {
  readonly #options: VangoOptions;
  readonly #registry: Registry;
  readonly #givenUp = new GivenUpPages();
  readonly #counts = { adoptions: 0, remounts: 0, reused: 0 };
  readonly #handshakes: HandshakeLimit;
  readonly #handles: WeakMap<LiveSession, SessionHandle> = new WeakMap();
  readonly #contexts: WeakMap<LiveSession, PageCtx> = new WeakMap();
  readonly #port: LivePort;
  #ready: Promise<Ready> | undefined;
  #closing = false;

  constructor(options: VangoOptions) {
    this.#options = options;
    this.#registry = new Registry(options, (live) => {
      this.#givenUp.keep(live);
      live.end();
    });
    const { rate, burst } = options.handshakes ?? { rate: 50, burst: 500 };
    this.#handshakes = new HandshakeLimit(rate, burst);
    this.#port = {
      createCtx: () => undefined,
      navigate: (live, url) => this.#navigate(live, url),
      report: (error) => this.#report(error),
      errorCard: (error, id) => errorCard(error, id, this.development),
      changed: (live) => this.#registry.changed(live),
      facts: (live, facts) => {
        if (typeof facts === "object" && facts) {
          this.#contexts.get(live)?.usedClient?.update(facts);
        }
      },
      development: this.development,
    };
  }

  /** Whether mistakes are explained in the page. */
  get development(): boolean {
    return this.#options.development ?? this.#options.platform?.development ?? false;
  }

  /** Live sessions by state, and how players found their pages. */
  stats(): VangoStats {
    return { ...this.#registry.stats(), ...this.#counts };
  }

  /** The path of the client script: its name has the hash of its content. */
  get clientPath(): string {
    return `${PREFIX}client.${client.hash}.js`;
  }

  /**
   * Answers a route with a page: a GET by streamed HTML, a live navigation by patches.
   *
   * @param page The page, or a component without props.
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
    // A component of its own, so that its name stands in error messages and its identity is stable.
    const component = { [page.name || "Page"]: (_: unknown, ctx: PageCtx) => page(ctx) };
    const type = Object.values(component)[0]!;
    const rootOf = (key: string): ComponentNode => {
      const inner = jsx(type, {}, key) as ComponentNode;
      return options.layout ? jsx(options.layout, { children: inner }) as ComponentNode : inner;
    };
    return (c) => this.#answer(c, rootOf, options);
  }

  /** The middleware that {@linkcode createVango} installs: guards, socket, client script. */
  get middleware(): MiddlewareHandler {
    return async (c, next) => {
      if (!hasGoodHost(c.req.raw, this.#options.hosts)) return c.text("Bad host", 400);
      for (const name of c.req.raw.headers.keys()) {
        if (INTERNAL_HEADER.test(name)) return c.text("Bad header", 400);
      }
      const { path } = c.req;
      if (!path.startsWith(PREFIX)) return await next();
      if (path === this.clientPath) return clientScript();
      if (path === PREFIX + "live") return await this.#upgrade(c);
      return await next();
    };
  }

  /**
   * Ends every socket with 1001 over `spread` milliseconds, so that the players do not all come
   * back at once, saves the sessions and stops. Resolves when everything is saved.
   */
  async shutdown(options: { readonly spread?: number } = {}): Promise<void> {
    this.#closing = true;
    const all = this.#registry.all();
    const spread = all.length > 1 ? options.spread ?? 2000 : 0;
    await Promise.all(all.map(async (live) => {
      if (spread > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * spread));
      live.end(CloseCode.GOING_AWAY, "shutdown");
    }));
    this.#registry.close();
    const ready = await this.#ready?.catch(() => undefined);
    await ready?.sessions.drain();
    await ready?.sessions.close();
  }

  #start(): Promise<Ready> {
    return this.#ready ??= this.#prepare();
  }

  async #prepare(): Promise<Ready> {
    const secrets = await this.#secrets();
    const store = this.#options.store ?? createMemorySessionStore();
    return {
      sessions: createSessionManager({ ...this.#options.sessions, store, secrets }),
      tokens: await createTokenSigner<PageToken>(secrets, "page"),
    };
  }

  async #secrets(): Promise<readonly string[]> {
    const { secrets, platform } = this.#options;
    if (secrets) return secrets;
    const given = platform?.env("VANGO_SECRET");
    if (given) return given.split(",").map((secret) => secret.trim());
    if (this.development) return [await platform?.developmentSecret?.() ?? randomId() + randomId()];
    throw new ConfigError(
      "cannot sign sessions: there is no secret in production; set VANGO_SECRET to at least 32 " +
        "random characters (the same on every server), or pass `secrets` to createVango",
    );
  }

  #report(error: unknown): string {
    const id = randomId().slice(0, 8);
    if (this.#options.onError) this.#options.onError(error, id);
    else console.error(`vango: error ${id}:`, error);
    return id;
  }

  // Pages

  async #answer(
    c: Context,
    rootOf: (key: string) => ComponentNode,
    options: PageOptions,
  ): Promise<Response> {
    const url = new URL(c.req.url);
    const location: PageLocation = { route: c.req.routePath, params: c.req.param(), url };
    const root = rootOf(url.pathname + url.search);
    const mount = (c.env as { [MOUNT]?: Mount } | undefined)?.[MOUNT];
    if (mount) {
      mount.location = location;
      mount.root = root;
      return new Response(null, { status: 204 });
    }
    try {
      return await this.#get(c, root, location, options);
    } catch (error) {
      if (isAbort(error) && c.req.raw.signal.aborted) return new Response(null, { status: 499 });
      const id = this.#report(error);
      return c.html(errorPage(error, id, this.development), 500, { "cache-control": "no-store" });
    }
  }

  async #get(
    c: Context,
    root: ComponentNode,
    location: PageLocation,
    options: PageOptions,
  ): Promise<Response> {
    const { sessions, tokens } = await this.#start();
    const remoteAddress = this.#options.platform?.remoteAddress(c.env);
    const session = await sessions.open(c.req.raw, { remoteAddress });
    const nonce = randomId().slice(0, 22);
    const facts = factsOf(c.req.raw);
    const live = this.#create(randomId(), session, { nonce, location, facts });
    const { method } = c.req;
    // Only a player can put regions in their place.
    const playable = this.#options.platform !== undefined && method === "GET" && !this.#closing;
    const whole = method !== "HEAD" &&
      (options.whole === true || !playable || wantsWhole(c.req.raw));
    let content: string;
    try {
      if (this.#options.title ?? options.title) {
        live.head.add(titleEntry(options.title ?? this.#options.title!));
      }
      const rendered = live.render(root, { whole });
      content = typeof rendered === "string"
        ? rendered
        : await awaitedBy(c.req.raw, live, rendered);
    } catch (error) {
      live.end();
      throw error;
    }
    const { redirected } = this.#contexts.get(live)!;
    const interactive = playable && redirected === undefined;
    const cookie = await sessions.commit(session, { anchor: interactive });
    const headers = new Headers({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    });
    if (cookie) headers.append("set-cookie", cookie);
    headers.set("accept-ch", ACCEPTED_HINTS);
    if (this.#contexts.get(live)!.usedClient?.readScreen && !knowsWidth(c.req.raw)) {
      // The first paint depends on it: the browser asks again at once, with the hint.
      headers.set("critical-ch", "Sec-CH-Viewport-Width");
    }
    if (redirected !== undefined) {
      live.end();
      headers.set("location", redirected);
      return new Response(null, { status: 302, headers });
    }
    const policy = this.#policy(nonce, c.req.raw);
    if (policy) headers.set("content-security-policy", policy);
    const token = interactive
      ? await tokens.sign(
        { p: live.id, s: session.id, u: location.url.pathname + location.url.search },
        { expiresAt: Date.now() + TOKEN_LIFE },
      )
      : "";
    const running = live.tree.running.length > 0;
    const start = documentStart({
      lang: this.#options.lang ?? "en",
      htmlAttributes: this.#options.htmlAttributes ?? {},
      bodyAttributes: this.#options.bodyAttributes ?? {},
      head: live.head.html(nonce) + this.#staticHead(),
      token,
      noScript: running ? wholeUrl(location.url) : "",
      nonce,
    });
    let shell = `${start}<!--v0-->${content}<!--/v0-->`;
    if (interactive) {
      shell += documentScript(this.clientPath, undefined, nonce);
      headers.append("link", `<${this.clientPath}>; rel=modulepreload`);
      this.#registry.changed(live);
    }
    if (method === "HEAD") {
      live.end();
      return new Response(null, { headers });
    }
    if (!running) {
      if (!interactive) live.end();
      return new Response(htmlStream([shell + DOCUMENT_END]), { headers });
    }
    // The reader went away before a player came: nobody waits for the rest.
    const gone = (): void => {
      if (live.state === "waiting") live.end();
    };
    return new Response(htmlStream(this.#stream(live, shell, interactive), gone), { headers });
  }

  async *#stream(live: LiveSession, shell: string, interactive: boolean): AsyncGenerator<string> {
    yield shell;
    yield* live.streamRegions();
    if (live.state === "waiting") {
      if (interactive) this.#registry.changed(live);
      else live.end();
    }
    yield DOCUMENT_END;
  }

  /** The head that every document has, from the options. */
  #staticHead(): string {
    if (this.#options.head === undefined) return "";
    const region = new Tree(STATIC_HOST).addRegion();
    const writer = new HtmlWriter(region, { marks: false });
    writer.writeRegion(this.#options.head);
    region.tree.dispose();
    return writer.html;
  }

  #policy(nonce: string, request: Request): string | undefined {
    const { csp } = this.#options;
    if (!csp) return undefined;
    if (typeof csp === "function") return csp(nonce, request);
    const { host } = new URL(request.url);
    return `default-src 'self'; script-src 'nonce-${nonce}' 'strict-dynamic'; ` +
      `style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; ` +
      `img-src 'self' data: blob:; connect-src 'self' ws://${host} wss://${host}; ` +
      `object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'`;
  }

  #create(id: string, session: SessionHandle, request: PageRequest): LiveSession {
    let ctx: PageCtx | undefined;
    const live = new LiveSession(id, {
      ...this.#port,
      createCtx: (made) => ctx = new PageCtx(made, session, request),
      changed: (changed) => {
        if (changed.state === "ended") session.close();
        this.#port.changed(changed);
      },
    });
    this.#contexts.set(live, ctx!);
    this.#handles.set(live, session);
    session.onEnd(() => live.end(CloseCode.REFUSED, "session ended"));
    return live;
  }

  // Navigation

  async #navigate(live: LiveSession, given: string): Promise<NavigateOutcome> {
    const ctx = this.#contexts.get(live)!;
    let target: string;
    try {
      target = sitePath(
        given.startsWith(ctx.url.origin) ? given.slice(ctx.url.origin.length) || "/" : given,
        ctx.url,
      );
    } catch (error) {
      if (error instanceof RedirectError) return { kind: "load", url: ctx.url.pathname };
      throw error;
    }
    const session = this.#handles.get(live)!;
    const ran = await this.#run(target, ctx.url, this.#requests.get(live));
    if (!ran.mount?.root || !session.touch()) return { kind: "load", url: ran.target };
    ctx.moveTo(ran.mount.location!);
    live.show(ran.mount.root);
    return { kind: "shown", url: ran.target };
  }

  readonly #requests: WeakMap<LiveSession, Request> = new WeakMap();

  /** Runs a route in this process, with the guards that a GET would meet. */
  async #run(
    path: string,
    base: URL,
    from: Request | undefined,
  ): Promise<{ target: string; mount: Mount | undefined }> {
    let target = path;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const headers = new Headers(from?.headers);
      for (const name of HOP_BY_HOP) headers.delete(name);
      const mount = new Mount();
      const request = new Request(new URL(target, base), { headers });
      const response = await this.#options.app.fetch(request, { [MOUNT]: mount });
      await response.body?.cancel();
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location) {
        const next = new URL(location, new URL(target, base));
        if (next.origin !== base.origin) return { target: next.href, mount: undefined };
        target = next.pathname + next.search + next.hash;
        continue;
      }
      return { target, mount: mount.root ? mount : undefined };
    }
    throw new RedirectError(`cannot show ${path}: it redirects more than ${MAX_HOPS} times`);
  }

  // Sockets

  #upgrade(c: Context): Response {
    const request = c.req.raw;
    const { platform } = this.#options;
    if (!platform) return c.text("No platform", 501);
    if (request.method !== "GET") return c.text("Use GET", 400);
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return c.text("Expected a WebSocket", 426, { upgrade: "websocket" });
    }
    if (request.headers.get("sec-websocket-version") !== "13") {
      return c.text("Expected version 13", 426, { "sec-websocket-version": "13" });
    }
    const remoteAddress = platform.remoteAddress(c.env);
    if (this.#closing) return c.text("Going away", 503);
    if (!this.#handshakes.allows(remoteAddress)) {
      return c.text("Too many connections", 429, { "retry-after": "1" });
    }
    const secure = request.headers.get("x-forwarded-proto") === "https";
    if (!hasGoodOrigin(request, this.#options.origins ?? [], secure)) {
      return c.text("Foreign origin", 403);
    }
    const { socket, response } = platform.upgrade(request);
    serveSocket(
      socket,
      (hello) => this.#admit(hello, request, remoteAddress),
      (error) => void this.#report(error),
    );
    return response;
  }

  /** The live session of a page token: the one that rendered the page, or a new one. */
  async #admit(
    hello: Hello,
    request: Request,
    remoteAddress: string | undefined,
  ): Promise<LiveSession | undefined> {
    const { sessions, tokens } = await this.#start();
    const token = await tokens.verify(hello.token);
    if (!token.ok) return undefined;
    const { p: id, s: sessionId, u: path } = token.payload;
    const session = await sessions.open(request, { remoteAddress });
    if (session.id !== sessionId) {
      session.close();
      return undefined;
    }
    const known = this.#registry.get(id);
    if (known) {
      if (known.state === "waiting") this.#counts.adoptions++;
      session.close();
      this.#requests.set(known, request);
      return known;
    }
    return await this.#remount(id, path, session, request);
  }

  /** Renders a page anew whose live session is gone: another node, a restart, too late. */
  async #remount(
    id: string,
    path: string,
    session: SessionHandle,
    request: Request,
  ): Promise<LiveSession | undefined> {
    const base = new URL(request.url);
    const { mount } = await this.#run(path, new URL("/", base), request);
    if (!mount?.root) {
      session.close();
      return undefined;
    }
    const live = this.#create(id, session, {
      nonce: "",
      location: mount.location!,
      facts: factsOf(request),
    });
    live.resumeElsewhere();
    live.tree.leftovers = this.#givenUp.take(id);
    this.#counts.remounts++;
    this.#requests.set(live, request);
    try {
      await live.render(mount.root);
      await live.settled(REMOUNT_PATIENCE);
      this.#counts.reused += live.tree.reused;
    } catch (error) {
      live.end();
      throw error;
    }
    this.#registry.changed(live);
    return live;
  }
}

/** A render that is not finished at once: it ends when its reader goes away. */
async function awaitedBy<T>(request: Request, live: LiveSession, work: Promise<T>): Promise<T> {
  const { signal } = request;
  const gone = (): void => live.end();
  if (signal.aborted) gone();
  signal.addEventListener("abort", gone);
  try {
    return await work;
  } finally {
    signal.removeEventListener("abort", gone);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Crawlers that read a page without running its script. */
const CRAWLER = /bot\b|crawl|spider|slurp|facebookexternalhit|embedly|preview|whatsapp|telegram/i;

/** Whether the page is to arrive in one piece: for crawlers, and browsers without script. */
function wantsWhole(request: Request): boolean {
  return new URL(request.url).searchParams.get("_vango") === "whole" ||
    CRAWLER.test(request.headers.get("user-agent") ?? "");
}

function wholeUrl(url: URL): string {
  const whole = new URL(url);
  whole.searchParams.set("_vango", "whole");
  return whole.pathname + whole.search;
}

/** Headers of a handshake that do not belong to a page's request. */
const HOP_BY_HOP = [
  "connection",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "origin",
  "content-length",
];

/** The host of markup that no player connects to. */
const STATIC_HOST = {
  connected: false,
  ctx: undefined,
  schedule(): void {},
  invalidate(): void {},
  report(error: unknown): void {
    throw error;
  },
  errorCard(error: unknown): never {
    throw error;
  },
};

function titleEntry(text: string): HeadEntry {
  return { tag: "title", attributes: {}, text };
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
 * export default app;
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
