/**
 * The context of a live page: the contract's {@linkcode Ctx} over a live session.
 *
 * @module
 */
import { Signal } from "@preact/signals-core";
import type { AsyncCtx } from "../contract/async.ts";
import type { Ctx, RedirectOptions } from "../contract/ctx.ts";
import type { Session } from "../contract/session.ts";
import type { SyncCtx } from "../contract/sync.ts";
import type { Head } from "../html/head.ts";
import type { LiveSession } from "../live/live_session.ts";
import { createAsyncCtx } from "./async_ctx.ts";
import { PageClient } from "./client_ctx.ts";
import { type ClientFacts, withFacts } from "./client_facts.ts";
import { PageSync, type SyncSource } from "./page_sync.ts";
import { RedirectError, sitePath } from "../live/site_path.ts";

/** Where a page is. */
export interface PageLocation {
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly url: URL;
}

/** What a context is made from, besides its live session. */
export interface PageRequest {
  readonly nonce: string;
  readonly location: PageLocation;
  /** What is known of the player before its handshake. */
  readonly facts: ClientFacts;
  /** Where synced data is. */
  readonly sync: SyncSource;
}

/** Live redirects in a row without an event of the user between them. */
const MAX_REDIRECTS = 10;

/** The one context object of a live session: a live navigation changes what it says. */
export class PageCtx implements Ctx {
  readonly session: Session;
  readonly nonce: string;
  /** Where a redirect during the GET goes. */
  redirected: string | undefined;
  readonly #live: LiveSession;
  readonly #location: Signal<PageLocation>;
  /** What is known of the player. */
  #facts: ClientFacts;
  #async: AsyncCtx | undefined;
  #client: PageClient | undefined;
  readonly #syncSource: SyncSource;
  #sync: PageSync | undefined;
  #redirects = 0;
  #redirectedAfter = -1;

  constructor(live: LiveSession, session: Session, request: PageRequest) {
    const { nonce, location, facts, sync } = request;
    this.#syncSource = sync;
    this.#live = live;
    this.session = session;
    this.nonce = nonce;
    this.#facts = facts;
    this.#location = new Signal(location);
  }

  get route(): string {
    return this.#location.value.route;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#location.value.params;
  }

  get url(): URL {
    return this.#location.value.url;
  }

  get async(): AsyncCtx {
    return this.#async ??= createAsyncCtx((error) => this.#live.report(error, undefined));
  }

  get client(): PageClient {
    return this.#client ??= this.#makeClient();
  }

  get sync(): SyncCtx {
    this.#sync ??= new PageSync(this.#syncSource, this.session, this.#live.id);
    return this.#sync.get();
  }

  /** The sync accessor if a component has used it, for what the server does with it. */
  get usedSync(): PageSync | undefined {
    return this.#sync;
  }

  /** The client accessor if a component has used it, for what the server does with it. */
  get usedClient(): PageClient | undefined {
    return this.#client;
  }

  /** The player has said something of itself: all of it in its handshake, later what has changed. */
  playerSays(given: unknown): void {
    if (typeof given !== "object" || given === null) return;
    const live = this.#live;
    const known = live.player ?? this.#facts;
    // A player without a window of its own leaves what was known before.
    const screen = known.screen.width > 0 ? known.screen : this.#facts.screen;
    live.player = this.#facts = withFacts({ ...known, screen }, given as Record<string, unknown>);
    this.#client?.update(live.player);
  }

  #makeClient(): PageClient {
    return new PageClient({
      native: (operation, json, component) => this.#live.native(operation, json, component),
      redirect: (path, replace) => this.redirect(path, { replace }),
      sitePath: (path) => sitePath(path, this.#location.peek().url),
    }, this.#facts);
  }

  get abortSignal(): AbortSignal {
    return this.#live.abortSignal;
  }

  withAbortSignal(signal: AbortSignal): Ctx {
    return withSignal(this, AbortSignal.any([this.abortSignal, signal]));
  }

  redirect(path: string, options: RedirectOptions = {}): void {
    const target = sitePath(path, this.#location.peek().url);
    if (!this.#live.connected) {
      this.redirected = target;
      return;
    }
    if (this.#redirectedAfter !== this.#live.done) this.#redirects = 0;
    this.#redirectedAfter = this.#live.done;
    if (++this.#redirects > MAX_REDIRECTS) {
      throw new RedirectError(
        `cannot redirect to ${target}: the last ${MAX_REDIRECTS} pages redirected, too; check what ` +
          `they redirect on`,
      );
    }
    this.#live.navigate(target, options.replace ?? false);
  }

  emit(event: string, data?: unknown): void {
    // What JSON cannot say, such as a function, is no data.
    this.#live.emit(event, JSON.stringify(data) ?? "");
  }

  /** The page is another one now. */
  moveTo(location: PageLocation): void {
    this.#location.value = location;
  }

  /** Entries of the document's head. */
  get head(): Head {
    return this.#live.head;
  }
}

/**
 * The context with another signal. Everything else is asked of the original, as the original: its
 * private state is not on an object that merely inherits from it.
 */
function withSignal(ctx: PageCtx, abortSignal: AbortSignal): Ctx {
  return new Proxy<Ctx>(ctx, {
    get(_, name): unknown {
      if (name === "abortSignal") return abortSignal;
      if (name === "withAbortSignal") {
        return (signal: AbortSignal) => withSignal(ctx, AbortSignal.any([abortSignal, signal]));
      }
      const value: unknown = Reflect.get(ctx, name, ctx);
      return typeof value === "function" ? value.bind(ctx) : value;
    },
  });
}

/** The head behind a context that a component was given. */
export function headOf(ctx: Ctx): Head {
  return (ctx as PageCtx).head;
}
