/**
 * Markup as a byte stream that is pulled: nothing is encoded before the reader wants it.
 *
 * @module
 */

/** UTF-16 units encoded at once: a few network packets, far below a socket's buffer. */
const SLICE = 16 * 1024;

/** Pieces of markup, one after the other. */
export interface MarkupSource {
  /** The next piece, `undefined` at the end; a promise only when it must be waited for. */
  next(): string | undefined | Promise<string | undefined>;
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
  const encoder = new TextEncoder();
  const source = "next" in pieces ? pieces : sourceOf(pieces);
  let rest = "";
  const give = (
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
    piece: string | undefined,
  ): void | Promise<void> => {
    if (piece === undefined) return controller.close();
    if (piece === "") return take(controller);
    let end = Math.min(SLICE, piece.length);
    // Never between the halves of a surrogate pair.
    if (end < piece.length && (piece.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
    controller.enqueue(encoder.encode(piece.slice(0, end)));
    rest = piece.slice(end);
  };
  // Without a promise where there is no need to wait: each costs a stream more than a small piece.
  const take = (
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): void | Promise<void> => {
    if (rest !== "") return give(controller, rest);
    const next = source.next();
    return next instanceof Promise
      ? next.then((piece) => give(controller, piece))
      : give(controller, next);
  };
  return new ReadableStream({ pull: take, cancel: () => source.cancel?.() }, { highWaterMark: 0 });
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
