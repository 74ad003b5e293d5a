/**
 * Broken frames, and what they are refused for.
 *
 * @module
 */
import { Frame } from "../../src/protocol/codes.ts";
import { encodeJson } from "../../src/protocol/up.ts";
import type { InvalidVector } from "./vectors.ts";

/** Frames that are none, and why. */
export const INVALID: readonly InvalidVector[] = [
  { name: "nothing", from: "player", hex: "", code: "truncated" },
  { name: "an unknown frame", from: "player", hex: "7f", code: "unknown-frame" },
  { name: "a padded number", from: "player", hex: "228000", code: "varint" },
  { name: "a number past 2^31 - 1", from: "player", hex: "22ffffffff0f", code: "varint" },
  { name: "a number without an end", from: "player", hex: "22ff", code: "truncated" },
  { name: "bytes behind an ack", from: "player", hex: "220100", code: "truncated" },
  { name: "an event without a place", from: "player", hex: "20010001", code: "truncated" },
  { name: "an event of an unknown code", from: "player", hex: "2001007f01", code: "unknown-frame" },
  { name: "an event with broken JSON", from: "player", hex: "20010002077b", code: "json" },
  { name: "an event with broken UTF-8", from: "player", hex: "2001000207ff", code: "utf8" },
  {
    name: "a name that is longer than the frame",
    from: "player",
    hex: "200100000705616263",
    code: "truncated",
  },
  {
    name: "a navigation of an unknown mode",
    from: "player",
    hex: "2101007b2275726c223a222f222c226d6f6465223a2278227d",
    code: "json",
  },
  {
    name: "a navigation without an address",
    from: "player",
    hex: "2101007b226d6f6465223a2270757368227d",
    code: "limit",
  },
  { name: "bytes behind a ping", from: "player", hex: "2300", code: "truncated" },
  {
    name: "a request for a region without its number",
    from: "player",
    hex: "25",
    code: "truncated",
  },
  { name: "facts that are no JSON", from: "player", hex: "2678", code: "json" },
  { name: "nothing", from: "server", hex: "", code: "truncated" },
  { name: "a durable event without its number", from: "server", hex: "15", code: "truncated" },
  { name: "bytes behind a durable event", from: "server", hex: "150101", code: "truncated" },
  { name: "bytes behind a pong", from: "server", hex: "2400", code: "truncated" },
  {
    name: "a welcome whose numbers are none",
    from: "server",
    hex: encodeJson(Frame.WELCOME, { v: 1, mode: "adopted", seq: "0", ack: 0 }).toHex(),
    code: "sequence",
  },
  { name: "an unknown frame", from: "server", hex: "7f", code: "unknown-frame" },
  {
    name: "a welcome of another version",
    from: "server",
    hex: "027b2276223a392c226d6f6465223a2261646f70746564222c22736571223a302c2261636b223a307d",
    code: "handshake",
  },
  {
    name: "a welcome of an unknown mode",
    from: "server",
    hex: "027b2276223a312c226d6f6465223a2278222c22736571223a302c2261636b223a307d",
    code: "handshake",
  },
  { name: "an error that is no object", from: "server", hex: "145b5d", code: "json" },
  {
    name: "operations longer than the frame",
    from: "server",
    hex: "1001000901",
    code: "truncated",
  },
  { name: "an unknown operation", from: "server", hex: "10010001" + "60", code: "unknown-op" },
  { name: "text that is too short", from: "server", hex: "100100030104054142", code: "truncated" },
  {
    name: "text that is left over",
    from: "server",
    hex: "10010004" + "01040101" + "414243",
    code: "truncated",
  },
  { name: "a place below 0", from: "server", hex: "10010003" + "050205", code: "varint" },
  {
    name: "a template that was never told",
    from: "server",
    hex: "10010003" + "070409",
    code: "sequence",
  },
  {
    name: "a name that was never told",
    from: "server",
    hex: "10010003" + "030405",
    code: "sequence",
  },
  {
    name: "a list without its items",
    from: "server",
    hex: "10010008" + "070402ffffffff07",
    code: "truncated",
  },
  {
    name: "a flag that is neither 0 nor 1",
    from: "server",
    hex: "10010005" + "0904000102" + "61",
    code: "varint",
  },
  { name: "text that is no UTF-8", from: "server", hex: "10010002" + "0104" + "ff", code: "utf8" },
];
