/**
 * DEFLATED frames.
 *
 * @module
 */
import { Frame } from "../protocol/codes.ts";

/** The DEFLATED frame of a frame, or the frame itself when that is no smaller. */
export async function deflate(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  if (packed.length + 1 >= bytes.length) return bytes;
  const frame = new Uint8Array(packed.length + 1);
  frame[0] = Frame.DEFLATED;
  frame.set(packed, 1);
  return frame;
}
