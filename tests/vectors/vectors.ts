/**
 * The golden frames: what stands in the JSON files beside this one.
 *
 * @module
 */
import type { ProtocolErrorCode } from "../../src/protocol/errors.ts";

/** A frame from a player. */
export interface UpVector {
  readonly name: string;
  readonly hex: string;
  readonly meaning: Readonly<Record<string, unknown>>;
}

/** A frame from a server, but for patches. */
export type DownVector = UpVector;

/** A handshake: what is made of it, or why it is refused. */
export interface HelloVector {
  readonly name: string;
  readonly hex: string;
  readonly meaning?: Readonly<Record<string, unknown>>;
  readonly code?: ProtocolErrorCode;
}

/** A page, the PATCH frames that come, and what the page is after each. */
export interface PatchVector {
  readonly name: string;
  /** Markup of region 0, without the comments around it. */
  readonly before: string;
  readonly frames: readonly {
    readonly hex: string;
    /** What the frame says. Templates stand in full wherever they are used. */
    readonly ops: readonly unknown[];
    /** The markup after it, as a browser would serialize it. */
    readonly after: string;
  }[];
  /** Number that the next place of region 0 gets. */
  readonly next: number;
}

/** Bytes that must be refused. */
export interface InvalidVector {
  readonly name: string;
  readonly from: "player" | "server";
  readonly hex: string;
  readonly code: ProtocolErrorCode;
}

/**
 * A DEFLATED frame. What encoders make of a frame differs; what decoders make of these bytes may
 * not. The page is `<p v>old</p>`.
 */
export interface DeflatedVector {
  readonly name: string;
  readonly hex: string;
  /** Zero bytes that follow, which nobody would want to read, and the end behind them. */
  readonly zeros?: number;
  readonly end?: string;
  /** The PATCH in it, and the page after it. */
  readonly frame?: string;
  readonly after?: string;
  /** Why it is refused. */
  readonly code?: ProtocolErrorCode;
}

/** The bytes of a DEFLATED frame. */
export function deflatedBytes(
  { hex, zeros = 0, end = "" }: DeflatedVector,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex + "00".repeat(zeros) + end);
}

/** Reads a file of vectors. */
export async function readVectors<T>(name: string): Promise<T[]> {
  return JSON.parse(await Deno.readTextFile(new URL(name, import.meta.url))) as T[];
}
