/**
 * Base64 in the URL alphabet, without padding.
 *
 * `Uint8Array.prototype.toBase64` would do, but it is newer than the oldest runtimes that we
 * support; `btoa` is everywhere.
 */

/** Bytes are handed to `String.fromCharCode` in pieces, because an argument list has a limit. */
const CHUNK = 0x8000;

const ALPHABET = /^[A-Za-z0-9_-]*$/;

/** The bytes as base64url, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The bytes of a base64url text, or `undefined` when it is not one.
 *
 * Only the canonical spelling is taken: without that rule the last character of a signature could
 * be changed in its unused bits and the signature would still hold.
 */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1 || !ALPHABET.test(text)) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return encodeBase64Url(bytes) === text ? bytes : undefined;
}
