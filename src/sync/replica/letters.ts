/** Writes that the server refused, as they are kept until a person dismisses them. */

import type { StoreTx } from "../ports.ts";
import type { Tx } from "../protocol.ts";
import { writtenBy } from "../ops.ts";
import type { Step } from "./commits.ts";
import { letterKey, type LetterRecord } from "./records.ts";
import { under } from "./store_pages.ts";

export function putLetter({ tx, meta }: Step, letter: Omit<LetterRecord, "nth">): void {
  tx.put(letterKey(letter.id), { ...letter, nth: meta.deaths++ });
}

export function letterOf(
  { mid, at, ops }: Tx,
  reason = "rejected",
  message = "The server refused this write.",
): Omit<LetterRecord, "nth"> {
  const writes = ops.map((op) => ({ name: op.res, key: op.key, kind: op.op, ...writtenBy(op) }));
  return { id: mid, reason, message, time: at, writes: writes as LetterRecord["writes"] };
}

/** All of them, in the order in which they came to be known. */
export async function readLetters(tx: StoreTx): Promise<LetterRecord[]> {
  const entries = await tx.range(under("d/"));
  return entries.map(([, value]) => value as LetterRecord).sort((a, b) => a.nth - b.nth);
}
