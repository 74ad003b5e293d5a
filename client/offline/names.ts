/**
 * What page, worker, service worker and server call the same.
 *
 * @module
 */

/** The app's own bundle: worker and service worker alike. One address, so that it can be updated. */
export const APP_SCRIPT = "/_vango/offline/app.js";

/** Who is signed in, as JSON. */
export const ACCOUNT_PATH = "/_vango/offline/account.json";

/** Under which a browser that can wakes the service worker when there is a network again. */
export const SIGN_OUT_TAG = "vango-sign-out";

/** What stands between may answer for a server that is away. */
export const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Where the browser keeps what pages load besides themselves. */
export const CACHE = "vango-offline";

/**
 * A PATCH number that no server has come to: a page that comes back from its worker is mounted, not
 * resumed, because what it shows is none of the server's.
 */
export const ELSEWHERE = 0x3fffffff;

/** What a page tells its worker. */
export type ToWorker =
  /** Before all else: whose data. */
  | { readonly account: { readonly user: string; readonly login?: string } }
  /** A player wants to go on here, over the port that comes with it. */
  | { readonly connect: MessagePort }
  /** Log-out: send what waits, then remove everything of this user. */
  | { readonly signOut: { readonly discard: boolean } };

/** What a worker tells its page. */
export type FromWorker =
  /** The server answers again, and has all that was written. */
  | { readonly back: true }
  /** The server knows this user no more. */
  | { readonly out: true }
  /** How many transactions could not be sent; 0: everything is gone from this device. */
  | { readonly unsent: number };

/** What a worker says at the end of a player's port, when the page goes back to the server. */
export interface HandBack {
  /** The page's portable signals, as JSON. */
  readonly portable: string;
}
