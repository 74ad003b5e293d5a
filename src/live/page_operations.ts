/**
 * Operations that no part of the tree asks for: what a page does, or is told.
 *
 * @module
 */
import { Op } from "../protocol/codes.ts";
import type { PatchEncoder } from "../tree/encoder.ts";
import type { PlayerFacts } from "./live_port.ts";

/** Writes an operation into the frame that is being made. */
export type PageOperation = (encoder: PatchEncoder) => void;

/** An operation of texts alone: an address, a head entry, a ticket, a custom event. */
export function textOperation(op: number, ...texts: string[]): PageOperation {
  return ({ out }) => {
    out.op(op);
    for (const text of texts) out.string(text);
  };
}

/**
 * A native operation. A player on the web has no native views; it is sent the others, and does what
 * it can.
 *
 * @param player Who it is sent to, when it is.
 */
export function nativeOperation(
  op: number,
  texts: readonly string[],
  player: () => PlayerFacts | undefined,
): PageOperation {
  return (encoder) => {
    const platform = player()?.platform;
    const isNative = platform === "ios" || platform === "android";
    if (op !== Op.NATIVE_VIEW || isNative) textOperation(op, ...texts)(encoder);
  };
}

/** What a developer is shown of an error. */
export function describeError(
  error: unknown,
): { message: string; stack: string; components?: unknown } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return {
    message: error instanceof Error ? error.message : String(error),
    stack: cause instanceof Error ? cause.stack ?? "" : "",
    components: (error as { stackOfComponents?: unknown })?.stackOfComponents,
  };
}
