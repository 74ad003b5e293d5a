/**
 * Random identifiers, and the comparison of secrets.
 *
 * An id is 256 random bits as base64url: 43 characters that stand unescaped in a cookie, a URL, a
 * file name and a NATS subject. Each kind of id has its own type, so that a page's id cannot be
 * passed where a session's is meant.
 */

import { encodeBase64Url } from "./base64url.ts";

declare const brand: unique symbol;

/** A string that only its own factory or check may name as `Kind`. */
export type Branded<Kind extends string> = string & { readonly [brand]: Kind };

/** The name of a session: what its cookie carries and its store is asked for. */
export type SessionId = Branded<"SessionId">;

const ID_BYTES = 32;
const ID_SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** A new id of 256 random bits: 43 characters of base64url. */
export function randomId(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
}

/** A new nonce for a page's policy: 128 random bits, 22 characters of base64url. */
export function randomNonce(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(ID_BYTES / 2)));
}

/** A new session id. */
export function createSessionId(): SessionId {
  return randomId() as SessionId;
}

/** Whether the text has the shape of a session id; says nothing about whether one exists. */
export function isSessionId(text: string): text is SessionId {
  return ID_SHAPE.test(text);
}

/**
 * Whether two byte strings are equal, in a time that depends on their lengths alone.
 *
 * Caller must not use it where a length is itself a secret.
 */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
