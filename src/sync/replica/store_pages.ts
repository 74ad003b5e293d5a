/** The reads that log and base have in common: both stand in the store as pages of many items. */

import type { StoreEntry, StoreRange, StoreTx } from "../ports.ts";

/** Pages read in one go: a reader that stops early, or one of a million rows, holds no more. */
const STRIDE = 20;

/** Everything under a prefix. */
export function under(prefix: string): StoreRange {
  return { from: prefix, before: `${prefix}\x7f` };
}

/** The page that `key` belongs into: the last one that does not begin after it. */
export async function pageOf(
  tx: StoreTx,
  prefix: string,
  key: string,
): Promise<StoreEntry | undefined> {
  const range = { from: prefix, before: `${prefix}${key}\x01`, limit: 1, reverse: true };
  return (await tx.range(range))[0];
}

/** The pages under `prefix` from the one on that `key` belongs into. */
export async function* pagesFrom<T>(
  tx: StoreTx,
  prefix: string,
  key: string,
): AsyncGenerator<readonly [key: string, page: readonly T[]]> {
  let from = (await pageOf(tx, prefix, key))?.[0] ?? prefix;
  for (;;) {
    const pages = await tx.range({ ...under(prefix), from, limit: STRIDE });
    for (const [key, page] of pages) {
      yield [key, page as readonly T[]];
      from = `${key}\x01`;
    }
    if (pages.length < STRIDE) return;
  }
}

/** @param page deleted when it is empty */
export function putPage(tx: StoreTx, key: string, page: readonly unknown[]): void {
  if (page.length > 0) tx.put(key, page);
  else tx.delete(key);
}

export async function deleteUnder(tx: StoreTx, prefix: string): Promise<void> {
  for (const [key] of await tx.range(under(prefix))) tx.delete(key);
}
