/**
 * The base in pages: rows in the order of their keys, about 100 in one store record.
 *
 * ```
 * b1/todos/         [a…] [b…] [c…]      the first page stands under the prefix itself
 * b1/todos/d        [d…] [e…]           every other one under the first key it may hold
 * ```
 *
 * It is one level of a B-tree, with the store as the level above. One record per row was 25 times
 * slower in IndexedDB (7,000 rows a second instead of 174,000); one record per resource would be
 * rewritten whole by each change.
 */

import { decodeKey, encodeKey } from "../ids.ts";
import type { StoreTx } from "../ports.ts";

/** `[encoded key, version, value]` */
export type PageRow = readonly [key: string, version: number, value: unknown];

export interface RowChange {
  readonly key: string;
  readonly version: number;
  /** `undefined`: deleted. */
  readonly value: unknown;
}

export interface BaseRow {
  readonly key: string;
  readonly version: number;
  readonly value: unknown;
}

/**
 * Puts changes into the pages under `prefix`. A change that is older than what is there is left
 * out: a load may deliver a row twice, and the second time must not undo the first.
 */
export async function applyRows(
  tx: StoreTx,
  prefix: string,
  changes: readonly RowChange[],
  pageRows: number,
): Promise<void> {
  const sorted = changes
    .map((change): [string, RowChange] => [encodeKey(change.key), change])
    .sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1].version - b[1].version);
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i]![0];
    const [found] = await tx.range({
      from: prefix,
      before: `${prefix}${first}\x01`,
      limit: 1,
      reverse: true,
    });
    const pageKey = found?.[0] ?? prefix;
    const [next] = await tx.range({ from: `${pageKey}\x01`, before: `${prefix}\x7f`, limit: 1 });
    const end = next ? next[0].slice(prefix.length) : undefined;
    let last = i;
    while (last < sorted.length && (end === undefined || sorted[last]![0] < end)) last++;
    const rows = mergeRows((found?.[1] ?? []) as readonly PageRow[], sorted.slice(i, last));
    writePage(tx, prefix, pageKey, rows, pageRows);
    i = last;
  }
}

/** Both are sorted by key. */
function mergeRows(
  rows: readonly PageRow[],
  changes: readonly (readonly [string, RowChange])[],
): PageRow[] {
  const result: PageRow[] = [];
  let at = 0;
  for (let i = 0; i < changes.length; i++) {
    const [key, change] = changes[i]!;
    if (changes[i + 1]?.[0] === key) continue;
    while (at < rows.length && rows[at]![0] < key) result.push(rows[at++]!);
    const present = rows[at]?.[0] === key ? rows[at++] : undefined;
    if (present && present[1] > change.version) result.push(present);
    else if (change.value !== undefined) result.push([key, change.version, change.value]);
  }
  while (at < rows.length) result.push(rows[at++]!);
  return result;
}

function writePage(
  tx: StoreTx,
  prefix: string,
  pageKey: string,
  rows: readonly PageRow[],
  pageRows: number,
): void {
  if (rows.length === 0) {
    tx.delete(pageKey);
    return;
  }
  if (rows.length <= pageRows * 2) {
    tx.put(pageKey, rows);
    return;
  }
  for (let start = 0; start < rows.length; start += pageRows) {
    const part = rows.slice(start, start + pageRows);
    tx.put(start === 0 ? pageKey : prefix + part[0]![0], part);
  }
}

/** All rows under `prefix`, in order. */
export async function readRows(tx: StoreTx, prefix: string): Promise<BaseRow[]> {
  const pages = await tx.range({ from: prefix, before: `${prefix}\x7f` });
  const rows: BaseRow[] = [];
  for (const [, page] of pages) {
    for (const [key, version, value] of page as readonly PageRow[]) {
      rows.push({ key: decodeKey(key), version, value });
    }
  }
  return rows;
}

/** Pages read in one go. */
const STRIDE = 20;

/** Rows under `prefix` with encoded keys from `from` on, in order, until `enough` says so. */
export async function readRowsFrom(
  tx: StoreTx,
  prefix: string,
  from: string,
  take: (row: BaseRow) => boolean,
): Promise<void> {
  const [found] = await tx.range({
    from: prefix,
    before: `${prefix}${from}\x01`,
    limit: 1,
    reverse: true,
  });
  let start = found?.[0] ?? prefix;
  for (;;) {
    const pages = await tx.range({ from: start, before: `${prefix}\x7f`, limit: STRIDE });
    for (const [, page] of pages) {
      for (const [key, version, value] of page as readonly PageRow[]) {
        if (key >= from && !take({ key: decodeKey(key), version, value })) return;
      }
    }
    if (pages.length < STRIDE) return;
    start = `${pages.at(-1)![0]}\x01`;
  }
}

/** One row. */
export async function readRow(
  tx: StoreTx,
  prefix: string,
  key: string,
): Promise<BaseRow | undefined> {
  const encoded = encodeKey(key);
  const [found] = await tx.range({
    from: prefix,
    before: `${prefix}${encoded}\x01`,
    limit: 1,
    reverse: true,
  });
  const row = ((found?.[1] ?? []) as readonly PageRow[]).find((item) => item[0] === encoded);
  return row && { key, version: row[1], value: row[2] };
}
