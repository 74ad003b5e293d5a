/**
 * Handshakes: what a player may say of itself, good and bad.
 *
 * @module
 */
import { Frame } from "../../src/protocol/codes.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parseHello } from "../../src/protocol/hello.ts";
import { encodeJson } from "../../src/protocol/up.ts";
import type { HelloVector } from "./vectors.ts";

const GOOD = { v: 1, token: "a.b" };

const GIVEN: readonly (readonly [name: string, hello: unknown])[] = [
  ["the least that is a handshake", GOOD],
  ["a phone that comes back", {
    ...GOOD,
    platform: "android",
    version: "2.0",
    capabilities: { touch: true, haptics: true },
    screen: { width: 412, height: 915 },
    seq: 16_384,
    event: 300,
    render: 12,
    places: { "0": 5, "2": 1 },
    url: "/orders?page=2",
    deflate: true,
  }],
  ["an unknown platform is the web", { ...GOOD, platform: "fridge" }],
  ["a platform that is no text is the web", { ...GOOD, platform: ["ios"] }],
  ["an absurd screen is cut", { ...GOOD, screen: { width: 1e9, height: -3 } }],
  ["a screen that is none", { ...GOOD, screen: "large" }],
  ["capabilities that are no flags are left out", {
    ...GOOD,
    capabilities: { touch: true, hover: "yes", "<b>": true, "": true },
  }],
  ["more capabilities than there can be", {
    ...GOOD,
    capabilities: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, true])),
  }],
  ["a field that later players send", { ...GOOD, more: [1] }],
  ["another version", { ...GOOD, v: 2 }],
  ["no version", { token: "a.b" }],
  ["no token", { v: 1 }],
  ["a token that is no text", { ...GOOD, token: 7 }],
  ["a number below 0", { ...GOOD, seq: -1 }],
  ["a number that is none", { ...GOOD, event: "3" }],
  ["a number past 2^31 - 1", { ...GOOD, render: 2 ** 31 }],
  ["a region that is no number", { ...GOOD, places: { x: 1 } }],
  ["no object", [GOOD]],
  ["nothing", null],
  ["one that is larger than a handshake can be", { ...GOOD, version: "x".repeat(17_000) }],
];

/** What a server makes of each, or why it refuses it. */
export const HELLOS: readonly HelloVector[] = GIVEN.map(([name, given]) => {
  const frame = encodeJson(Frame.HELLO, given);
  try {
    const meaning = parseHello(frame.subarray(1));
    const places = Object.fromEntries(meaning.places);
    return { name, hex: frame.toHex(), meaning: { ...meaning, places } };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { name, hex: frame.toHex(), code: error.code };
  }
});
