/**
 * The handshake: what a player says of itself, read with suspicion.
 *
 * @module
 */
import { PROTOCOL_VERSION } from "./codes.ts";
import { ProtocolError } from "./errors.ts";
import { MAX_HELLO, MAX_NUMBER, MAX_URL } from "./limits.ts";
import { decodeUtf8, parseJson } from "./reader.ts";

/** Where the player runs. */
export type Platform = "web" | "ios" | "android" | "desktop";

/** The player's window, CSS pixels. */
export interface ScreenInfo {
  /** CSS pixels. */
  readonly width: number;
  /** CSS pixels. */
  readonly height: number;
}

/** The first message of a player; the specification's handshake plus what resuming needs. */
export interface Hello {
  /** Protocol version. */
  readonly v: number;
  /** Page token, from the page's head. */
  readonly token: string;
  readonly platform: Platform;
  /** The player's own version, for logs. */
  readonly version: string;
  readonly capabilities: Readonly<Record<string, boolean>>;
  readonly screen: ScreenInfo;
  /** Last PATCH applied. */
  readonly seq: number;
  /** Last event number used. */
  readonly event: number;
  /** Last PATCH applied that had a RENDER in it: since then the places have their numbers. */
  readonly render: number;
  /** Places counted in each region. */
  readonly places: ReadonlyMap<number, number>;
  /** Path and query of the page that is shown, if the player has gone on since it was loaded. */
  readonly url: string;
  /** Whether DEFLATED frames are understood. */
  readonly deflate: boolean;
  /** JSON of the signals that the page brings from where it was served last; read with suspicion. */
  readonly portable?: string;
}

const PLATFORMS: ReadonlySet<unknown> = new Set(["web", "ios", "android", "desktop"]);
const MAX_SCREEN = 32_768;
const MAX_CAPABILITIES = 32;
const CAPABILITY = /^[a-zA-Z][a-zA-Z0-9-]{0,31}$/;
const MAX_REGIONS = 4096;

/**
 * Reads the JSON of a HELLO. Facts about the player are clamped: an unknown platform is `web`, an
 * absurd screen is cut; what the protocol stands on is refused.
 *
 * @param payload The frame without its type byte.
 * @throws {ProtocolError} `limit`, `json`, or `handshake` for another version or no token.
 */
export function parseHello(payload: Uint8Array): Hello {
  if (payload.length > MAX_HELLO) {
    throw new ProtocolError("limit", "cannot read a hello: it is larger than a handshake can be");
  }
  const given = parseJson(decodeUtf8(payload), 4);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ProtocolError("handshake", "cannot read a hello: it is not a JSON object");
  }
  const hello = given as Record<string, unknown>;
  if (hello.v !== PROTOCOL_VERSION) {
    throw new ProtocolError(
      "handshake",
      `cannot talk to this player: it does not speak version ${PROTOCOL_VERSION} of the protocol; ` +
        `load the page again`,
    );
  }
  if (typeof hello.token !== "string" || hello.token === "") {
    throw new ProtocolError("handshake", "cannot read a hello: it has no page token");
  }
  return {
    v: PROTOCOL_VERSION,
    token: hello.token,
    platform: isPlatform(hello.platform) ? hello.platform : "web",
    version: typeof hello.version === "string" ? hello.version.slice(0, 64) : "",
    capabilities: readCapabilities(hello.capabilities),
    screen: readScreen(hello.screen),
    seq: readCount(hello.seq),
    event: readCount(hello.event),
    render: readCount(hello.render),
    places: readPlaces(hello.places),
    url: typeof hello.url === "string" && hello.url.length <= MAX_URL ? hello.url : "",
    deflate: hello.deflate === true,
    ...typeof hello.portable === "string" && { portable: hello.portable },
  };
}

/** Whether a value names a platform: a string, and one of the four. */
export function isPlatform(value: unknown): value is Platform {
  return PLATFORMS.has(value);
}

/** Sets of capabilities that players have had: most have one of a few, so each is kept once. */
const knownCapabilities = new Map<string, Readonly<Record<string, boolean>>>();

/** Sets kept at most; then the memory starts anew. */
const MAX_KNOWN = 256;

/** Known-looking flags only, in a frozen object without a prototype. */
export function readCapabilities(given: unknown): Readonly<Record<string, boolean>> {
  const flags: [name: string, value: boolean][] = [];
  for (const [name, value] of Object.entries(given ?? {})) {
    if (flags.length === MAX_CAPABILITIES) break;
    if (CAPABILITY.test(name) && typeof value === "boolean") flags.push([name, value]);
  }
  const id = flags.join();
  let capabilities = knownCapabilities.get(id);
  if (!capabilities) {
    capabilities = Object.freeze(Object.assign(Object.create(null), Object.fromEntries(flags)));
    if (knownCapabilities.size === MAX_KNOWN) knownCapabilities.clear();
    knownCapabilities.set(id, capabilities!);
  }
  return capabilities!;
}

/** A screen within what screens can be; 0 where the player does not say. */
export function readScreen(given: unknown): ScreenInfo {
  const { width, height } = (typeof given === "object" && given !== null ? given : {}) as {
    width?: unknown;
    height?: unknown;
  };
  return { width: readPixels(width), height: readPixels(height) };
}

function readPixels(value: unknown): number {
  if (typeof value !== "number" || !(value > 0)) return 0;
  return Math.min(Math.round(value), MAX_SCREEN);
}

function readCount(value: unknown): number {
  if (value === undefined) return 0;
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > MAX_NUMBER) {
    throw new ProtocolError("sequence", "cannot read a hello: a number is out of range");
  }
  return value as number;
}

function readPlaces(given: unknown): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  if (typeof given !== "object" || given === null) return places;
  for (const [region, count] of Object.entries(given)) {
    if (places.size === MAX_REGIONS) break;
    places.set(readCount(Number(region)), readCount(count));
  }
  return places;
}
