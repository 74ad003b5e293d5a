/**
 * Markup as a byte stream that is pulled: nothing is encoded before the reader wants it.
 *
 * @module
 */

/** UTF-16 units encoded at once: a few network packets, far below a socket's buffer. */
const SLICE = 16 * 1024;

/** A text below this is not encoded alone: the call takes longer than the text. */
const CRUMB = 64;

/** A text below this may be joined with crumbs: what that may cost is less than a call. */
const SMALL = 2048;

/**
 * Where texts are encoded before their bytes are copied out. One for all streams: it is used only
 * while one chunk is made, and a unit takes three bytes at most.
 */
const scratch = new Uint8Array(3 * (SLICE + 1));
const encoder = new TextEncoder();

/** Markup: one text, or several that follow each other. */
export type Piece = string | readonly string[];

/** Pieces of markup, one after the other. */
export interface MarkupSource {
  /** The next piece, `undefined` at the end; a promise only when it must be waited for. */
  next(): Piece | undefined | Promise<Piece | undefined>;
  /** Nobody wants the rest. */
  cancel?(): void;
}

/**
 * A stream of UTF-8 over pieces of markup.
 *
 * @param pieces Each is read when the one before it has been taken.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { htmlStream } from "./stream.ts";
 * assertEquals(await new Response(htmlStream(["<p>", "hi</p>"])).text(), "<p>hi</p>");
 * ```
 */
export function htmlStream(
  pieces: Iterable<string> | MarkupSource,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = "next" in pieces ? pieces : sourceOf(pieces);
  const texts = new TextQueue();
  const give = (controller: ByteController, piece: Piece | undefined): void | Promise<void> => {
    if (piece === undefined) return controller.close();
    texts.add(piece);
    return take(controller);
  };
  // Without a promise where there is no need to wait: each costs a stream more than a small piece.
  const take = (controller: ByteController): void | Promise<void> => {
    const bytes = texts.encode();
    if (bytes) return controller.enqueue(bytes);
    const next = source.next();
    return next instanceof Promise
      ? next.then((piece) => give(controller, piece))
      : give(controller, next);
  };
  return new ReadableStream({ pull: take, cancel: () => source.cancel?.() }, { highWaterMark: 0 });
}

type ByteController = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/**
 * Texts that wait to be encoded. Long ones are never joined: one character beyond Latin-1 makes a
 * whole text take twice the memory and five times the time.
 */
class TextQueue {
  #texts: readonly string[] = [];
  #at = 0;
  /** Where the rest of the current text begins. */
  #from = 0;

  add(piece: Piece): void {
    this.#texts = typeof piece === "string" ? [piece] : withoutCrumbs(piece);
    this.#at = this.#from = 0;
  }

  /** The next bytes, `undefined` when there are none. */
  encode(): Uint8Array<ArrayBuffer> | undefined {
    // One text that fits, such as a region that settled alone, needs no copy.
    if (this.#at === this.#texts.length - 1 && this.#from === 0) {
      const text = this.#texts[this.#at]!;
      if (text.length > 0 && text.length <= SLICE) {
        this.#at++;
        return encoder.encode(text);
      }
    }
    let length = 0;
    let room = SLICE;
    while (room > 0 && this.#at < this.#texts.length) {
      const text = this.#texts[this.#at]!;
      let end = Math.min(this.#from + room, text.length);
      // Never between the halves of a surrogate pair.
      if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
      room -= end - this.#from;
      const part = end - this.#from === text.length ? text : text.slice(this.#from, end);
      length += encoder.encodeInto(part, length > 0 ? scratch.subarray(length) : scratch).written;
      if (end < text.length) this.#from = end;
      else {
        this.#at++;
        this.#from = 0;
      }
    }
    return length > 0 ? scratch.slice(0, length) : undefined;
  }
}

/** Texts with those that are not worth a call put before the ones that follow, if they are small. */
function withoutCrumbs(texts: readonly string[]): string[] {
  const whole: string[] = [];
  let crumbs = "";
  for (const text of texts) {
    if (text.length < CRUMB) {
      crumbs += text;
      continue;
    }
    if (text.length < SMALL) whole.push(crumbs + text);
    else if (crumbs === "") whole.push(text);
    else whole.push(crumbs, text);
    crumbs = "";
  }
  if (crumbs !== "") whole.push(crumbs);
  return whole;
}

function sourceOf(pieces: Iterable<string>): MarkupSource {
  const iterator = pieces[Symbol.iterator]();
  return {
    next(): string | undefined {
      const next = iterator.next();
      return next.done ? undefined : next.value;
    },
  };
}
