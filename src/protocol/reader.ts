/**
 * Bytes in: every read checks its bounds, and nothing is allocated from a length that the peer
 * claims before the bytes are seen to be there.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import { MAX_NUMBER } from "./limits.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a frame from front to back. */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, position = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** @throws {ProtocolError} `truncated`. */
  byte(): number {
    if (this.position >= this.end) {
      throw new ProtocolError("truncated", "cannot read a frame: it ends inside a value");
    }
    return this.bytes[this.position++]!;
  }

  /**
   * Unsigned LEB128 up to 2^31 - 1 in its shortest form.
   *
   * @throws {ProtocolError} `truncated`, or `varint` for a number that is too large or padded.
   */
  varint(): number {
    let value = this.byte();
    if (value < 128) return value;
    value &= 127;
    let scale = 128;
    for (let i = 1; i < 5; i++) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (next < 128) {
        if (next === 0 || value > MAX_NUMBER) break;
        return value;
      }
      scale *= 128;
    }
    throw new ProtocolError("varint", "cannot read a number: it is too large or padded");
  }

  /** @throws {ProtocolError} `truncated`. */
  raw(length: number): Uint8Array {
    if (length > this.end - this.position) {
      throw new ProtocolError("truncated", "cannot read a frame: it ends inside a value");
    }
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  /** UTF-8 behind its length in bytes. @throws {ProtocolError} `truncated`, `utf8`. */
  string(): string {
    return decodeUtf8(this.raw(this.varint()));
  }

  /** All that is left, as UTF-8. @throws {ProtocolError} `utf8`. */
  rest(): string {
    return decodeUtf8(this.raw(this.end - this.position));
  }
}

/** @throws {ProtocolError} `utf8` when the bytes are no valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ProtocolError("utf8", "cannot read text: it is no valid UTF-8", { cause });
  }
}

/**
 * Parses JSON from a peer, refusing depth and the keys that reach prototypes.
 *
 * @param depth Deepest nesting of arrays and objects.
 * @throws {ProtocolError} `json`, `limit`.
 */
export function parseJson(text: string, depth: number): unknown {
  let open = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 92) i++;
      else if (c === 34) quoted = false;
    } else if (c === 34) quoted = true;
    else if (c === 91 || c === 123) {
      if (++open > depth) throw new ProtocolError("limit", "cannot read JSON: it nests too deep");
    } else if (c === 93 || c === 125) open--;
  }
  try {
    return JSON.parse(text, (key, value) => key === "__proto__" ? undefined : value);
  } catch (cause) {
    throw new ProtocolError("json", "cannot read JSON: it is malformed", { cause });
  }
}
