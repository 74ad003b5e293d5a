/**
 * Base64 in the URL alphabet, without padding.
 *
 * `Uint8Array.prototype.toBase64` would do, but it is newer than the oldest runtimes that we
 * support; `btoa`, which is everywhere, takes ten times as long and a kilobyte for an id.
 */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The two letters of 12 bits. */
const PAIRS: readonly string[] = Array.from(
  { length: 4096 },
  (_, bits) => LETTERS.charAt(bits >> 6) + LETTERS.charAt(bits & 63),
);

const ALPHABET = /^[A-Za-z0-9_-]*$/;

/** The bytes as base64url, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  const { length } = bytes;
  const rest = length % 3;
  const whole = length - rest;
  let text = "";
  for (let i = 0; i < whole; i += 3) {
    const bits = bytes[i]! << 16 | bytes[i + 1]! << 8 | bytes[i + 2]!;
    text += PAIRS[bits >> 12]! + PAIRS[bits & 4095]!;
  }
  // A last letter or two: what is missing of the bits is 0.
  if (rest === 1) text += PAIRS[bytes[whole]! << 4]!;
  else if (rest === 2) {
    const bits = bytes[whole]! << 8 | bytes[whole + 1]!;
    text += PAIRS[bits >> 4]! + LETTERS.charAt((bits & 15) << 2);
  }
  return text;
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
