/**
 * The credential of players that are no browsers: the session's signed name in a header of its own,
 * because an app has no cookie jar that another site could use, and shall not have one.
 *
 * ```
 * GET /            Vango-Client: ios.390x844.101100001
 *   ◀── 200        Vango-Session: p.…            the token: kept by the app, like a password
 * GET /_vango/live Authorization: Bearer p.…      and with every later request
 * ```
 *
 * A browser sends cookies by itself, to whoever makes it; it sends no `Authorization` by itself, and
 * none at all with a WebSocket. So a bearer token needs no check of the origin against forgery, and
 * a request that brings both is no browser's and no player's: the cookie would count with a page's
 * rights and the token with an app's. Such a request is taken for its cookie alone, and such a
 * handshake is refused.
 *
 * @module
 */

/** The header of a response in which such a player gets its token; empty when it is to forget it. */
export const SESSION_HEADER = "vango-session";

/** What tokens are signed for: none of them is good as a cookie, and no cookie as a token. */
export const BEARER_PURPOSE = "vango-session-bearer";

/**
 * A token of the form that ours have: the signed name of a session. Others, such as the JWT that a
 * proxy adds for whoever has logged in there, belong to the app; browsers may come with them.
 */
const BEARER = /^Bearer +([sp]\.[\w-]{43}\.[0-9a-z]{1,9}\.[\w-]{1,128})$/i;

/**
 * Whether a request is a player's that keeps its session by a token: it has no cookie, and says
 * what it is in `Vango-Client` or brings a token already.
 */
export function usesBearer(headers: Headers): boolean {
  return !headers.has("cookie") && (headers.has("vango-client") || hasBearer(headers));
}

/** Whether a request brings what looks like a token of ours. */
export function hasBearer(headers: Headers): boolean {
  return readBearer(headers) !== undefined;
}

/** The token of a request, unverified. */
export function readBearer(headers: Headers): string | undefined {
  return BEARER.exec(headers.get("authorization") ?? "")?.[1];
}
