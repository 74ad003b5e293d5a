/** Why a frame was refused. */
export type ProtocolErrorCode =
  | "truncated"
  | "varint"
  | "limit"
  | "utf8"
  | "json"
  | "unknown-frame"
  | "unknown-op"
  | "sequence"
  | "state"
  | "handshake";

/**
 * A frame that breaks the protocol. Its message names what was wrong and never repeats the peer's
 * bytes.
 *
 * @example
 * ```ts
 * import { ProtocolError } from "./errors.ts";
 * console.assert(new ProtocolError("truncated", "cannot read a frame").code === "truncated");
 * ```
 */
export class ProtocolError extends Error {
  override name = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
