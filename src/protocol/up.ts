/**
 * Frames from a player, both ways: what a server reads and what a headless player writes.
 *
 * @module
 */
import { EVENT_TYPES } from "../internal/event_types.ts";
import { Frame } from "./codes.ts";
import { ProtocolError } from "./errors.ts";
import { MAX_JSON_DEPTH, MAX_NAME, MAX_UP_FRAME, MAX_URL } from "./limits.ts";
import { ByteReader, parseJson } from "./reader.ts";
import { ByteWriter } from "./writer.ts";

/** An event for a handler. */
export interface EventFrame {
  readonly frame: typeof Frame.EVENT;
  readonly seq: number;
  readonly ack: number;
  readonly region: number;
  readonly place: number;
  /** The DOM's name of the type. */
  readonly type: string;
  /** As the type says; `undefined` when there is none. */
  readonly payload: unknown;
}

/** A live navigation. */
export interface NavigateFrame {
  readonly frame: typeof Frame.NAVIGATE;
  readonly seq: number;
  readonly ack: number;
  readonly url: string;
  readonly mode: "push" | "replace" | "pop";
}

/** Any frame that a player sends. */
export type UpFrame =
  | EventFrame
  | NavigateFrame
  | { readonly frame: typeof Frame.HELLO; readonly payload: Uint8Array }
  | { readonly frame: typeof Frame.ACK; readonly ack: number }
  | { readonly frame: typeof Frame.PING }
  | { readonly frame: typeof Frame.PONG }
  | { readonly frame: typeof Frame.RENDER; readonly region: number }
  | { readonly frame: typeof Frame.CLIENT; readonly facts: unknown };

/** Set in an event's type byte when a region stands before its place. */
const HAS_REGION = 0x80;

/**
 * Reads a frame from a player.
 *
 * @throws {ProtocolError} for anything but a whole, known frame within the limits.
 */
export function decodeUp(bytes: Uint8Array): UpFrame {
  if (bytes.length > MAX_UP_FRAME) {
    throw new ProtocolError("limit", "cannot read a frame: it is larger than players may send");
  }
  const reader = new ByteReader(bytes);
  const frame = reader.byte();
  switch (frame) {
    case Frame.EVENT:
      return decodeEvent(reader);
    case Frame.NAVIGATE:
      return decodeNavigate(reader);
    case Frame.HELLO:
      return { frame, payload: bytes.subarray(1) };
    case Frame.ACK:
      return end(reader, { frame, ack: reader.varint() });
    case Frame.PING:
    case Frame.PONG:
      return end(reader, { frame });
    case Frame.RENDER:
      return end(reader, { frame, region: reader.varint() });
    case Frame.CLIENT:
      return { frame, facts: parseJson(reader.rest(), 4) };
    default:
      throw new ProtocolError("unknown-frame", "cannot read a frame: its type is unknown");
  }
}

function end<T extends UpFrame>(reader: ByteReader, frame: T): T {
  if (!reader.done) {
    throw new ProtocolError("truncated", "cannot read a frame: bytes are left over");
  }
  return frame;
}

function decodeEvent(reader: ByteReader): EventFrame {
  const seq = reader.varint();
  const ack = reader.varint();
  const kind = reader.byte();
  const region = kind & HAS_REGION ? reader.varint() : 0;
  const place = reader.varint();
  const code = kind & ~HAS_REGION;
  let type = EVENT_TYPES[code];
  if (code === 0) {
    type = reader.string();
    if (type.length > MAX_NAME) {
      throw new ProtocolError("limit", "cannot read an event: the name of its type is too long");
    }
  }
  if (!type) throw new ProtocolError("unknown-frame", "cannot read an event: its type is unknown");
  const payload = reader.done ? undefined : parseJson(reader.rest(), MAX_JSON_DEPTH);
  return { frame: Frame.EVENT, seq, ack, region, place, type, payload };
}

function decodeNavigate(reader: ByteReader): NavigateFrame {
  const seq = reader.varint();
  const ack = reader.varint();
  const given = parseJson(reader.rest(), 2) as { url?: unknown; mode?: unknown } | null;
  const url = given?.url;
  const mode = given?.mode;
  if (typeof url !== "string" || url.length > MAX_URL) {
    throw new ProtocolError(
      "limit",
      "cannot read a navigation: its address is missing or too long",
    );
  }
  if (mode !== "push" && mode !== "replace" && mode !== "pop") {
    throw new ProtocolError("json", "cannot read a navigation: its mode is unknown");
  }
  return { frame: Frame.NAVIGATE, seq, ack, url, mode };
}

/** What {@linkcode encodeEvent} writes. */
export type EventFields = Omit<EventFrame, "frame">;

/** An EVENT frame. */
export function encodeEvent(event: EventFields): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  const code = Math.max(0, EVENT_TYPES.indexOf(event.type));
  writer.byte(Frame.EVENT);
  writer.varint(event.seq);
  writer.varint(event.ack);
  writer.byte(code | (event.region > 0 ? HAS_REGION : 0));
  if (event.region > 0) writer.varint(event.region);
  writer.varint(event.place);
  if (code === 0) writer.string(event.type);
  if (event.payload !== undefined) writer.utf8(JSON.stringify(event.payload));
  return writer.take();
}

/** A frame whose payload is JSON (HELLO, CLIENT, WELCOME, ERROR). */
export function encodeJson(frame: number, value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.byte(frame);
  writer.utf8(JSON.stringify(value));
  return writer.take();
}

/** A NAVIGATE frame. */
export function encodeNavigate(
  navigate: Omit<NavigateFrame, "frame">,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.byte(Frame.NAVIGATE);
  writer.varint(navigate.seq);
  writer.varint(navigate.ack);
  writer.utf8(JSON.stringify({ url: navigate.url, mode: navigate.mode }));
  return writer.take();
}

/** A frame that is a type byte and perhaps one number: ACK, RENDER, PING, PONG. */
export function encodeNumber(frame: number, number?: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(8);
  writer.byte(frame);
  if (number !== undefined) writer.varint(number);
  return writer.take();
}
