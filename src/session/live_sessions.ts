/**
 * The sessions of this process: one shared object per id, found, kept up to date, and ended on
 * time.
 *
 * A session is held weakly: it lives as long as some request, tab or unsaved change holds it, and
 * no bookkeeping of who is still there can be got wrong.
 */

import { SharedTimer } from "../internal/shared_timer.ts";
import { createSessionId, type SessionId } from "../internal/ids.ts";
import type { EncodedValue } from "./codec.ts";
import type { SessionCookie } from "./cookie.ts";
import { SessionStoreError, shortId } from "./errors.ts";
import { drainQueue, type DrainResult } from "./drain.ts";
import { ENDED_MEMORY, MAX_ENDED_IDS } from "./limits.ts";
import { type QueueJob, SaveQueue } from "./save_queue.ts";
import { DeletionJob, SessionJob } from "./session_jobs.ts";
import type { HandleHost } from "./session_handle.ts";
import { expiryOf, isTouchDue, refreshSession, type SyncContext } from "./session_sync.ts";
import { SharedSession } from "./shared_session.ts";
import type { SessionChange, SessionStore } from "./store.ts";

/** Settings of {@linkcode LiveSessions}. */
export interface LiveSessionsOptions {
  readonly saveDelay: number;
  readonly maxQueued: number | undefined;
}

/** The sessions of this process. */
export class LiveSessions implements HandleHost {
  readonly #store: SessionStore;
  readonly #context: SyncContext;
  readonly #queue: SaveQueue;
  readonly #sessions = new Map<string, WeakRef<SharedSession>>();
  readonly #collected = new FinalizationRegistry<string>((id) => {
    if (!this.#sessions.get(id)?.deref()) this.#sessions.delete(id);
  });
  readonly #jobs = new WeakMap<SharedSession, SessionJob>();
  readonly #refreshes = new WeakMap<SharedSession, Promise<boolean>>();
  readonly #expiries: SharedTimer<SharedSession> = new SharedTimer({
    dueOf: (session) => expiryOf(session, this.#context),
    late: (session) => void this.#expire(session),
    now: () => this.now(),
  });
  readonly #endedUntil = new Map<string, number>();
  #stopWatching: (() => void) | undefined;

  constructor(store: SessionStore, context: SyncContext, options: LiveSessionsOptions) {
    this.#store = store;
    this.#context = context;
    this.#queue = new SaveQueue({
      store: context.store,
      delay: options.saveDelay,
      ...options.maxQueued === undefined ? {} : { maxJobs: options.maxQueued },
      onFailure: (error) =>
        context.notice({
          code: "save_failed",
          message: error instanceof Error ? error.message : String(error),
          error,
        }),
    });
  }

  /** Sessions in memory, about: those that are not collected yet are counted, too. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions whose changes wait for the store. */
  get waiting(): number {
    return this.#queue.size;
  }

  now(): number {
    return this.#context.now();
  }

  /** A session that nobody knows of yet. */
  create(
    userId?: string,
    values?: ReadonlyMap<string, EncodedValue>,
    createdAt: number = this.now(),
  ): SharedSession {
    const now = this.now();
    const id = createSessionId();
    return this.#register(
      new SharedSession({ id, createdAt, now, userId, origin: "new", ...values ? { values } : {} }),
    );
  }

  /**
   * The session of a cookie; `undefined` when it is over. While the store is away, a session that
   * is in memory is used as it is, and one that is not comes back unloaded.
   */
  async find(
    cookie: Pick<SessionCookie, "id" | "kind" | "issuedAt">,
  ): Promise<SharedSession | undefined> {
    this.#watch();
    const session = this.#get(cookie.id) ?? this.#register(
      new SharedSession({
        id: cookie.id,
        createdAt: cookie.issuedAt,
        now: this.now(),
        userId: undefined,
        origin: cookie.kind,
      }),
    );
    // Even one that is in memory is looked up: the visitor may come from another node, where it
    // was changed a moment ago, faster than the store's watchers are told.
    try {
      await this.#refresh(session);
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
      this.#noteUnavailable(session, error);
    }
    if (session.isLoaded) this.checkExpiry(session);
    return session.end === undefined ? session : undefined;
  }

  /** Whether this id gave way to another a moment ago: its browser is getting a new cookie. */
  wasRotated(id: SessionId): boolean {
    return (this.#endedUntil.get(id) ?? 0) > this.now();
  }

  checkExpiry(session: SharedSession): void {
    if (session.end === undefined && this.#isExpired(session)) session.finish("expired");
  }

  mustHaveRoom(session: SharedSession): void {
    if (session.isAnchored) this.#queue.mustHaveRoom(this.#jobOf(session));
  }

  changed(session: SharedSession): void {
    if (!session.isAnchored) return;
    if (session.isDirty || isTouchDue(session, this.#context)) {
      this.#queue.add(this.#jobOf(session));
    }
  }

  succeed(session: SharedSession, userId: string | undefined): SharedSession {
    const isSameUser = session.userId === userId;
    const values = isSameUser || session.userId === undefined
      ? session.values.snapshot().values
      : undefined;
    const next = this.create(userId, values, isSameUser ? session.createdAt : undefined);
    next.mustBeStored = true;
    return next;
  }

  flush(session: SharedSession): Promise<void> {
    this.#watch();
    session.mustBeAlive();
    return this.#queue.runNow(this.#jobOf(session));
  }

  /**
   * Creates a session in the store before its browser has a cookie.
   *
   * @throws {SessionStoreError} when the store does not take it
   */
  async establish(session: SharedSession): Promise<void> {
    await this.flush(session);
    session.isAnchored = true;
  }

  async destroy(sessions: readonly SharedSession[]): Promise<void> {
    for (const session of sessions) session.finish("destroyed");
    const known = sessions.filter(({ isAnchored }) => isAnchored);
    await this.#delete(known.map(({ id }) => id));
  }

  /** Ends ids that others have taken the place of. */
  async retire(ids: readonly SessionId[]): Promise<void> {
    for (const id of ids) {
      this.#rememberEnded(id);
      this.#get(id)?.finish("rotated");
    }
    await this.#delete(ids);
  }

  watchExpiry(session: SharedSession): void {
    if (session.end === undefined) this.#expiries.add(session);
  }

  unwatchExpiry(session: SharedSession): void {
    if (!session.isWatched) this.#expiries.delete(session);
  }

  /** Saves what waits, with one call for all, within `timeout` milliseconds. */
  drain(timeout: number): Promise<DrainResult> {
    return drainQueue(this.#queue, this.#context, timeout);
  }

  async close(): Promise<void> {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#expiries.clear();
    await this.#queue.stop();
  }

  #get(id: string): SharedSession | undefined {
    const session = this.#sessions.get(id)?.deref();
    return session?.end === undefined ? session : undefined;
  }

  #register(session: SharedSession): SharedSession {
    this.#sessions.set(session.id, new WeakRef(session));
    this.#collected.register(session, session.id);
    return session;
  }

  #jobOf(session: SharedSession): QueueJob {
    let job = this.#jobs.get(session);
    if (!job) this.#jobs.set(session, job = new SessionJob(session, this.#context));
    return job;
  }

  /** Ten requests that come at once wait for one look at the store, which has not begun yet. */
  #refresh(session: SharedSession): Promise<boolean> {
    let refresh = this.#refreshes.get(session);
    if (!refresh) {
      refresh = session.exclusive(() => {
        this.#refreshes.delete(session);
        return refreshSession(session, this.#context);
      });
      this.#refreshes.set(session, refresh);
    }
    return refresh;
  }

  #isExpired(session: SharedSession): boolean {
    return expiryOf(session, this.#context) <= this.now();
  }

  #noteUnavailable(session: SharedSession, error: SessionStoreError): void {
    if (session.isLoaded) return;
    this.#context.notice({
      code: "unavailable",
      message: `Session ${shortId(session.id)} is served as anonymous: ${error.message}`,
      error,
    });
    const job = this.#jobOf(session);
    try {
      this.#queue.mustHaveRoom(job);
      this.#queue.add(job);
    } catch {
      // Then it is loaded by the next request that comes after the store does.
    }
  }

  async #delete(ids: readonly SessionId[]): Promise<void> {
    const jobs = ids.map((id) =>
      new DeletionJob(id, this.#context, this.#sessions.get(id)?.deref())
    );
    const results = await Promise.allSettled(jobs.map((job) => this.#queue.runNow(job)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  #rememberEnded(id: string): void {
    const now = this.now();
    this.#endedUntil.delete(id);
    this.#endedUntil.set(id, now + ENDED_MEMORY);
    for (const [oldest, until] of this.#endedUntil) {
      if (until > now && this.#endedUntil.size <= MAX_ENDED_IDS) break;
      this.#endedUntil.delete(oldest);
    }
  }

  /** The timer's work: another node may have heard of the session since. */
  async #expire(session: SharedSession): Promise<void> {
    if (!session.isWatched) return;
    if (this.#isExpired(session)) {
      await this.#refresh(session).catch(() => {});
      this.checkExpiry(session);
    }
    if (session.isWatched) this.watchExpiry(session);
  }

  #watch(): void {
    this.#stopWatching ??= this.#store.watch?.((change) => this.#noteChange(change));
  }

  #noteChange(change: SessionChange): void {
    if (change.type === "gap") {
      void this.#refreshAll();
    } else if (change.type === "saved") {
      this.#refreshLater(this.#get(change.id), change.revision);
    } else {
      const session = this.#get(change.id);
      if (session?.mustExist) session.finish("destroyed");
    }
  }

  /** Something may have been missed: reads again what is in memory and has changed. */
  async #refreshAll(): Promise<void> {
    const ids = [...this.#sessions.keys()];
    // A failure has been told of, and whoever comes next reads again anyway.
    const revisions = await this.#context.store.revisions(ids).catch(() => undefined);
    for (const id of ids) {
      const session = this.#get(id);
      if (revisions && session?.revision === revisions.get(id)) continue;
      this.#refreshLater(session, undefined);
    }
  }

  /** Behind the session's own saves, which often turn out to be what we were told of. */
  #refreshLater(session: SharedSession | undefined, revision: string | undefined): void {
    if (!session?.isLoaded || session.revision === undefined && !session.isAnchored) return;
    session.exclusive(async () => {
      if (revision === undefined || !session.knows(revision)) {
        await refreshSession(session, this.#context);
      }
    }).catch(() => {
      // The next request, save or change finds out; a store that is away has its own notice.
    });
  }
}
