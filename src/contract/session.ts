/**
 * The session as pages, handlers and middleware see it.
 *
 * A session belongs to one browser (one cookie jar), not to one tab: every tab that is open shares
 * its values and its signals, on whichever node each of them is served.
 */

import type { Signal } from "@preact/signals-core";

/**
 * The values that an app keeps in its sessions. Augment it to have `get`, `set` and `signal`
 * checked, or name a schema per use: `ctx.session as Session<MySchema>`.
 *
 * @example
 * ```ts
 * declare module "@vango/vango" {
 *   interface SessionData {
 *     theme: "light" | "dark";
 *   }
 * }
 * ```
 */
export interface SessionData {
  /** Any other key holds a value that its reader must check. */
  [key: string]: unknown;
}

/** The keys that a schema names, without those that it merely allows by an index signature. */
export type DeclaredKey<Schema> = keyof {
  [Key in keyof Schema as string extends Key ? never : number extends Key ? never : Key]: unknown;
};

/**
 * One visitor's session.
 *
 * Values are plain data: what JSON has, and `undefined`, `NaN`, infinities, `bigint`, `Date`,
 * `Map`, `Set`, `Uint8Array`, cycles and shared references. They are copied when they are set, so
 * changing an object afterwards changes nothing; what `get` returns is frozen, so that this
 * mistake is heard.
 */
export interface Session<Schema extends object = SessionData> {
  /** The session's name: 43 characters of base64url. It changes when the user does. */
  readonly id: string;

  /** The value under `key`, or `undefined` when there is none. Objects and arrays are frozen. */
  get<Key extends keyof Schema & string>(key: Key): Schema[Key] | undefined;

  /**
   * Sets `key` to a copy of `value`.
   *
   * @throws {SessionValueError} for a value that is not plain data; the message names the path
   * @throws {SessionLimitError} when the session would pass its size limit
   * @throws {SessionEndedError} after log-out, expiry or rotation in another tab
   */
  set<Key extends keyof Schema & string>(key: Key, value: Schema[Key]): void;

  /** Removes `key`; removing what is not there does nothing. */
  delete<Key extends keyof Schema & string>(key: Key): void;

  /** The user who is logged in, or `undefined`. */
  readonly userId: string | undefined;

  /**
   * Logs a user in, or (with `undefined` or `""`) out. The session gets a new id and the old one
   * dies, so that an id that somebody planted before the log-in is worth nothing after it. Values
   * are kept when nobody was logged in before (a cart survives the log-in) and dropped otherwise.
   */
  setUserId(userId: string | undefined): void;

  /** Whether a user is logged in. */
  readonly isAuthenticated: boolean;

  /**
   * The value under `key` as a signal: every tab of the session sees each write to it. It shares
   * its key with `get` and `set`. Until something is written its value is `initial`, and nothing
   * is stored. Writing throws what `set` throws.
   */
  signal<Key extends DeclaredKey<Schema> & string>(
    key: Key,
    initial: Schema[Key],
  ): Signal<Schema[Key]>;
  /** The same for a key that the schema does not name: its type is that of `initial`. */
  signal<Value, Key extends string = string>(
    key: Key extends DeclaredKey<Schema> ? never : Key,
    initial: Value,
  ): Signal<Value>;

  /** When the session began: at the first visit, or at the log-in. */
  readonly createdAt: Date;

  /** When its browser was last heard of: a request, or an event over a socket. */
  readonly lastActiveAt: Date;

  /**
   * The visitor's address for this request. A forwarding header counts only if it comes from a
   * proxy that the app has named as trusted; `undefined` where the platform does not say.
   */
  readonly ip: string | undefined;

  /** The `User-Agent` of this request, cut to 512 characters; `""` without one. */
  readonly userAgent: string;

  /**
   * Gives the session a new id, keeping its values and its user; the old id dies once the browser
   * has been given the new cookie, and other tabs reconnect. Use it when privileges rise.
   */
  regenerate(): void;

  /**
   * Ends the session: values, id, and the sockets of every tab on every node. It is over on this
   * node at once; the promise resolves when the store has confirmed it.
   *
   * @throws {SessionStoreError} when the store could not be reached in time; the deletion is
   * kept and tried again until it succeeds
   */
  destroy(): Promise<void>;
}
