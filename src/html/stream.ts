/**
 * Markup as a byte stream that is pulled: nothing is encoded before the reader wants it.
 *
 * @module
 */

/** UTF-16 units encoded at once: a few network packets, far below a socket's buffer. */
const SLICE = 16 * 1024;

/**
 * A stream of UTF-8 over pieces of markup.
 *
 * @param pieces Each is read when the one before it has been taken.
 * @param cancelled Called when the reader goes away before the end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { htmlStream } from "./stream.ts";
 * assertEquals(await new Response(htmlStream(["<p>", "hi</p>"])).text(), "<p>hi</p>");
 * ```
 */
export function htmlStream(
  pieces: Iterable<string> | AsyncIterable<string>,
  cancelled?: (reason: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const iterator = iterate(pieces);
  let rest = "";
  return new ReadableStream({
    async pull(controller): Promise<void> {
      while (rest === "") {
        const next = await iterator.next();
        if (next.done) return controller.close();
        rest = next.value;
      }
      let end = Math.min(SLICE, rest.length);
      // Never between the halves of a surrogate pair.
      if (end < rest.length && (rest.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
      controller.enqueue(encoder.encode(rest.slice(0, end)));
      rest = rest.slice(end);
    },
    async cancel(reason): Promise<void> {
      cancelled?.(reason);
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}

function iterate(
  pieces: Iterable<string> | AsyncIterable<string>,
): AsyncIterator<string> | Iterator<string> {
  return Symbol.asyncIterator in pieces
    ? pieces[Symbol.asyncIterator]()
    : pieces[Symbol.iterator]();
}
