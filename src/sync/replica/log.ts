/** The log's records: what one store transaction does to them. */

import { LOG_CHUNK, MAX_FORMER_IDS, MAX_TX_LENGTH } from "../limits.ts";
import type { StoreTx } from "../ports.ts";
import type { FormerId } from "../protocol.ts";
import { carriedKey, chunkKey, type LogChunk, type LogTx, type ReplicaMeta } from "./records.ts";

/** Appends transactions that already have their numbers, many to a record. */
export function appendLog(tx: StoreTx, txs: readonly LogTx[], lengths: readonly number[]): void {
  let chunk: LogTx[] = [];
  let length = 0;
  for (const [i, item] of txs.entries()) {
    const own = lengths[i] ?? 0;
    if (chunk.length >= LOG_CHUNK || (chunk.length > 0 && length + own > MAX_TX_LENGTH)) {
      tx.put(chunkKey(chunk[0]!.seq), chunk);
      chunk = [];
      length = 0;
    }
    chunk.push(item);
    length += own;
  }
  if (chunk.length > 0) tx.put(chunkKey(chunk[0]!.seq), chunk);
}

/** Records that hold number `from` and later ones, as far as `until`, at most `limit`. */
export async function readChunks(
  tx: StoreTx,
  part: { readonly from: number; readonly until?: number; readonly limit?: number },
): Promise<(readonly [key: string, chunk: LogChunk])[]> {
  const [first] = await tx.range({
    from: "l/",
    before: chunkKey(part.from + 1),
    limit: 1,
    reverse: true,
  });
  const chunks = await tx.range({
    from: first?.[0] ?? "l/",
    before: part.until === undefined ? "l/\x7f" : chunkKey(part.until + 1),
    ...(part.limit !== undefined && { limit: part.limit }),
  });
  return chunks as unknown as (readonly [string, LogChunk])[];
}

/** The whole log, in order, and what is carried over from former client ids. */
export async function readLog(tx: StoreTx): Promise<{ log: LogTx[]; carried: LogTx[] }> {
  const log = await tx.range({ from: "l/", before: "l/\x7f" });
  const carried = await tx.range({ from: "k/", before: "k/\x7f" });
  return {
    log: log.flatMap(([, chunk]) => chunk as LogChunk),
    carried: carried.flatMap(([, chunk]) => chunk as LogChunk),
  };
}

/** Takes transactions out of their records, or puts others in their places. */
export async function editLog(
  tx: StoreTx,
  edits: ReadonlyMap<number, LogTx | undefined>,
): Promise<void> {
  if (edits.size === 0) return;
  const numbers = [...edits.keys()];
  const part = { from: Math.min(...numbers), until: Math.max(...numbers) };
  for (const [key, chunk] of await readChunks(tx, part)) {
    if (!chunk.some((item) => edits.has(item.seq))) continue;
    const rest = chunk.flatMap((item) => {
      if (!edits.has(item.seq)) return [item];
      const other = edits.get(item.seq);
      return other ? [other] : [];
    });
    if (rest.length > 0) tx.put(key, rest);
    else tx.delete(key);
  }
}

/** Drops the records of which every transaction is both answered and delivered. */
export async function pruneLog(tx: StoreTx, meta: ReplicaMeta): Promise<void> {
  const settled = Math.min(meta.acked, meta.included);
  for (const [key, value] of await tx.range({ from: "l/", before: chunkKey(settled + 1) })) {
    const chunk = value as LogChunk;
    if (chunk.every((item) => item.seq <= settled)) tx.delete(key);
  }
}

/**
 * Goes on under a new client id, with numbers from 1: this history and the server's do not fit
 * (a restored backup here or there, a copied disk). Ids of transactions stay, so that none takes
 * effect twice. What was answered is carried until it is delivered.
 */
export async function forkLog(
  tx: StoreTx,
  meta: ReplicaMeta,
  clientId: string,
): Promise<ReplicaMeta> {
  const entries = await tx.range({ from: "l/", before: "l/\x7f" });
  const all = entries.flatMap(([, chunk]) => chunk as LogChunk);
  for (const [key] of entries) tx.delete(key);
  const answered = all.filter((item) => item.seq <= meta.acked && item.seq > meta.included);
  if (answered.length > 0) {
    const [last] = await tx.range({ from: "k/", before: "k/\x7f", limit: 1, reverse: true });
    tx.put(carriedKey(last ? Number(last[0].slice(2)) + 1 : 0), answered);
  }
  const open = all.filter((item) => item.seq > meta.acked);
  appendLog(tx, open.map((item, i) => ({ ...item, seq: i + 1 })), []);
  const own: FormerId = [meta.clientId, meta.acked];
  const former = [own, ...meta.former].slice(0, MAX_FORMER_IDS);
  return { ...meta, clientId, former, nextSeq: open.length + 1, acked: 0, told: 0, included: 0 };
}

/** Drops what is carried: it has been delivered. */
export async function dropCarried(tx: StoreTx): Promise<void> {
  for (const [key] of await tx.range({ from: "k/", before: "k/\x7f" })) tx.delete(key);
}
