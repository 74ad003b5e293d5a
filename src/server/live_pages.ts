/**
 * Live pages: made for a GET, navigated in this process, found again or rendered anew for a socket.
 *
 * @module
 */
import { PageCtx, type PageRequest } from "../ctx/page_ctx.ts";
import { factsOf } from "../ctx/client_facts.ts";
import type { Head, HeadEntry } from "../html/head.ts";
import { CloseCode, type LivePort, type NavigateOutcome } from "../live/live_port.ts";
import { LiveSession } from "../live/live_session.ts";
import { hashOfMarkup } from "../live/snapshot.ts";
import { RedirectError, sitePath } from "../live/site_path.ts";
import type { Hello } from "../protocol/hello.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import { type Claim, DurablePages } from "./durable.ts";
import { preload } from "./page_data.ts";
import { errorCard } from "./page_errors.ts";
import {
  type Handshake,
  type Mounted,
  NOBODY,
  type RouteRequest,
  routeRequest,
  runRoute,
} from "./route_runner.ts";
import type { PageOptions } from "./options.ts";
import type { PageToken, Services } from "./services.ts";
import type { SocketPort } from "./socket.ts";

/** Milliseconds that a page that is rendered anew waits for its async regions. */
const REMOUNT_PATIENCE = 2000;

/** Options of a page that count as long as it is shown. */
type OwnOptions = { readonly [K in "title" | "durable"]?: PageOptions[K] | undefined };

/** The context of a live page, and what belongs to it besides. */
class ServedCtx extends PageCtx {
  declare readonly session: SessionHandle;
  /** The title that shows while no component sets one. */
  title: ReturnType<Head["add"]> | undefined = undefined;
  /** What the page says of whether it is to outlive its server. */
  durable: boolean | undefined = undefined;
  /** What is kept of the newest handshake: navigations run as its browser. */
  from: RouteRequest | undefined = undefined;
}

/** The live pages of an app. */
export class LivePages {
  /** What their sockets ask for. */
  readonly socketPort: SocketPort;
  readonly #services: Services;
  readonly #port: LivePort;
  /** Pages that are being rendered anew, so that two sockets of one page share the work. */
  readonly #remounting: Map<string, Promise<LiveSession | "reload">> = new Map();

  constructor(services: Services) {
    this.#services = services;
    this.socketPort = {
      report: (error) => void services.report(error),
      refused: () => services.refusals.note("hello"),
    };
    const { registry, development } = services;
    const { store, durable = store?.isDurable } = services.options;
    if (store && durable) {
      services.durable = new DurablePages({
        store,
        wanted: (live) => this.#of(live).durable !== false,
        facts: (live) => {
          const { url } = this.ctxOf(live);
          return { session: this.sessionOf(live).id, url: url.pathname + url.search };
        },
        notice: (message) => console.warn(`vango: ${message}`),
      });
    }
    this.#port = {
      navigate: (live, url) => this.#navigate(live, url),
      report: (error) => services.report(error),
      errorCard: (error, id, tag) => errorCard(error, id, development, tag),
      changed: (live) => {
        if (live.state === "ended") {
          services.portable?.forget(live);
          const session = this.sessionOf(live);
          services.durable?.ended(live, session.end !== undefined);
          session.close();
          this.ctxOf(live).usedSync?.close();
        } else if (live.state === "detached") services.durable?.detached(live);
        registry.changed(live);
      },
      touch: (live) => this.#of(live).session.touch(),
      flushing: (live) => {
        services.portable?.changed(live);
        return services.durable?.changed(live);
      },
      refused: (what) => services.refusals.note(what),
      ran: (live) => this.#renewCookie(live),
      facts: (live, facts) => this.ctxOf(live).playerSays(facts),
      development,
    };
  }

  /**
   * A live session that waits for its page to be rendered.
   *
   * @param own What the page says of itself.
   */
  create(id: string, session: SessionHandle, request: PageRequest, own: OwnOptions): LiveSession {
    const live = new LiveSession(id, this.#port, (made) => {
      return new ServedCtx(made, session, request);
    });
    this.#adopt(live, own);
    session.onEnd(() => live.end(CloseCode.REFUSED, "session ended"));
    return live;
  }

  /** What a page that is shown says of itself. */
  #adopt(live: LiveSession, own: OwnOptions): void {
    const belongings = this.#of(live);
    belongings.durable = own.durable;
    const text = own.title ?? this.#services.options.title;
    if (text === undefined) {
      belongings.title?.remove();
      belongings.title = undefined;
    } else if (belongings.title) belongings.title.set(titleEntry(text));
    else belongings.title = live.head.add(titleEntry(text));
  }

  ctxOf(live: LiveSession): PageCtx {
    return this.#of(live);
  }

  sessionOf(live: LiveSession): SessionHandle {
    return this.#of(live).session;
  }

  #of(live: LiveSession): ServedCtx {
    return live.ctx as ServedCtx;
  }

  /**
   * The live session of a page token: the one that rendered the page, or a new one. `"reload"` when
   * the token is not good here, `"later"` while the app is shutting down.
   */
  async admit(
    hello: Hello,
    handshake: Handshake,
    remoteAddress: string | undefined,
  ): Promise<LiveSession | "reload" | "later"> {
    const { refusals, registry, counts } = this.#services;
    const { sessions, tokens } = await this.#services.ready();
    const token = tokens.verify(hello.token);
    if (!token.ok) {
      refusals.note("token");
      return "reload";
    }
    const { p: id, s: sessionId } = token.payload;
    const session = await sessions.open(handshake.request, { remoteAddress });
    if (session.id !== sessionId) {
      session.close();
      refusals.note("session");
      return "reload";
    }
    if (this.#services.closing) {
      session.close();
      return "later";
    }
    await this.#letGo(id, hello);
    // No await between the look and the entry: another socket of the page may be right behind.
    const remounting = this.#remounting.get(id);
    const known = remounting ? await remounting : registry.get(id);
    if (!known) {
      const page = token.payload;
      const remounted = this.#findKept(page, hello, session)
        .then((kept) => this.#remount(page, hello, session, handshake, kept))
        .finally(() => this.#remounting.delete(id));
      this.#remounting.set(id, remounted);
      return await remounted;
    }
    session.close();
    if (known === "reload") return known;
    if (known.state === "waiting") {
      counts.adoptions++;
      this.#services.durable?.begin(known);
    }
    this.#of(known).from = routeRequest(handshake);
    return known;
  }

  /** Ends a page here that was on another node since we had it. */
  async #letGo(id: string, { seq, event }: Hello): Promise<void> {
    const { durable, registry } = this.#services;
    const live = registry.get(id);
    if (!durable || !live || live.state === "waiting" && seq === 0 && event === 0) return;
    if (!await durable.holds(live)) live.end(CloseCode.GOING_AWAY, "elsewhere");
  }

  /** What another node has kept of a page, ours from now on. */
  async #findKept(
    { p: id, u: url, h: shape }: PageToken,
    { seq, event }: Hello,
    session: SessionHandle,
  ): Promise<Partial<Claim>> {
    try {
      const claim = await this.#services.durable?.claim(id, session.id);
      if (claim) return claim;
    } catch (error) {
      session.close();
      throw error;
    }
    if (shape === undefined || event === 0 && seq > 0 || !this.#services.durable) return {};
    // Nothing was saved yet: the page as it was first, and all its events again.
    const nothing = { render: 0, components: new Map(), handlers: new Map(), chain: [] };
    return { snapshot: { session: session.id, url, done: 0, shape, ...nothing } };
  }

  /** Renders a page anew whose live session is gone: another node, a restart, too late. */
  async #remount(
    { p: id, u: path, x: markup }: PageToken,
    hello: Hello,
    session: SessionHandle,
    handshake: Handshake,
    { snapshot, revision }: Partial<Claim>,
  ): Promise<LiveSession | "reload"> {
    const from = routeRequest(handshake);
    const base = new URL("/", handshake.request.url);
    const shown = snapshot?.url ?? (hello.url || path);
    const mounted = await this.#runForRemount(shown, base, from).catch((error) => {
      session.close();
      throw error;
    });
    if (!mounted) {
      session.close();
      return "reload";
    }
    const { location, root } = mounted;
    const { sync } = this.#services;
    const request = {
      nonce: "",
      location,
      facts: factsOf(handshake.request, this.#services.shell),
      sync,
    };
    const live = this.create(id, session, request, mounted);
    const { counts, givenUp, durable } = this.#services;
    live.tree.leftovers = givenUp.take(id);
    counts.remounts++;
    if (snapshot) {
      await preload(live, this.ctxOf(live), root);
    }
    const isSaved = revision !== undefined;
    if (!snapshot) live.resumeElsewhere();
    else if (isSaved) live.restore(snapshot);
    this.#of(live).from = from;
    try {
      const content = await live.render(root);
      counts.reused += live.tree.reused;
      await live.settled(REMOUNT_PATIENCE);
      if (snapshot && !isSaved) {
        // The same to the letter, and nothing has changed it: then it is as good as ours.
        const isSame = hello.seq === 0 && markup === hashOfMarkup(live.head.html("") + content);
        if (!isSame) live.restore(snapshot);
      }
      this.#noteChanged(live, hello);
      durable?.begin(live, revision);
      if (isSaved && snapshot) await durable?.secure(live);
    } catch (error) {
      live.end();
      throw error;
    }
    this.#services.registry.changed(live);
    return live;
  }

  /** The page is restored: what it mounts from now on begins afresh. */
  #noteChanged(live: LiveSession, hello: Hello): void {
    const changed = live.restorer?.changed ?? [];
    live.rendered(hello);
    if (changed.length === 0) return;
    console.warn(
      `vango: <${[...new Set(changed)].join(">, <")}> changed since a page was kept, and began ` +
        "afresh in it; signals with a key are kept over such a change",
    );
  }

  /** The page that the player shows; `undefined` when the browser had better load it. */
  async #runForRemount(
    path: string,
    base: URL,
    from: RouteRequest,
  ): Promise<Mounted | undefined> {
    try {
      const target = sitePath(path, base);
      const ran = await runRoute(this.#services.options.app, target, base, from);
      // Sent elsewhere by a guard: the browser goes there itself, and its address says so.
      return ran.target === target ? ran.mounted : undefined;
    } catch (error) {
      if (error instanceof RedirectError) return undefined;
      throw error;
    }
  }

  async #navigate(live: LiveSession, given: string): Promise<NavigateOutcome> {
    const ctx = this.#of(live);
    const { session, from = NOBODY } = ctx;
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
    const { app } = this.#services.options;
    const { target, mounted } = await runRoute(app, path, ctx.url, from);
    if (!mounted || !session.touch()) return { kind: "load", url: target };
    ctx.moveTo(mounted.location);
    this.#adopt(live, mounted);
    live.show(mounted.root);
    return { kind: "shown", url: target };
  }

  /** After a log-in over a socket the page fetches its new cookie, with a ticket. */
  #renewCookie(live: LiveSession): void {
    const ctx = this.#of(live);
    const { session } = ctx;
    ctx.usedSync?.checkPlace();
    if (!session.needsCookie) return;
    this.#services.ready()
      .then(({ sessions }) => sessions.issueTicket(session, live.id))
      .then((ticket) => live.sendTicket(ticket))
      .catch((error) => live.report(error, undefined));
  }
}

function titleEntry(text: string): HeadEntry {
  return { tag: "title", attributes: {}, text };
}
