/**
 * The session cookie: a signed name, and nothing else.
 *
 * `kind.id.issued.signature`, where `issued` is in base-36 seconds. There are two kinds, and the
 * reason is an anonymous visitor who sets nothing. Its page must be bound to something when its
 * socket comes, maybe on another node, yet nothing shall be stored for it. So it gets a
 * `provisional` cookie: an id that the store need not know. A `stored` cookie, on the other hand,
 * names a session that was saved: when the store does not know that one, it was ended, and the
 * cookie is worth nothing.
 *
 * hono's signed cookies were considered: they know one secret, no rotation, no purpose, and take
 * the first of two cookies of the same name for the only one.
 */

import { isSessionId, type SessionId } from "../internal/ids.ts";
import { MAX_COOKIE_CANDIDATES, MAX_COOKIE_HEADER, MAX_COOKIE_VALUE } from "./limits.ts";
import { createSigner } from "./signing.ts";

/** What a session cookie says. */
export interface SessionCookie {
  readonly id: SessionId;
  /** Whether the session had been saved when the cookie was made. */
  readonly kind: "stored" | "provisional";
  /** When the cookie was made, in milliseconds since 1970, to the second. */
  readonly issuedAt: number;
}

/** Signs and verifies session cookies. */
export interface CookieSigner {
  /** The cookie's value, ready for {@linkcode formatSessionCookie}. */
  sign(cookie: SessionCookie): string;
  /** What a value says if we signed it, else `undefined`; never throws, whatever it is given. */
  verify(value: string): SessionCookie | undefined;
}

/** The cookie's name on HTTPS. Browsers take it only with `Secure`, `Path=/` and no `Domain`. */
export const SECURE_COOKIE_NAME = "__Host-vango";

/** The cookie's name on plain HTTP, which is for a developer's own machine. */
export const PLAIN_COOKIE_NAME = "vango";

/**
 * Makes the signer of session cookies.
 *
 * @param secrets the first signs, all verify; each at least 32 characters
 * @param purpose what is signed: a value of one purpose does not verify for another
 * @throws {SessionConfigError} for no secret, too many, or one that is too short
 */
export function createCookieSigner(
  secrets: readonly string[],
  purpose = "vango-session-cookie",
): CookieSigner {
  const signer = createSigner(secrets, purpose);
  return {
    sign({ id, kind, issuedAt }) {
      const seconds = Math.floor(issuedAt / 1000).toString(36);
      const text = `${kind === "stored" ? "s" : "p"}.${id}.${seconds}`;
      return `${text}.${signer.sign(text)}`;
    },
    verify(value) {
      if (value.length > MAX_COOKIE_VALUE) return undefined;
      const end = value.lastIndexOf(".");
      const text = value.slice(0, Math.max(end, 0));
      const [kind, id = "", issued = "", ...rest] = text.split(".");
      if (rest.length > 0 || (kind !== "s" && kind !== "p")) return undefined;
      if (!isSessionId(id) || !/^[0-9a-z]{1,9}$/.test(issued)) return undefined;
      if (!signer.verify(text, value.slice(end + 1))) return undefined;
      return {
        id,
        kind: kind === "s" ? "stored" : "provisional",
        issuedAt: parseInt(issued, 36) * 1000,
      };
    },
  };
}

/**
 * The values under our name in a `Cookie` header: unverified, in the order to try them.
 *
 * On HTTPS the `__Host-` cookie alone is ours: a plain `vango` there can only have been planted,
 * from a sibling domain or over HTTP. On plain HTTP the `__Host-` cookie comes first. A name that
 * stands there several times gives several candidates, because a cookie with a longer path, which
 * is sent first, must not lock its victim out.
 */
export function readSessionCookies(header: string | null, secure: boolean): string[] {
  if (!header || header.length > MAX_COOKIE_HEADER) return [];
  const hosted: string[] = [];
  const plain: string[] = [];
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 0) continue;
    const name = pair.slice(0, equals).trim();
    if (name === SECURE_COOKIE_NAME) hosted.push(pair.slice(equals + 1).trim());
    else if (name === PLAIN_COOKIE_NAME && !secure) plain.push(pair.slice(equals + 1).trim());
  }
  return [...hosted, ...plain].slice(0, MAX_COOKIE_CANDIDATES);
}

/**
 * The `Set-Cookie` header that gives a browser its session.
 *
 * @param options.secure whether the browser speaks HTTPS to us or to our proxy
 * @param options.maxAge how long the browser keeps it, in milliseconds
 */
export function formatSessionCookie(
  value: string,
  options: { readonly secure: boolean; readonly maxAge: number },
): string {
  const name = options.secure ? SECURE_COOKIE_NAME : PLAIN_COOKIE_NAME;
  const seconds = Math.max(0, Math.floor(options.maxAge / 1000));
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
  return `${name}=${value}; ${attributes}${options.secure ? "; Secure" : ""}`;
}
