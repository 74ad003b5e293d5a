/** What a device does with the answer to a push, in one store transaction. */

import { HISTORY_PER_DEVICE } from "../limits.ts";
import type { StoreTx } from "../ports.ts";
import type { PushRequest, PushResponse, Tx, TxResult } from "../protocol.ts";
import { editLog, forkLog, pruneLog, readChunks } from "./log.ts";
import {
  letterKey,
  type LetterRecord,
  lettersWrites,
  type LogTx,
  lostKey,
  type LostRecord,
  putLetter,
  type ReplicaMeta,
} from "./records.ts";

export interface Answered {
  readonly meta: ReplicaMeta;
  /** Ids of the transactions that the server refused. */
  readonly rejected: readonly string[];
  readonly settled: number;
  readonly forked: boolean;
}

/** @returns undefined when the request was made by another client id than the present one */
export async function applyAnswer(
  tx: StoreTx,
  before: ReplicaMeta,
  request: PushRequest,
  response: PushResponse,
  newClientId: string,
): Promise<Answered | undefined> {
  if (before.clientId !== request.clientId || before.epoch !== request.epoch) return undefined;
  let meta: ReplicaMeta = { ...before, told: Math.max(before.told, request.ack) };
  const chunks = await readChunks(tx, {
    from: before.acked + 1,
    until: response.results.at(-1)?.seq ?? 0,
  });
  const log = new Map<number, LogTx>();
  for (const [, chunk] of chunks) for (const item of chunk) log.set(item.seq, item);
  const edits = new Map<number, undefined>();
  const rejected: string[] = [];
  let forked = false;
  for (const result of response.results) {
    if (result.seq <= meta.acked) continue;
    if (result.seq !== meta.acked + 1) break;
    const item = log.get(result.seq);
    // A request that lay around may name numbers that mean something else by now.
    if (item && item.mid !== request.txs.find(({ seq }) => seq === result.seq)?.mid) break;
    if (result.status === "forked") {
      forked = true;
      break;
    }
    if (item) {
      if (result.status === "rejected") {
        edits.set(result.seq, undefined);
        rejected.push(item.mid);
      }
      meta = keepOutcome(tx, meta, item, result);
    }
    meta = { ...meta, acked: result.seq };
  }
  await editLog(tx, edits);
  await trimHistory(tx, before, meta);
  const settled = meta.acked - before.acked;
  if (forked) meta = await forkLog(tx, meta, newClientId);
  else await pruneLog(tx, meta);
  return { meta, rejected, settled, forked };
}

/** Stores what a person may want to see of how it ended. */
function keepOutcome(tx: StoreTx, meta: ReplicaMeta, item: Tx, result: TxResult): ReplicaMeta {
  if (item.void !== undefined) {
    // Given up here, and yet the server had taken it before: then it is not lost after all.
    if (result.status !== "rejected") tx.delete(letterKey(item.mid));
    return meta;
  }
  if (result.status === "rejected") {
    return putLetter(tx, meta, letterOf(item, result.reason, result.message));
  }
  let nextLost = meta.nextLost;
  for (const index of result.lost ?? []) {
    const op = item.ops[index];
    if (!op) continue;
    const value = op.op === "put"
      ? { value: op.value }
      : op.op === "patch"
      ? { value: op.fields }
      : {};
    const lost: LostRecord = { res: op.res, key: op.key, at: item.at, ...value };
    tx.put(lostKey(nextLost++), lost);
  }
  return { ...meta, nextLost };
}

export function letterOf(
  item: Tx,
  reason = "rejected",
  message = "The server refused this write.",
): Omit<LetterRecord, "nth"> {
  return { id: item.mid, reason, message, time: item.at, writes: lettersWrites(item.ops) };
}

async function trimHistory(tx: StoreTx, before: ReplicaMeta, after: ReplicaMeta): Promise<void> {
  if (after.nextLost === before.nextLost || after.nextLost <= HISTORY_PER_DEVICE) return;
  const range = { from: "h/", before: lostKey(after.nextLost - HISTORY_PER_DEVICE) };
  for (const [key] of await tx.range(range)) tx.delete(key);
}
