/**
 * The context: what a component, a page and a handler can ask of the framework.
 *
 * @module
 */
import type { AsyncCtx } from "./async.ts";
import type { ClientCtx } from "./client.ts";
import type { Session } from "./session.ts";
import type { SyncCtx } from "./sync.ts";

/** How {@linkcode Ctx.redirect} goes to another page. */
export interface RedirectOptions {
  /** Replace the current entry of the history instead of adding one. Default: false. */
  readonly replace?: boolean;
}

/** The platform of one page: its route, its session, and what it can do to its player. */
export interface Ctx {
  /** The path pattern that matched, such as `/orders/:id`. */
  readonly route: string;
  /** The values of the pattern's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The page's address. */
  readonly url: URL;
  /** The visitor's session. */
  readonly session: Session;
  /** Slow parts of the page. */
  readonly async: AsyncCtx;
  /** What the player is and can do. */
  readonly client: ClientCtx;
  /**
   * Data that is kept in step everywhere, with and without a network.
   *
   * @throws {ConfigError} on access, when `createVango` was not given `sync`
   * @throws {SyncError} `signed-out` on access, while nobody is signed in whose data it could be
   */
  readonly sync: SyncCtx;
  /** The CSP nonce of the response, for `<script nonce>`; `""` when there is none. */
  readonly nonce: string;
  /** Ends with the live session, or with the request when the page is only fetched. */
  readonly abortSignal: AbortSignal;

  /** The same context with another signal; ends when either does. */
  withAbortSignal(signal: AbortSignal): Ctx;

  /**
   * Goes to another page of this site: during a GET by a redirect, later by a live navigation.
   *
   * @param path A path, with query and hash if you like; nothing that leaves the site.
   * @throws {RedirectError} for an address that leaves the site.
   */
  redirect(path: string, options?: RedirectOptions): void;

  /**
   * Sends a `CustomEvent` to the page (`document.addEventListener(event, …)`), or an event to a
   * native player. Before a player is connected it is kept until one is.
   *
   * @param data Plain data: it travels as JSON.
   */
  emit(event: string, data?: unknown): void;
}
