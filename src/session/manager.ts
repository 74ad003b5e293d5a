/**
 * Sessions, put together: what the server calls.
 *
 * ```ts ignore
 * const sessions = createSessionManager({ store, secrets });
 *
 * // HTTP: a request and its response
 * const session = await sessions.open(request, { remoteAddress });   // → ctx.session
 * ...                                                // get, set, signal, setUserId, destroy
 * const cookie = await sessions.commit(session, { anchor: true });   // before the headers leave
 * if (cookie) headers.append("set-cookie", cookie);
 *
 * // a socket: the handshake's request, the same cookie, the same session
 * const session = await sessions.open(request, { remoteAddress });
 * session.id === pageToken.session || refuse();      // the token was made with the page's id
 * session.onEnd(() => socket.close());               // log-out, expiry, rotation elsewhere
 * if (!session.touch()) refuse();                    // before each event
 * if (session.needsCookie) send(await sessions.issueTicket(session, pageId));   // after it
 * session.close();                                   // with the socket
 *
 * // POST /_vango/session, same-origin, with the page's cookie
 * headers.append("set-cookie", await sessions.redeemTicket(ticket, request, { pageId }));
 *
 * // shutdown
 * const { failed } = await sessions.drain({ timeout: 4000 });
 * await sessions.close(); await store.close();
 * ```
 *
 * Saves are write-behind; `commit` waits for its own, in bounded time, and `session.flush()` waits
 * until everything set is safe. An anonymous visitor who sets nothing is never stored. `anchor`
 * gives such a visitor a cookie without storing anything: a page that will have a socket needs one,
 * for its page token to name.
 *
 * @module
 */

import { BEARER_PURPOSE, readBearer, usesBearer } from "./bearer.ts";
import { createCookieSigner, formatSessionCookie, readSessionCookies } from "./cookie.ts";
import type { CookieSigner, SessionCookie } from "./cookie.ts";
import type { DrainResult } from "./drain.ts";
import { SessionTicketError } from "./errors.ts";
import { GuardedStore } from "./guarded_store.ts";
import { MAX_USER_AGENT } from "./limits.ts";
import { LiveSessions } from "./live_sessions.ts";
import {
  clientAddress,
  createProxyTrust,
  isSecureRequest,
  type ProxyTrust,
} from "./remote_address.ts";
import { type HandleOrigin, OpenSession, type SessionHandle } from "./session_handle.ts";
import type { SessionMigration, SessionNotice } from "./session_sync.ts";
import type { SharedSession } from "./shared_session.ts";
import { assertSecrets } from "./signing.ts";
import type { SessionStore } from "./store.ts";
import { refused, TicketOffice } from "./tickets.ts";
import { createTokenSigner } from "./token.ts";

/** Settings of {@linkcode createSessionManager}. Times are in milliseconds. */
export interface SessionManagerOptions {
  /** Where sessions are kept; stays open when the manager closes. */
  readonly store: SessionStore;
  /** The first signs, all verify; each at least 32 characters. */
  readonly secrets: readonly string[];
  /** How long a session lasts without a request or event: 24 hours by default. */
  readonly idleTtl?: number;
  /** How long it lasts at most: 30 days by default. */
  readonly absoluteTtl?: number;
  /** Addresses and networks whose `X-Forwarded-*` headers count; none by default. */
  readonly trustedProxies?: readonly string[];
  /** The version of the app's session values, 0 by default; see `migrate`. */
  readonly schemaVersion?: number;
  /** Brings values of another version to this one; without it such sessions are discarded. */
  readonly migrate?: SessionMigration;
  /** How long one call to the store may take: 2,000 by default. */
  readonly storeTimeout?: number;
  /** How long changes wait for more of them before they are saved: 20 by default. */
  readonly saveDelay?: number;
  /** Sessions with unsaved changes at most: 10,000 by default. */
  readonly maxQueued?: number;
  /** Told what an operator should know; `console.warn` by default. */
  readonly onNotice?: (notice: SessionNotice) => void;
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/** What the platform knows of a request. */
export interface OpenOptions {
  /** The address of the peer, which may be a proxy. */
  readonly remoteAddress?: string | undefined;
}

/** Settings of {@linkcode SessionManager.commit}. */
export interface CommitOptions {
  /** Give an anonymous visitor without values a cookie, too; stores nothing. */
  readonly anchor?: boolean;
}

/** Opens, commits and ends sessions. Made by {@linkcode createSessionManager}. */
export interface SessionManager {
  /**
   * The session of a request, by its cookie or bearer token; a new one without a good one. Never throws for
   * anything that a request contains, nor for a store that is away.
   */
  open(request: Request, options?: OpenOptions): Promise<SessionHandle>;

  /**
   * Saves what a request changed, and says which `Set-Cookie` its response needs, if any; when the
   * session {@linkcode SessionHandle.usesBearer}, which `Vango-Session` instead. Call it once, when the headers are about to leave. It waits for the store, but not for long, and
   * never throws: what could not be saved is tried again until it is.
   */
  commit(session: SessionHandle, options?: CommitOptions): Promise<string | undefined>;

  /**
   * A ticket with which the page of a socket gets the cookie that its session needs now. Good
   * once, for a minute, for this page and this browser.
   *
   * @throws {SessionStoreError} when the store does not take the new session
   * @throws {SessionTicketError} `not_needed` when the browser has the right cookie
   */
  issueTicket(session: SessionHandle, pageId: string): Promise<string>;

  /**
   * Redeems a ticket: the `Set-Cookie` header of the answer, or its `Vango-Session`. The old session is over then.
   * Caller checks that the request is a same-origin POST.
   *
   * @throws {SessionTicketError} `malformed`, `signature`, `expired`, `used`, `page`, `session`
   * @throws {SessionStoreError} when the store does not answer
   */
  redeemTicket(
    ticket: string,
    request: Request,
    options: OpenOptions & { readonly pageId: string },
  ): Promise<string>;

  /** Saves everything that waits, for shutdown, within `timeout` milliseconds (4,000). */
  drain(options?: { readonly timeout?: number }): Promise<DrainResult>;

  /** Figures for health checks and metrics. */
  stats(): SessionStats;

  /** Stops watching the store and all timers. Drain first; the store stays open. */
  close(): Promise<void>;
}

/** Figures of one process. */
export interface SessionStats {
  /** Sessions in memory, about. */
  readonly live: number;
  /** Sessions whose changes wait for the store. */
  readonly waiting: number;
  /** Whether the store failed and is left alone for the moment. */
  readonly storeDown: boolean;
  /** Notices so far, by code. */
  readonly notices: Readonly<Record<string, number>>;
}

const HOUR = 3_600_000;

/**
 * Makes the session manager.
 *
 * @throws {SessionConfigError} for secrets or proxies that cannot be used
 *
 * @example
 * ```ts
 * import { createSessionManager } from "./manager.ts";
 * import { createMemorySessionStore } from "./memory_store.ts";
 *
 * const sessions = createSessionManager({
 *   store: createMemorySessionStore(),
 *   secrets: [crypto.randomUUID() + crypto.randomUUID()],
 * });
 * const session = await sessions.open(new Request("http://localhost/"));
 * session.set("theme", "dark");
 * const cookie = await sessions.commit(session);
 * if (!cookie?.startsWith("vango=")) throw new Error("no cookie");
 * await sessions.close();
 * ```
 */
export function createSessionManager(options: SessionManagerOptions): SessionManager {
  return new Sessions(options);
}

class Sessions implements SessionManager {
  readonly #now: () => number;
  readonly #absoluteTtl: number;
  readonly #trust: ProxyTrust;
  readonly #cookies: CookieSigner;
  readonly #bearers: CookieSigner;
  readonly #guard: GuardedStore;
  readonly #live: LiveSessions;
  readonly #tickets: TicketOffice;
  readonly #notices: Record<string, number> = {};

  constructor(options: SessionManagerOptions) {
    assertSecrets(options.secrets);
    const now = this.#now = options.now ?? Date.now;
    this.#absoluteTtl = options.absoluteTtl ?? 30 * 24 * HOUR;
    this.#trust = createProxyTrust(options.trustedProxies ?? []);
    this.#cookies = createCookieSigner(options.secrets);
    this.#bearers = createCookieSigner(options.secrets, BEARER_PURPOSE);
    const tell = options.onNotice ?? warn;
    const notice = (notice: SessionNotice) => {
      this.#notices[notice.code] = (this.#notices[notice.code] ?? 0) + 1;
      tell(notice);
    };
    this.#guard = new GuardedStore(options.store, {
      now,
      timeout: options.storeTimeout ?? 2000,
      onChange: (error) =>
        notice(
          error
            ? { code: "store_down", message: error.message, error }
            : { code: "store_up", message: "The session store answers again" },
        ),
    });
    this.#live = new LiveSessions(options.store, {
      store: this.#guard,
      now,
      idleTtl: options.idleTtl ?? 24 * HOUR,
      absoluteTtl: this.#absoluteTtl,
      schemaVersion: options.schemaVersion ?? 0,
      migrate: options.migrate,
      notice,
    }, { saveDelay: options.saveDelay ?? 20, maxQueued: options.maxQueued });
    const signer = createTokenSigner<{ t: string }>(options.secrets, "session-ticket", { now });
    this.#tickets = new TicketOffice(this.#guard, signer, now);
  }

  async open(request: Request, { remoteAddress }: OpenOptions = {}): Promise<SessionHandle> {
    const { headers } = request;
    const secure = isSecureRequest(request, remoteAddress, this.#trust);
    const cookie = this.#readCookie(headers, secure);
    const wasRotated = cookie !== undefined && this.#live.wasRotated(cookie.id);
    const found = cookie && !wasRotated ? await this.#live.find(cookie) : undefined;
    const session = new OpenSession(found ?? this.#live.create(), {
      ip: clientAddress(headers, remoteAddress, this.#trust),
      userAgent: (headers.get("user-agent") ?? "").slice(0, MAX_USER_AGENT),
      secure,
      cookie: found ? cookie : undefined,
      bearer: usesBearer(headers),
      withoutCookie: wasRotated,
    }, this.#live);
    session.touch();
    return session;
  }

  async commit(handle: SessionHandle, options: CommitOptions = {}): Promise<string | undefined> {
    const session = mustBeOurs(handle);
    const { shared, origin, previous } = session;
    if (session.destruction) {
      await settled(session.destruction);
      return origin.bearer ? "" : formatSessionCookie("", { secure: origin.secure, maxAge: 0 });
    }
    if (shared.end !== undefined || !shared.isLoaded || origin.withoutCookie) return undefined;
    const isChanged = shared.isDirty || previous.length > 0;
    if (!isChanged && !shared.isAnchored && !options.anchor) return undefined;
    shared.isAnchored = true;
    if (shared.isDirty) await settled(this.#live.flush(shared));
    await settled(this.#live.retire(previous.splice(0).map(({ id }) => id)));
    // Only once it is saved may its absence from the store mean that it was ended.
    const kind = shared.mustExist ? "stored" : "provisional";
    if (session.cookie?.id === shared.id && session.cookie.kind === kind) return undefined;
    session.cookie = { id: shared.id, kind, issuedAt: this.#now() };
    return this.#format(session.cookie, shared, origin);
  }

  async issueTicket(handle: SessionHandle, pageId: string): Promise<string> {
    const session = mustBeOurs(handle);
    const { shared, previous, cookie } = session;
    shared.mustBeAlive();
    if (!session.needsCookie) {
      throw new SessionTicketError(
        "Cannot issue a ticket: the browser has the cookie of this session; ask `needsCookie`",
        "not_needed",
      );
    }
    await this.#live.establish(shared);
    const ids = new Set(previous.map(({ id }) => id));
    if (cookie) ids.add(cookie.id);
    return await this.#tickets.issue({ next: shared.id, previous: [...ids], pageId });
  }

  async redeemTicket(
    ticket: string,
    request: Request,
    { remoteAddress, pageId }: OpenOptions & { readonly pageId: string },
  ): Promise<string> {
    const secure = isSecureRequest(request, remoteAddress, this.#trust);
    const cookie = this.#readCookie(request.headers, secure);
    const { next, previous } = await this.#tickets.redeem(ticket, { pageId, cookieId: cookie?.id });
    const renewed: SessionCookie = { id: next, kind: "stored", issuedAt: this.#now() };
    const shared = await this.#live.find(renewed);
    if (!shared) throw refused("session");
    await settled(this.#live.retire(previous));
    return this.#format(renewed, shared, { secure, bearer: usesBearer(request.headers) });
  }

  drain({ timeout = 4000 }: { readonly timeout?: number } = {}): Promise<DrainResult> {
    return this.#live.drain(timeout);
  }

  stats(): SessionStats {
    return {
      live: this.#live.size,
      waiting: this.#live.waiting,
      storeDown: this.#guard.isDown,
      notices: { ...this.#notices },
    };
  }

  close(): Promise<void> {
    return this.#live.close();
  }

  #readCookie(headers: Headers, secure: boolean): SessionCookie | undefined {
    if (usesBearer(headers)) return this.#ifFresh(this.#readToken(headers));
    for (const value of readSessionCookies(headers.get("cookie"), secure)) {
      const cookie = this.#ifFresh(this.#cookies.verify(value));
      if (cookie) return cookie;
    }
    return undefined;
  }

  #readToken(headers: Headers): SessionCookie | undefined {
    const token = readBearer(headers);
    return token === undefined ? undefined : this.#bearers.verify(token);
  }

  #ifFresh(cookie: SessionCookie | undefined): SessionCookie | undefined {
    return cookie && cookie.issuedAt + this.#absoluteTtl > this.#now() ? cookie : undefined;
  }

  #format(
    cookie: SessionCookie,
    shared: SharedSession,
    { secure, bearer }: Pick<HandleOrigin, "secure" | "bearer">,
  ): string {
    if (bearer) return this.#bearers.sign(cookie);
    const value = this.#cookies.sign(cookie);
    const maxAge = shared.createdAt + this.#absoluteTtl - this.#now();
    return formatSessionCookie(value, { secure, maxAge });
  }
}

function mustBeOurs(handle: SessionHandle): OpenSession {
  if (handle instanceof OpenSession) return handle;
  throw new TypeError("Cannot use this session: it was not opened by a session manager");
}

/** Waits, whatever comes of it: the queue keeps what failed, and the guard has told of it. */
async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {});
}

function warn(notice: SessionNotice): void {
  console.warn(`vango: ${notice.message}`);
}
