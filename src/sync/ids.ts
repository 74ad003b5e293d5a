/** Ids, and the spelling of names and keys in stores. */

import { SyncError } from "./errors.ts";
import { MAX_KEY_LENGTH, MAX_NAME_LENGTH } from "./limits.ts";

declare const brand: unique symbol;

/** Names one replica on one device; the server keeps its sequence under it. */
export type ClientId = string & { readonly [brand]: "ClientId" };

/** Names one transaction for ever: it takes effect at most once, whatever number it carries. */
export type MutationId = string & { readonly [brand]: "MutationId" };

/** A source of random numbers in [0, 1): `Math.random`'s shape, so that a simulator can seed it. */
export type Random = () => number;

/** Numbers that were not used yet: asking the platform for each costs more than an id. */
const pool = new Uint32Array(1_024);
let used = pool.length;

/** Cryptographic randomness in {@linkcode Random}'s shape. */
export function secureRandom(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++]! / 2 ** 32;
}

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** An id of `length` characters of five random bits each. */
export function randomId(random: Random, length = 24): string {
  const codes: number[] = [];
  while (codes.length < length) {
    let bits = Math.floor(random() * 2 ** 30);
    for (let i = 0; i < 6; i++, bits >>= 5) codes.push(DIGITS.charCodeAt(bits & 31));
  }
  // In one piece: a text that was joined is taken apart again by the first map that it is put into.
  return String.fromCharCode(...codes.slice(0, length));
}

const ID = /^[A-Za-z0-9_-]{8,64}$/;

/** Whether a text from outside has the shape of a client's or a mutation's id. */
export function isId(text: unknown): text is string {
  return typeof text === "string" && ID.test(text);
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/;

/** Whether a text from outside can name a resource. Names with `~` in front are the engine's. */
export function isName(text: unknown): text is string {
  return typeof text === "string" && text.length <= MAX_NAME_LENGTH && NAME.test(text);
}

/** Whether a text from outside can name a record. */
export function isKey(text: unknown): text is string {
  return typeof text === "string" && text.length <= MAX_KEY_LENGTH;
}

/** @throws {SyncError} `bad-name` */
export function mustName(name: string): string {
  if (isName(name)) return name;
  throw new SyncError(
    "bad-name",
    `Cannot use ${JSON.stringify(name)} as a resource: a name has 1 to ${MAX_NAME_LENGTH} of ` +
      "A-Z a-z 0-9 _ . : - and begins with a letter or digit",
  );
}

/** @throws {SyncError} `bad-name` */
export function mustKey(key: string): string {
  if (isKey(key)) return key;
  throw new SyncError(
    "bad-name",
    `Cannot use a key of ${String(key).length} characters: ${MAX_KEY_LENGTH} are allowed; ` +
      "use an id, and put the text into the value",
  );
}

/**
 * A key as it stands in stores: printable ASCII, so that every store sorts it alike (SQLite by
 * UTF-8 bytes, IndexedDB by UTF-16 units) and lone surrogates survive. Plain ASCII keys stay as
 * they are. `\x7f` and `/` never occur in it, so both can serve as bounds.
 *
 * @example
 * ```ts
 * import { decodeKey, encodeKey } from "./ids.ts";
 * console.assert(encodeKey("a/ü") === "a%002F%00FC");
 * console.assert(decodeKey("a%002F%00FC") === "a/ü");
 * ```
 */
export function encodeKey(key: string): string {
  return PLAIN.test(key) ? key : key.replace(
    SPECIAL,
    (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0"),
  );
}

// Without the `u` flag: each half of a surrogate pair is escaped by itself.
const SPECIAL = /[^\x20-\x7e]|[%/]/g;
const PLAIN = /^[\x20-\x24\x26-\x2e\x30-\x7e]*$/;

/** The key that {@linkcode encodeKey} spelled. */
export function decodeKey(text: string): string {
  return text.includes("%")
    ? text.replace(/%([0-9A-F]{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    : text;
}

/** A number as it stands in stores: sorted as text it is sorted as a number. */
export function pad(value: number): string {
  return String(value).padStart(16, "0");
}
