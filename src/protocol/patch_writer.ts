/**
 * Writes the operations of one PATCH frame.
 *
 * ```
 * 0x10  seq  acks  opsLength  ops…  text…
 * ```
 *
 * All text stands in one UTF-8 blob behind the operations, which hold lengths in UTF-16 units: one
 * decoder call a frame. The last length is left out when it ends the operations.
 *
 * An operation that names a place is `op, entry, entry…`; an entry starts with
 * `zigzag(place - previous place) << 1 | more`, so runs of one kind cost no op byte. Example, text
 * of places 12 and 52: `01  31 (=12·2<<1|1) 1  50 (=40·2<<1) …`.
 *
 * @module
 */
import { Frame, Op } from "./codes.ts";
import { ByteWriter } from "./writer.ts";

/** A point to come back to when what follows is thrown away. */
export interface PatchMark {
  readonly length: number;
  readonly text: string;
  readonly op: number;
  readonly entry: number;
  readonly place: number;
  readonly region: number;
  readonly strings: number;
}

const frame = new ByteWriter(4096);

/** Collects operations; {@linkcode PatchWriter.finish} makes the frame. */
export class PatchWriter {
  readonly #ops = new ByteWriter(256);
  #text = "";
  /** Operation of the last entry, or -1 when the next needs its own byte. */
  #op = -1;
  #entry = 0;
  #place = 0;
  #region = 0;
  /** Where the last string length began, if nothing follows it. */
  #lastLength = -1;

  get empty(): boolean {
    return this.#ops.length === 0;
  }

  /** Bytes so far, about. */
  get size(): number {
    return this.#ops.length + this.#text.length;
  }

  /** Bytes of operations so far. */
  get length(): number {
    return this.#ops.length;
  }

  mark(): PatchMark {
    return {
      length: this.#ops.length,
      text: this.#text,
      op: this.#op,
      entry: this.#entry,
      place: this.#place,
      region: this.#region,
      strings: this.#lastLength,
    };
  }

  /** Throws away what was written since `mark`. */
  rewind(mark: PatchMark): void {
    this.#ops.length = mark.length;
    this.#text = mark.text;
    this.#op = mark.op;
    this.#entry = mark.entry;
    this.#place = mark.place;
    this.#region = mark.region;
    this.#lastLength = mark.strings;
    if (mark.op >= 0) this.#ops.bytes[mark.entry]! &= 0xfe;
  }

  /** Following places belong to `region`; the frame starts in region 0. */
  region(region: number): void {
    if (region === this.#region) return;
    this.op(Op.REGION);
    this.varint(region);
    this.#region = region;
    this.#place = 0;
  }

  /** Starts an operation that names no place. */
  op(op: number): void {
    this.#ops.byte(op);
    this.#op = -1;
    this.#lastLength = -1;
  }

  /** Starts an operation at a place of the current region. */
  at(op: number, place: number): void {
    const ops = this.#ops;
    if (op === this.#op) ops.bytes[this.#entry]! |= 1;
    else {
      ops.byte(op);
      this.#op = op;
    }
    this.#entry = ops.length;
    const delta = place - this.#place;
    ops.varint((delta < 0 ? -delta * 2 - 1 : delta * 2) * 2);
    this.#place = place;
    this.#lastLength = -1;
  }

  varint(value: number): void {
    this.#ops.varint(value);
    this.#lastLength = -1;
  }

  /** A string: its length here, its text in the blob. */
  string(text: string): void {
    const ops = this.#ops;
    this.#lastLength = ops.length;
    ops.varint(text.length);
    this.#text += text;
  }

  /**
   * The frame, and an empty writer.
   *
   * @param seq Number of the frame on its connection.
   * @param acks Events whose handlers have run since the frame before.
   */
  finish(seq: number, acks: number): Uint8Array<ArrayBuffer> {
    frame.reset();
    frame.byte(Frame.PATCH);
    frame.varint(seq);
    frame.varint(acks);
    const length = this.#lastLength >= 0 ? this.#lastLength : this.#ops.length;
    frame.varint(length);
    frame.raw(this.#ops.bytes.subarray(0, length));
    // A lone surrogate and NUL become U+FFFD, as they do in markup; it has the same length, so that
    // slicing stays right.
    frame.utf8(this.#text.toWellFormed().replaceAll("\0", "\ufffd"));
    this.clear();
    return frame.take();
  }

  clear(): void {
    this.#ops.reset();
    this.#text = "";
    this.#op = -1;
    this.#place = 0;
    this.#region = 0;
    this.#lastLength = -1;
  }
}
