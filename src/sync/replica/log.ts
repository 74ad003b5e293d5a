/** The log's records: what one store transaction does to them. */

import { pad } from "../ids.ts";
import { LOG_CHUNK, MAX_FORMER_IDS, MAX_TX_LENGTH } from "../limits.ts";
import type { StoreTx } from "../ports.ts";
import type { Step } from "./commits.ts";
import { carriedKey, chunkKey, type LogChunk, type LogTx, type ReplicaMeta } from "./records.ts";
import { deleteUnder, pageOf, pagesFrom, putPage, under } from "./store_pages.ts";

/** Appends transactions that already have their numbers, many to a record. */
export function appendLog(tx: StoreTx, txs: readonly LogTx[], lengths: readonly number[]): void {
  let chunk: LogTx[] = [];
  let length = 0;
  const put = (): void => void (chunk[0] && tx.put(chunkKey(chunk[0].seq), chunk));
  for (const [i, item] of txs.entries()) {
    const own = lengths[i] ?? 0;
    if (chunk.length >= LOG_CHUNK || length + own > MAX_TX_LENGTH) {
      put();
      chunk = [];
      length = 0;
    }
    chunk.push(item);
    length += own;
  }
  put();
}

/** Records that hold number `seq` and later ones. */
export function chunksFrom(
  tx: StoreTx,
  seq: number,
): AsyncGenerator<readonly [key: string, chunk: LogChunk]> {
  return pagesFrom<LogTx>(tx, "l/", pad(seq));
}

/** Transactions `from` … `until`, as far as they are there. */
export async function readTxs(tx: StoreTx, from: number, until: number): Promise<LogTx[]> {
  const found: LogTx[] = [];
  for await (const [, chunk] of chunksFrom(tx, from)) {
    found.push(...chunk.filter(({ seq }) => seq >= from && seq <= until));
    if (chunk.at(-1)!.seq >= until) break;
  }
  return found;
}

/** The whole log, in order, and what is carried over from former client ids. */
export async function readLog(tx: StoreTx): Promise<{ log: LogTx[]; carried: LogTx[] }> {
  const [log, carried] = [await tx.range(under("l/")), await tx.range(under("k/"))]
    .map((entries) => entries.flatMap(([, chunk]) => chunk as LogChunk));
  return { log: log!, carried: carried! };
}

/** Puts `edit`'s answers in the places of transactions `from` … `until`, and of their neighbours. */
export async function editLog(
  tx: StoreTx,
  [from, until]: readonly [from: number, until: number],
  edit: (item: LogTx) => LogTx | undefined,
): Promise<void> {
  for await (const [key, chunk] of chunksFrom(tx, from)) {
    if (chunk[0]!.seq > until) break;
    const edited = chunk.map(edit);
    if (edited.some((item, i) => item !== chunk[i])) {
      putPage(tx, key, edited.filter((item) => item !== undefined));
    }
  }
}

/** Drops the records of which every transaction is both answered and delivered. */
export async function pruneLog(tx: StoreTx, meta: ReplicaMeta): Promise<void> {
  const settled = Math.min(meta.acked, meta.included);
  for (const [key, chunk] of await tx.range({ from: "l/", before: chunkKey(settled + 1) })) {
    if ((chunk as LogChunk).at(-1)!.seq <= settled) tx.delete(key);
  }
}

/**
 * Goes on under a new client id, with numbers from 1: this history and the server's do not fit
 * (a restored backup here or there, a copied disk). Ids of transactions stay, so that none takes
 * effect twice. What was answered is carried until it is delivered.
 */
export async function forkLog({ tx, meta, delta }: Step, clientId: string): Promise<void> {
  const { log } = await readLog(tx);
  await deleteUnder(tx, "l/");
  const answered = log.filter(({ seq }) => seq <= meta.acked && seq > meta.included);
  if (answered.length > 0) {
    const last = await pageOf(tx, "k/", "~");
    tx.put(carriedKey(last ? Number(last[0].slice(2)) + 1 : 0), answered);
  }
  const open = log.filter(({ seq }) => seq > meta.acked);
  appendLog(tx, open.map((item, i) => ({ ...item, seq: i + 1 })), []);
  meta.former = [[meta.clientId, meta.acked] as const, ...meta.former].slice(0, MAX_FORMER_IDS);
  meta.clientId = clientId;
  meta.nextSeq = open.length + 1;
  meta.acked = meta.told = meta.included = 0;
  delta.reload = true;
}
