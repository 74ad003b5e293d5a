/**
 * Frames from a server, but for PATCH, which has a reader of its own.
 *
 * @module
 */
import { Frame, PROTOCOL_VERSION } from "./codes.ts";
import { ProtocolError } from "./errors.ts";
import { MAX_DOWN_FRAME, MAX_JSON_DEPTH, MAX_NUMBER } from "./limits.ts";
import { ByteReader, parseJson } from "./reader.ts";

/** How the server goes on with a player. */
export type WelcomeMode = "adopted" | "resumed" | "mounted" | "restored";

/** The answer to HELLO. */
export interface WelcomeFrame {
  readonly frame: typeof Frame.WELCOME;
  readonly mode: WelcomeMode;
  /** Number of the last PATCH sent before this socket. */
  readonly seq: number;
  /** Number of the last event that was run. */
  readonly ack: number;
  /** Number of the last event whose effects outlive this server; absent when none do. */
  readonly durable?: number;
}

/** What went wrong on the server. */
export interface ErrorFrame {
  readonly frame: typeof Frame.ERROR;
  /** `reload`, `dropped`, `handler`, `overloaded`, or one that a later server knows. */
  readonly code: string;
  readonly message: string | undefined;
  /** Name of the entry in the server's log. */
  readonly id: string | undefined;
  /** Number of the event that it is about. */
  readonly seq: number | undefined;
}

/** Any frame that a server sends. */
export type DownFrame =
  | WelcomeFrame
  | ErrorFrame
  | { readonly frame: typeof Frame.PATCH }
  | { readonly frame: typeof Frame.DURABLE; readonly event: number }
  | { readonly frame: typeof Frame.DEFLATED; readonly payload: Uint8Array }
  | { readonly frame: typeof Frame.PING }
  | { readonly frame: typeof Frame.PONG };

const MODES: ReadonlySet<unknown> = new Set(["adopted", "resumed", "mounted", "restored"]);

/**
 * Reads a frame from a server; a PATCH only as far as its type.
 *
 * @throws {ProtocolError} for anything but a known frame within the limits.
 */
export function decodeDown(bytes: Uint8Array): DownFrame {
  const reader = new ByteReader(bytes);
  const frame = reader.byte();
  switch (frame) {
    case Frame.PATCH:
      return { frame };
    case Frame.DEFLATED:
      return { frame, payload: bytes.subarray(1) };
    case Frame.PING:
    case Frame.PONG:
      if (!reader.done) throw new ProtocolError("truncated", "cannot read a frame: bytes are left");
      return { frame };
    case Frame.DURABLE: {
      const event = reader.varint();
      if (!reader.done) throw new ProtocolError("truncated", "cannot read a frame: bytes are left");
      return { frame, event };
    }
    case Frame.WELCOME:
      return readWelcome(readObject(reader));
    case Frame.ERROR:
      return readError(readObject(reader));
    default:
      throw new ProtocolError("unknown-frame", "cannot read a frame: its type is unknown");
  }
}

function readObject(reader: ByteReader): Record<string, unknown> {
  const value = parseJson(reader.rest(), MAX_JSON_DEPTH);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError("json", "cannot read a frame: its JSON is not an object");
  }
  return value as Record<string, unknown>;
}

function readWelcome({ v, mode, seq, ack, durable }: Record<string, unknown>): WelcomeFrame {
  if (v !== PROTOCOL_VERSION) {
    throw new ProtocolError(
      "handshake",
      `cannot talk to this server: it does not speak version ${PROTOCOL_VERSION} of the protocol`,
    );
  }
  if (!MODES.has(mode)) {
    throw new ProtocolError("handshake", "cannot read a welcome: its mode is unknown");
  }
  return {
    frame: Frame.WELCOME,
    mode: mode as WelcomeMode,
    seq: mustNumber(seq),
    ack: mustNumber(ack),
    ...durable !== undefined && { durable: mustNumber(durable) },
  };
}

function mustNumber(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_NUMBER) {
    throw new ProtocolError("sequence", "cannot read a frame: a number is out of range");
  }
  return value as number;
}

function readError({ code, message, id, seq }: Record<string, unknown>): ErrorFrame {
  return {
    frame: Frame.ERROR,
    code: typeof code === "string" ? code : "unknown",
    message: typeof message === "string" ? message : undefined,
    id: typeof id === "string" ? id : undefined,
    seq: typeof seq === "number" ? seq : undefined,
  };
}

/**
 * The frame in a DEFLATED one.
 *
 * @param payload Raw DEFLATE.
 * @throws {ProtocolError} `limit` past {@linkcode MAX_DOWN_FRAME} bytes, `truncated` for broken
 * data.
 */
export async function inflate(payload: Uint8Array): Promise<Uint8Array> {
  const packed = new Uint8Array(payload);
  try {
    const frame = await unpack("deflate-raw", packed);
    // Deno takes raw DEFLATE that was cut off for whole. Gzip is the same with a sum at its end,
    // and that is missed everywhere.
    await unpack("gzip", GZIP_HEAD, packed, gzipEnd(frame));
    return frame;
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw new ProtocolError("truncated", "cannot inflate a frame: it is broken", { cause });
  }
}

async function unpack(
  format: CompressionFormat,
  ...packed: Uint8Array<ArrayBuffer>[]
): Promise<Uint8Array> {
  const stream = new Blob(packed).stream().pipeThrough(new DecompressionStream(format));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > MAX_DOWN_FRAME) {
      throw new ProtocolError("limit", "cannot inflate a frame: it is too large");
    }
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** What stands before raw DEFLATE in gzip: its magic number, and no name, time or system. */
const GZIP_HEAD = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** What stands behind it: the CRC-32 and the length of what was packed. */
function gzipEnd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum >>> 1 ^ (sum & 1 && 0xedb88320);
  }
  const end = new DataView(new ArrayBuffer(8));
  end.setInt32(0, ~sum, true);
  end.setUint32(4, bytes.length, true);
  return new Uint8Array(end.buffer);
}
