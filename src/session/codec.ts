/**
 * Session values and whole sessions as bytes, and back.
 *
 * `devalue` does the values. Its advisories, and what we do about each:
 *
 * - GHSA-vj54-72f3-p5jv, GHSA-9g8m-v378-pcg3 and GHSA-mwv9-gp5h-frr4 (`__proto__` in what `parse`
 *   reads): fixed in the version that we require; and `__proto__` is refused here, both ways.
 * - CVE-2026-22774 and CVE-2026-42570 (time and memory for `ArrayBuffer`, typed arrays and sparse
 *   arrays in hostile input): fixed there; and here none of these types is read at all. Only the
 *   types in {@linkcode READABLE} are, bytes under a tag of our own.
 *
 * A session is one JSON object. Its values stand in it as devalue wrote them (which is JSON), each
 * under its key, so that saving one changed value does not encode the others again:
 *
 * ```json
 * {"v":1,"s":0,"i":"<id>","c":1700000000000,"u":"user","d":{"cart":[{"count":1},3]}}
 * ```
 */

import { stringify, unflatten } from "devalue";
import { decodeBase64Url, encodeBase64Url } from "../internal/base64url.ts";
import { SessionDataError, SessionLimitError, shortId } from "./errors.ts";
import { MAX_KEY, MAX_SESSION_BYTES, MAX_VALUE_DEPTH } from "./limits.ts";
import { assertPlainData } from "./plain_data.ts";

/** A session's content, apart from what the store keeps beside it. */
export interface SessionRecord {
  readonly id: string;
  readonly schemaVersion: number;
  readonly createdAt: number;
  readonly userId: string | undefined;
  /** The encoded value of each key. */
  readonly values: ReadonlyMap<string, EncodedValue>;
}

/** The format of the record itself; not the app's schema, which has a version of its own. */
const FORMAT = 1;

/** The types of devalue that we write, and so the only ones that we read. */
const READABLE: ReadonlySet<unknown> = new Set(["Date", "Map", "Set", "BigInt", "null", "Bytes"]);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * A value as it was when it was set: text for the store, and on demand a frozen value for `get`.
 */
export class EncodedValue {
  /** JSON, as devalue writes it. */
  readonly text: string;

  /** The length of the text in UTF-8. */
  readonly bytes: number;

  #decoded: { readonly value: unknown } | undefined;

  private constructor(text: string, decoded: { readonly value: unknown } | undefined) {
    this.text = text;
    this.bytes = encoder.encode(text).length;
    this.#decoded = decoded;
  }

  /**
   * Encodes a value.
   *
   * @param key names the value in messages
   * @throws {SessionValueError} when it is not plain data
   * @throws {SessionLimitError} when it is too deep, has too many parts, or is too long
   */
  static of(key: string, value: unknown): EncodedValue {
    assertPlainData(value, key);
    const encoded = new EncodedValue(stringify(value, { Bytes: reduceBytes }), undefined);
    if (encoded.bytes > MAX_SESSION_BYTES) throw tooLarge(key, encoded.bytes);
    return encoded;
  }

  /** A value out of a parsed record. Throws anything at all when it is not one. */
  static fromParsed(parsed: unknown): EncodedValue {
    return new EncodedValue(JSON.stringify(parsed), { value: decodeFlat(parsed) });
  }

  /** The value: the same object each time, its objects and arrays frozen. */
  get value(): unknown {
    this.#decoded ??= { value: decodeFlat(JSON.parse(this.text)) };
    return this.#decoded.value;
  }

  /** Whether both hold the same value, however each was spelled. */
  equals(other: EncodedValue | undefined): boolean {
    if (!other) return false;
    return this.text === other.text || respell(this.text) === respell(other.text);
  }
}

/**
 * Checks the name of a value.
 *
 * @throws {SessionLimitError} for a name that is empty, too long, or `__proto__`
 */
export function assertKey(key: string): void {
  if (key !== "" && key.length <= MAX_KEY && key !== "__proto__") return;
  throw new SessionLimitError(
    `Cannot use ${JSON.stringify(key.slice(0, 40))} as the name of a session value: names have ` +
      `1 to ${MAX_KEY} characters and are not "__proto__"`,
    "bad_key",
  );
}

/** The error of a session that would be too large with this value. */
export function tooLarge(key: string, bytes: number): SessionLimitError {
  return new SessionLimitError(
    `Cannot store ${key} in the session: it would then have ${bytes} bytes, and ` +
      `${MAX_SESSION_BYTES} are allowed; keep large data in a database and its key in the session`,
    "too_large",
  );
}

/** What a value adds to its session's size. */
export function sizeOf(key: string, value: EncodedValue): number {
  return key.length * 3 + value.bytes;
}

/** A session as bytes. */
export function encodeRecord(record: SessionRecord): Uint8Array {
  const head = JSON.stringify({
    v: FORMAT,
    s: record.schemaVersion,
    i: record.id,
    c: record.createdAt,
    u: record.userId,
  });
  const values: string[] = [];
  for (const [key, { text }] of record.values) values.push(`${JSON.stringify(key)}:${text}`);
  return encoder.encode(`${head.slice(0, -1)},"d":{${values.join(",")}}}`);
}

/**
 * A session out of bytes that may have been cut, changed, or written by something else.
 *
 * @param id the id under which the bytes were found
 * @throws {SessionDataError} when they are not a session, or not this one
 */
export function decodeRecord(data: Uint8Array, id: string): SessionRecord {
  // The head of a record takes about 500 bytes at most; the rest of the margin is commas.
  if (data.length > MAX_SESSION_BYTES * 2) {
    throw unreadable(id, "too_large", `has ${data.length} bytes`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(data));
  } catch (cause) {
    throw unreadable(id, "malformed", "is not JSON", cause);
  }
  const { v, s, i, c, u, d } = (parsed ?? {}) as Record<string, unknown>;
  if (v !== FORMAT) throw unreadable(id, "format", `has the format ${String(v)}`);
  if (i !== id) throw unreadable(id, "foreign", "names another session");
  if (
    typeof s !== "number" || typeof c !== "number" ||
    (u !== undefined && typeof u !== "string") ||
    typeof d !== "object" || d === null || Array.isArray(d)
  ) {
    throw unreadable(id, "malformed", "lacks a part");
  }
  const values = new Map<string, EncodedValue>();
  for (const [key, value] of Object.entries(d)) {
    try {
      assertKey(key);
      values.set(key, EncodedValue.fromParsed(value));
    } catch (cause) {
      throw unreadable(id, "malformed", `holds a value that is not one`, cause);
    }
  }
  return { id, schemaVersion: s, createdAt: c, userId: u, values };
}

function unreadable(id: string, code: string, what: string, cause?: unknown): SessionDataError {
  return new SessionDataError(
    `Cannot read the stored session ${shortId(id)}: what the store holds ${what}; ` +
      "its visitor gets a new session",
    code,
    cause === undefined ? undefined : { cause },
  );
}

function reduceBytes(value: unknown): string | undefined {
  // A prefix, because devalue takes "" (no bytes at all) for "not mine".
  return value instanceof Uint8Array ? `b${encodeBase64Url(value)}` : undefined;
}

function reviveBytes(text: unknown): Uint8Array {
  const bytes = typeof text === "string" && text.startsWith("b")
    ? decodeBase64Url(text.slice(1))
    : undefined;
  if (!bytes) throw new TypeError("not bytes in base64url");
  return bytes;
}

function decodeFlat(parsed: unknown): unknown {
  if (Array.isArray(parsed)) parsed.forEach(assertReadable);
  else if (typeof parsed !== "number") throw new TypeError("not what devalue writes");
  const value: unknown = unflatten(parsed, { Bytes: reviveBytes });
  freeze(value, new Set());
  return value;
}

function assertReadable(item: unknown): void {
  if (!Array.isArray(item)) return;
  const tag: unknown = item[0];
  if (typeof tag === "string" && !READABLE.has(tag)) throw new TypeError(`unknown type ${tag}`);
  // -7 opens a sparse array, whose length is not bounded by its text.
  if (tag === -7) throw new TypeError("a sparse array");
}

/**
 * Freezes objects and arrays; a date, a map and bytes cannot be. Deeper than `set` allows is a
 * record that we did not write.
 */
function freeze(value: unknown, seen: Set<object>, depth = 0): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  if (depth >= MAX_VALUE_DEPTH) throw new TypeError("nested too deeply");
  seen.add(value);
  if (value instanceof Map) {
    for (const entry of value) entry.forEach((item) => freeze(item, seen, depth + 1));
  } else if (value instanceof Set) {
    for (const item of value) freeze(item, seen, depth + 1);
  } else if (!(value instanceof Uint8Array || value instanceof Date)) {
    for (const item of Object.values(value)) freeze(item, seen, depth + 1);
    Object.freeze(value);
  }
}

/** devalue escapes `<`, `JSON.stringify` does not: brings both spellings to one. */
function respell(text: string): string {
  return JSON.stringify(JSON.parse(text));
}
