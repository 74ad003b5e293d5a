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
import type { Change } from "../protocol.ts";
import type { Row } from "../resource_rows.ts";
import { genPrefix } from "./records.ts";
import { pageOf, pagesFrom, putPage, under } from "./store_pages.ts";

/** `[encoded key, version, value]` */
export type PageRow = readonly [key: string, version: number, value: unknown];

/**
 * Puts changes of one resource into the pages under `prefix`. A change that is older than what is
 * there is left out: a load may deliver a row twice, and the second time must not undo the first.
 */
export async function applyRows(
  tx: StoreTx,
  prefix: string,
  changes: readonly Change[],
  pageRows: number,
): Promise<void> {
  const sorted = changes
    .map(([, key, version, value]): PageRow => [encodeKey(key), version, value])
    .sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);
  for (let i = 0; i < sorted.length;) {
    const found = await pageOf(tx, prefix, sorted[i]![0]);
    const pageKey = found?.[0] ?? prefix;
    const [next] = await tx.range({ ...under(prefix), from: `${pageKey}\x01`, limit: 1 });
    const end = next?.[0].slice(prefix.length) ?? "\x7f";
    const first = i;
    while (i < sorted.length && sorted[i]![0] < end) i++;
    const rows = mergeRows((found?.[1] ?? []) as readonly PageRow[], sorted.slice(first, i));
    putRows(tx, prefix, pageKey, rows, pageRows);
  }
}

/** Both are sorted by key. A change without a value deletes. */
function mergeRows(rows: readonly PageRow[], changes: readonly PageRow[]): PageRow[] {
  const result: PageRow[] = [];
  let at = 0;
  for (const [i, change] of changes.entries()) {
    const [key, version, value] = change;
    if (changes[i + 1]?.[0] === key) continue;
    while (at < rows.length && rows[at]![0] < key) result.push(rows[at++]!);
    const present = rows[at]?.[0] === key ? rows[at++] : undefined;
    if (present && present[1] > version) result.push(present);
    else if (value !== undefined) result.push(change);
  }
  return result.concat(rows.slice(at));
}

function putRows(
  tx: StoreTx,
  prefix: string,
  pageKey: string,
  rows: readonly PageRow[],
  pageRows: number,
): void {
  if (rows.length <= pageRows * 2) return putPage(tx, pageKey, rows);
  for (let start = 0; start < rows.length; start += pageRows) {
    const part = rows.slice(start, start + pageRows);
    tx.put(start === 0 ? pageKey : prefix + part[0]![0], part);
  }
}

/** All rows under `prefix`, in order. */
export async function readRows(tx: StoreTx, prefix: string): Promise<Row[]> {
  const pages = await tx.range(under(prefix));
  return pages.flatMap(([, page]) => (page as readonly PageRow[]).map(toRow));
}

/** Rows under `prefix` with encoded keys from `from` on, in order. */
export async function* rowsFrom(
  tx: StoreTx,
  prefix: string,
  from: string,
): AsyncGenerator<Row> {
  for await (const [, page] of pagesFrom<PageRow>(tx, prefix, from)) {
    for (const row of page) if (row[0] >= from) yield toRow(row);
  }
}

/** One row. */
export async function readRow(
  tx: StoreTx,
  prefix: string,
  key: string,
): Promise<Row | undefined> {
  const encoded = encodeKey(key);
  const page = (await pageOf(tx, prefix, encoded))?.[1] as readonly PageRow[] | undefined;
  const row = page?.find(([other]) => other === encoded);
  return row && toRow(row);
}

/** Every page of a generation, with the name of its resource. */
export async function* pagesOfAll(
  tx: StoreTx,
  gen: number,
): AsyncGenerator<readonly [res: string, page: readonly PageRow[], key: string]> {
  const prefix = genPrefix(gen);
  for await (const [key, page] of pagesFrom<PageRow>(tx, prefix, "")) {
    yield [key.slice(prefix.length).split("/", 1)[0]!, page, key];
  }
}

function toRow([key, version, value]: PageRow): Row {
  return { key: decodeKey(key), version, value };
}
