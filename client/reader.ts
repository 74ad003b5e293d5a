/**
 * The frame being read. One at a time, so the cursor is the module's own: a read costs no object.
 *
 * The player trusts its server but not the way there: a frame that ends too early throws, so nothing
 * runs on for ever.
 *
 * @module
 */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

let bytes: Uint8Array;
let position = 0;
let end = 0;
let text = "";
let cut = 0;

/** Starts reading `frame` behind its type byte. */
export function open(frame: Uint8Array): void {
  bytes = frame;
  position = 1;
  end = frame.length;
}

/** The operations of a PATCH begin: what stands behind them is the text of the whole frame. */
export function split(): void {
  const length = varint();
  end = position + length;
  text = decode(end);
  cut = 0;
}

/** The text from `at` on. For the few letters of a click's patch the decoder is a detour. */
function decode(at: number): string {
  let letters = "";
  let next = at;
  if (bytes.length - at < 32) {
    while (bytes[next]! < 128) letters += String.fromCharCode(bytes[next++]!);
  }
  return next < bytes.length ? decoder.decode(bytes.subarray(at)) : letters;
}

/** Whether operations are left. */
export function more(): boolean {
  return position < end;
}

/** The next byte, left where it is. */
export function peek(): number | undefined {
  return bytes[position];
}

/**
 * Unsigned LEB128 up to 2^31 - 1; a byte of its own is one too, if it is below 128.
 *
 * @throws {Error} when the operations have ended.
 */
export function varint(): number {
  if (position >= end) throw Error("truncated");
  let value = bytes[position++]!;
  if (value > 127) {
    value &= 127;
    for (let shift = 7, next = 128; next > 127; shift += 7) {
      next = bytes[position++]!;
      value |= (next & 127) << shift;
    }
  }
  return value;
}

/** The next part of the text. At the end of the operations: all of it that is left. */
export function str(): string {
  return position < end ? text.slice(cut, cut += varint()) : text.slice(cut);
}

/** The JSON that ends a frame. */
export function json<T>(): T {
  return JSON.parse(decode(1));
}
