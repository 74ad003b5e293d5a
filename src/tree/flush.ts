/**
 * Flushing: from stale parts to one PATCH frame's operations.
 *
 * @module
 */
import { AsyncSlot } from "./async_slot.ts";
import { giveUp, update } from "./diff.ts";
import type { PatchEncoder } from "./encoder.ts";
import type { Tree } from "./tree.ts";

/** Renders that write signals they read make each other stale for ever. */
const MAX_ROUNDS = 100;

/** A page whose renders keep making each other stale. */
export class RenderLoopError extends Error {
  override name = "RenderLoopError";
  readonly code = "render-loop";
}

/**
 * Writes the patches of everything that is stale into `encoder.out`.
 *
 * @throws {RenderLoopError} when renders write signals that they read.
 */
export function flushTree(tree: Tree, encoder: PatchEncoder): void {
  for (let round = 0; tree.stale; round++) {
    if (round === MAX_ROUNDS) {
      throw new RenderLoopError(
        `cannot finish an update: after ${MAX_ROUNDS} rounds components are still stale; a render ` +
          `function writes a signal that it or another one reads, move the write to a handler`,
      );
    }
    tree.eachStale((stale) => {
      if (!(stale instanceof AsyncSlot)) encoder.select(stale.region);
      const restore = encoder.savepoint();
      try {
        update(encoder, stale);
      } catch (error) {
        restore();
        giveUp(stale, error);
      }
      encoder.settle();
    });
  }
}
