/**
 * One tab's or one request's view of a session: what `ctx.session` is.
 *
 * Each handle has signals of its own, fed by the shared session. Sharing the signal objects
 * themselves was rejected: when a tab logs in, its session gets a new id and the other holders of
 * the old id, among whom may be an attacker who planted it, must not go on seeing what is written.
 */

import { Signal } from "@preact/signals-core";
import type { Session, SessionData } from "../contract/session.ts";
import { assertKey, EncodedValue } from "./codec.ts";
import type { SessionCookie } from "./cookie.ts";
import { SessionLimitError } from "./errors.ts";
import { MAX_KEY } from "./limits.ts";
import type { SessionEnd, SharedSession, ValueObserver } from "./shared_session.ts";

/** What a handle needs of the manager that made it. */
export interface HandleHost {
  now(): number;
  /** Whether the session has outlived its idle or absolute time; ends it if so. */
  checkExpiry(session: SharedSession): void;
  /** Told before a change: throws when it could not be kept. */
  mustHaveRoom(session: SharedSession): void;
  /** Told after a change, or when the session has been active. */
  changed(session: SharedSession): void;
  /** Makes the session that takes another's place. */
  succeed(session: SharedSession, userId: string | undefined): SharedSession;
  destroy(sessions: readonly SharedSession[]): Promise<void>;
  flush(session: SharedSession): Promise<void>;
  /** Starts the timer that ends the session on time, for a socket that waits for that. */
  watchExpiry(session: SharedSession): void;
  /** Stops it when nobody waits any more. */
  unwatchExpiry(session: SharedSession): void;
}

/** What a handle knows of the request that it was opened for. */
export interface HandleOrigin {
  readonly ip: string | undefined;
  readonly userAgent: string;
  readonly secure: boolean;
  /** The cookie that the request came with, if we signed it and it is still good. */
  readonly cookie: SessionCookie | undefined;
  /** It keeps its session by a token in a header, not by a cookie. */
  readonly bearer: boolean;
  /** No cookie for this one: its request was overtaken by a log-in or log-out. */
  readonly withoutCookie: boolean;
}

/**
 * A session as the framework holds it: the app's {@linkcode Session}, and what pages and sockets
 * need besides.
 */
export interface SessionHandle extends Session {
  /** Why the session is over, or `undefined` while it is not. */
  readonly end: SessionEnd | undefined;
  /**
   * `false` while its store is away and nothing is known of it: it then reads as empty and
   * anonymous, refuses changes, and fills itself when the store is back.
   */
  readonly isAvailable: boolean;
  /**
   * Whether the player is no browser and keeps its session by a bearer token: what is said of the
   * cookie holds for its token then.
   */
  readonly usesBearer: boolean;
  /**
   * Whether the browser lacks the cookie for what this session has become: after a log-in over a
   * socket, or when an anonymous page's first value was set after its headers had left.
   */
  readonly needsCookie: boolean;
  /** Tells once when the session ends, for whatever reason. Returns how to stop listening. */
  onEnd(listener: (end: SessionEnd) => void): () => void;
  /** Notes activity, before each event of a socket. `false`: the session is over, refuse it. */
  touch(): boolean;
  /**
   * Resolves when everything set so far is in the store.
   *
   * @throws {SessionStoreError} when it is not, in bounded time; it is tried again until it is
   */
  flush(): Promise<void>;
  /** Ends the handle, not the session: its signals stand still, nobody listens. */
  close(): void;
  /** Closes the handle at the end of a `using` block. */
  [Symbol.dispose](): void;
}

/** A handle with the parts that only the manager uses. */
export class OpenSession implements SessionHandle, ValueObserver {
  readonly ip: string | undefined;
  readonly userAgent: string;
  readonly origin: HandleOrigin;
  /** The session that it stands for; another one after rotation. */
  shared: SharedSession;
  /** The ids before rotation, oldest first: the browser still has the cookie of one of them. */
  readonly previous: SharedSession[] = [];
  /** Resolves when a log-out through this handle is done, however it went. */
  destruction: Promise<void> | undefined;
  /** The cookie that the browser has: the request's, or the one that its response set. */
  cookie: SessionCookie | undefined;

  readonly #host: HandleHost;
  // Made with the first: most pages use no signal of the session.
  #signals: Map<string, SessionSignal<unknown>> | undefined;
  /** Read by whoever shows the user: a log-in or log-out in a handler changes the page. */
  #rotations: Signal<number> | undefined;
  #endListeners: readonly ((end: SessionEnd) => void)[] = [];
  #stopObserving: (() => void) | undefined;
  #stopEnd: (() => void) | undefined;

  constructor(shared: SharedSession, origin: HandleOrigin, host: HandleHost) {
    this.shared = shared;
    this.origin = origin;
    this.ip = origin.ip;
    this.userAgent = origin.userAgent;
    this.cookie = origin.cookie;
    this.#host = host;
  }

  get id(): string {
    return this.shared.id;
  }

  get end(): SessionEnd | undefined {
    return this.shared.end;
  }

  get isAvailable(): boolean {
    return this.shared.isLoaded;
  }

  get usesBearer(): boolean {
    return this.origin.bearer;
  }

  get needsCookie(): boolean {
    const { end, isAnchored, isDirty } = this.shared;
    return end === undefined && !isAnchored && (isDirty || this.previous.length > 0);
  }

  get userId(): string | undefined {
    (this.#rotations ??= new Signal(0)).value;
    const { end, isLoaded, userId } = this.shared;
    return end === undefined && isLoaded ? userId : undefined;
  }

  get isAuthenticated(): boolean {
    return this.userId !== undefined;
  }

  get createdAt(): Date {
    return new Date(this.shared.createdAt);
  }

  get lastActiveAt(): Date {
    return new Date(this.shared.lastActiveAt);
  }

  get<Key extends keyof SessionData & string>(key: Key): SessionData[Key] | undefined {
    return this.shared.end === undefined ? this.shared.values.get(key)?.value : undefined;
  }

  set<Key extends keyof SessionData & string>(key: Key, value: SessionData[Key]): void {
    this.write(key, value);
    this.#signals?.get(key)?.accept(value);
  }

  delete<Key extends keyof SessionData & string>(key: Key): void {
    this.#put(key, undefined);
    this.#signals?.get(key)?.reset();
  }

  signal(key: string, initial: unknown): Signal<never> {
    const signals = this.#signals ??= new Map();
    let signal = signals.get(key);
    if (!signal) {
      assertKey(key);
      EncodedValue.of(key, initial);
      signal = new SessionSignal(this, key, initial);
      const encoded = this.shared.values.get(key);
      if (encoded) signal.accept(encoded.value);
      signals.set(key, signal);
      if (this.shared.end === undefined) this.#stopObserving ??= this.shared.observe(this);
    }
    // The contract types this by its schema; here the key is any string.
    return signal as unknown as Signal<never>;
  }

  setUserId(userId: string | undefined): void {
    const next = userId === "" ? undefined : userId;
    if (next !== undefined && next.length > MAX_KEY) {
      throw new SessionLimitError(
        `Cannot log in: the user's id has ${next.length} characters, and ${MAX_KEY} are allowed; ` +
          "use the key of the user's record",
        "bad_user_id",
      );
    }
    this.#mustBeChangeable();
    if (next !== this.shared.userId) this.#rotate(next);
  }

  regenerate(): void {
    this.#mustBeChangeable();
    this.#rotate(this.shared.userId);
  }

  destroy(): Promise<void> {
    if (!this.destruction) {
      this.destruction = this.#host.destroy([this.shared, ...this.previous]);
      // Most handlers do not wait for it; the failure is kept, told of and tried again.
      this.destruction.catch(() => {});
    }
    return this.destruction;
  }

  onEnd(listener: (end: SessionEnd) => void): () => void {
    this.#endListeners = this.#endListeners.concat(listener);
    this.#listenForEnd();
    return () => {
      this.#endListeners = this.#endListeners.filter((other) => other !== listener);
      if (this.#endListeners.length === 0) this.#stopListening();
    };
  }

  touch(): boolean {
    this.#host.checkExpiry(this.shared);
    if (this.shared.end !== undefined) return false;
    this.shared.lastActiveAt = this.#host.now();
    this.#host.changed(this.shared);
    return true;
  }

  flush(): Promise<void> {
    return this.#host.flush(this.shared);
  }

  close(): void {
    this.#stopObserving?.();
    this.#stopObserving = undefined;
    this.#endListeners = [];
    this.#stopListening();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Sets a value without telling our own signal, which is where it may come from. */
  write(key: string, value: unknown): void {
    assertKey(key);
    this.#put(key, EncodedValue.of(key, value));
  }

  valueChanged(key: string, value: EncodedValue | undefined): void {
    const signal = this.#signals?.get(key);
    if (value) signal?.accept(value.value);
    else signal?.reset();
  }

  #put(key: string, value: EncodedValue | undefined): void {
    this.#mustBeChangeable();
    this.#host.mustHaveRoom(this.shared);
    if (this.shared.put(key, value, this)) this.#host.changed(this.shared);
  }

  #mustBeChangeable(): void {
    this.#host.checkExpiry(this.shared);
    this.shared.mustBeAlive();
    this.shared.mustBeLoaded();
  }

  #rotate(userId: string | undefined): void {
    const before = this.shared;
    this.shared = this.#host.succeed(before, userId);
    // One that no browser has heard of needs no end in the store.
    if (before.isAnchored) this.previous.push(before);
    if (this.#stopObserving) {
      this.#stopObserving();
      this.#stopObserving = this.shared.observe(this);
    }
    if (this.#stopEnd) {
      this.#stopListening(before);
      this.#listenForEnd();
    }
    for (const key of this.#signals?.keys() ?? []) {
      this.valueChanged(key, this.shared.values.get(key));
    }
    if (this.#rotations) this.#rotations.value = this.#rotations.peek() + 1;
  }

  #listenForEnd(): void {
    this.#stopEnd ??= this.shared.onEnd((end) => {
      const listeners = this.#endListeners;
      this.close();
      for (const listener of listeners) listener(end);
    });
    this.#host.watchExpiry(this.shared);
  }

  #stopListening(session = this.shared): void {
    if (!this.#stopEnd) return;
    this.#stopEnd();
    this.#stopEnd = undefined;
    this.#host.unwatchExpiry(session);
  }
}

/** A signal whose writes are checked and shared before they are seen. */
class SessionSignal<Value> extends Signal<Value> {
  readonly #session: OpenSession;
  readonly #key: string;
  readonly #initial: Value;

  constructor(session: OpenSession, key: string, initial: Value) {
    super(initial);
    this.#session = session;
    this.#key = key;
    this.#initial = initial;
  }

  override get value(): Value {
    return super.value;
  }

  override set value(value: Value) {
    this.#session.write(this.#key, value);
    super.value = value;
  }

  /** Takes a value that the session has already. */
  accept(value: Value): void {
    super.value = value;
  }

  reset(): void {
    super.value = this.#initial;
  }
}
