/**
 * Operations as cases write them into patches.
 *
 * @module
 */
import { Op } from "../../src/protocol/codes.ts";
import type { PatchWriter } from "../../src/protocol/patch_writer.ts";

/** TEXT of a place. */
export function text(place: number, to: string): (out: PatchWriter) => void {
  return (out) => {
    out.at(Op.TEXT, place);
    out.string(to);
  };
}

/** VALUE of a place. */
export function value(place: number, to: string): (out: PatchWriter) => void {
  return (out) => {
    out.at(Op.VALUE, place);
    out.string(to);
  };
}

/** RENDER of region 0. */
export function render(html: string): (out: PatchWriter) => void {
  return (out) => {
    out.op(Op.RENDER);
    out.varint(0);
    out.string(html);
  };
}
