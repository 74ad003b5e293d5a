/**
 * Live pages: made for a GET, navigated in this process, found again or rendered anew for a socket.
 *
 * @module
 */
import { PageCtx, type PageLocation, type PageRequest } from "../ctx/page_ctx.ts";
import { factsOf } from "../ctx/client_facts.ts";
import type { ComponentNode } from "../jsx/node.ts";
import {
  CloseCode,
  type LivePort,
  LiveSession,
  type NavigateOutcome,
} from "../live/live_session.ts";
import { RedirectError, sitePath } from "../live/site_path.ts";
import type { Hello } from "../protocol/hello.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import { errorCard } from "./page_errors.ts";
import type { Services } from "./services.ts";

/** Redirects that a navigation follows in process. */
const MAX_HOPS = 10;

/** Milliseconds that a page that is rendered anew waits for its async regions. */
const REMOUNT_PATIENCE = 2000;

/** A run of a route inside the process: a live navigation, or a page that is rendered anew. */
export interface Mount {
  location?: PageLocation;
  root?: ComponentNode;
}

/** Key of a {@linkcode Mount} in Hono's `env`: nothing from outside can set a symbol. */
const MOUNT = Symbol("vango.mount");

/** The mount that a request in this process is for, if it is one. */
export function mountOf(env: unknown): Mount | undefined {
  return (env as { [MOUNT]?: Mount } | undefined)?.[MOUNT];
}

/** Headers of a handshake that do not belong to a page's request. */
const HANDSHAKE_HEADERS = new Set([
  "connection",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "origin",
  "content-length",
]);

/** Headers as pairs: a page keeps them for as long as it lives, a `Request` would cost 3 KB. */
type HeaderList = readonly [name: string, value: string][];

/** Values that many players send alike, such as `User-Agent`; each is kept once. */
const commonValues = new Map<string, string>();

/** Values kept at most; then the memory starts anew. */
const MAX_COMMON = 4096;

function headerList({ headers }: Request): HeaderList {
  const list: [string, string][] = [];
  for (const [name, value] of headers) {
    if (HANDSHAKE_HEADERS.has(name)) continue;
    list.push([name, name === "cookie" ? value : common(value)]);
  }
  return list;
}

function common(value: string): string {
  const known = commonValues.get(value);
  if (known !== undefined) return known;
  if (commonValues.size === MAX_COMMON) commonValues.clear();
  commonValues.set(value, value);
  return value;
}

/** What belongs to a live session besides itself. */
interface Belongings {
  readonly ctx: PageCtx;
  readonly session: SessionHandle;
  /** Headers of the newest handshake: navigations run with them. */
  headers?: HeaderList;
}

/** The live pages of an app. */
export class LivePages {
  readonly #services: Services;
  readonly #belongings: WeakMap<LiveSession, Belongings> = new WeakMap();
  readonly #port: LivePort;

  constructor(services: Services) {
    this.#services = services;
    const { registry, development } = services;
    this.#port = {
      navigate: (live, url) => this.#navigate(live, url),
      report: (error) => services.report(error),
      errorCard: (error, id) => errorCard(error, id, development),
      changed: (live) => {
        if (live.state === "ended") this.sessionOf(live).close();
        registry.changed(live);
      },
      touch: (live) => this.#of(live).session.touch(),
      ran: (live) => this.#renewCookie(live),
      facts: (live, facts) => {
        if (typeof facts === "object" && facts) this.ctxOf(live).usedClient?.update(facts);
      },
      development,
    };
  }

  /** A live session that waits for its page to be rendered. */
  create(id: string, session: SessionHandle, request: PageRequest): LiveSession {
    const live = new LiveSession(id, this.#port, (made) => {
      const ctx = new PageCtx(made, session, request);
      this.#belongings.set(made, { ctx, session });
      return ctx;
    });
    session.onEnd(() => live.end(CloseCode.REFUSED, "session ended"));
    return live;
  }

  ctxOf(live: LiveSession): PageCtx {
    return this.#of(live).ctx;
  }

  sessionOf(live: LiveSession): SessionHandle {
    return this.#of(live).session;
  }

  #of(live: LiveSession): Belongings {
    return this.#belongings.get(live)!;
  }

  /** The live session of a page token: the one that rendered the page, or a new one. */
  async admit(
    hello: Hello,
    request: Request,
    remoteAddress: string | undefined,
  ): Promise<LiveSession | undefined> {
    const { sessions, tokens } = await this.#services.ready();
    const token = await tokens.verify(hello.token);
    if (!token.ok) return undefined;
    const { p: id, s: sessionId, u: path } = token.payload;
    const session = await sessions.open(request, { remoteAddress });
    if (session.id !== sessionId) {
      session.close();
      return undefined;
    }
    const known = this.#services.registry.get(id);
    if (!known) return await this.#remount(id, path, session, request);
    session.close();
    if (known.state === "waiting") this.#services.counts.adoptions++;
    this.#of(known).headers = headerList(request);
    return known;
  }

  /** Renders a page anew whose live session is gone: another node, a restart, too late. */
  async #remount(
    id: string,
    path: string,
    session: SessionHandle,
    request: Request,
  ): Promise<LiveSession | undefined> {
    const headers = headerList(request);
    const { mount } = await this.#run(path, new URL("/", request.url), headers);
    if (!mount.root || !mount.location) {
      session.close();
      return undefined;
    }
    const { location } = mount;
    const live = this.create(id, session, { nonce: "", location, facts: factsOf(request) });
    const { counts, givenUp } = this.#services;
    live.tree.leftovers = givenUp.take(id);
    counts.remounts++;
    live.resumeElsewhere();
    this.#of(live).headers = headers;
    try {
      await live.render(mount.root);
      counts.reused += live.tree.reused;
      await live.settled(REMOUNT_PATIENCE);
    } catch (error) {
      live.end();
      throw error;
    }
    this.#services.registry.changed(live);
    return live;
  }

  async #navigate(live: LiveSession, given: string): Promise<NavigateOutcome> {
    const { ctx, session, headers = [] } = this.#of(live);
    const { origin } = ctx.url;
    let path: string;
    try {
      path = sitePath(
        given.startsWith(origin) ? given.slice(origin.length) || "/" : given,
        ctx.url,
      );
    } catch (error) {
      if (error instanceof RedirectError) return { kind: "load", url: ctx.url.pathname };
      throw error;
    }
    const { target, mount } = await this.#run(path, ctx.url, headers);
    if (!mount.root || !mount.location || !session.touch()) return { kind: "load", url: target };
    ctx.moveTo(mount.location);
    live.show(mount.root);
    return { kind: "shown", url: target };
  }

  /** Runs a route in this process, with the guards that a GET would meet. */
  async #run(
    path: string,
    base: URL,
    headers: HeaderList,
  ): Promise<{ target: string; mount: Mount }> {
    let target = path;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const mount: Mount = {};
      const request = new Request(new URL(target, base), { headers: [...headers] });
      const response = await this.#services.options.app.fetch(request, { [MOUNT]: mount });
      await response.body?.cancel();
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || !location) return { target, mount };
      const next = new URL(location, new URL(target, base));
      if (next.origin !== base.origin) return { target: next.href, mount: {} };
      target = next.pathname + next.search + next.hash;
    }
    throw new RedirectError(`cannot show ${path}: it redirects more than ${MAX_HOPS} times`);
  }

  /** After a log-in over a socket the page fetches its new cookie, with a ticket. */
  #renewCookie(live: LiveSession): void {
    const { session } = this.#of(live);
    if (!session.needsCookie) return;
    this.#services.ready()
      .then(({ sessions }) => sessions.issueTicket(session, live.id))
      .then((ticket) => live.sendTicket(ticket))
      .catch((error) => live.report(error, undefined));
  }
}
