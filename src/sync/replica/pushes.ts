/** Pushing: what a device sends of its log, and what it does with the answer. */

import { ageOf } from "../clock.ts";
import { randomId } from "../ids.ts";
import { HISTORY_PER_DEVICE, MAX_PUSH_TXS } from "../limits.ts";
import { writtenBy } from "../ops.ts";
import type { PushRequest, PushResponse, Tx, TxResult } from "../protocol.ts";
import type { Step } from "./commits.ts";
import { letterOf, putLetter, readLetters } from "./letters.ts";
import { chunksFrom, editLog, forkLog, pruneLog, readTxs } from "./log.ts";
import { letterKey, lostKey, type LostRecord, requestHead } from "./records.ts";
import type { Replica } from "./replica.ts";

export interface PreparedPush {
  readonly request: PushRequest;
  /** Nothing waited beyond it when it was made. */
  readonly last: boolean;
}

/** What the answer to a push came to. */
export interface Settled {
  /** Transactions that have an outcome now. */
  readonly settled: number;
  /** Whether the rest goes on under a new client id. */
  readonly forked: boolean;
}

/**
 * The next push, or undefined when there is nothing to say.
 *
 * @param limits transactions and characters of JSON; one transaction is sent whatever its size
 */
export function preparePush(
  { clock, commits, view }: Replica,
  limits: {
    readonly txs: number;
    readonly length: number;
    /** Also when only the server's copies of old outcomes are to be released. */
    readonly release?: boolean;
  },
): Promise<PreparedPush | undefined> {
  return commits.read(async (tx, meta) => {
    const sentAt = clock.now();
    const { epoch, former, acked: ack } = meta;
    const txs: Tx[] = [];
    let length = 0;
    reading: for await (const [, chunk] of chunksFrom(tx, ack + 1)) {
      for (const item of chunk) {
        if (item.seq <= ack) continue;
        length += JSON.stringify(item).length;
        const isFull = txs.length >= Math.min(limits.txs, MAX_PUSH_TXS) || length > limits.length;
        if (isFull && txs.length > 0) break reading;
        const { written } = view.entry(item.mid) ?? {};
        txs.push({ ...item, at: sentAt - ageOf(clock, written, item.at) });
      }
    }
    if (txs.length === 0 && !(limits.release && meta.told < ack)) return undefined;
    const last = (txs.at(-1)?.seq ?? ack) >= meta.nextSeq - 1;
    return { request: { ...requestHead(meta), epoch, former, sentAt, ack, txs }, last };
  });
}

/** Takes the answer to a push. One to another client id than the present one settles nothing. */
export async function takeAnswer(
  { commits, random }: Replica,
  request: PushRequest,
  response: PushResponse,
): Promise<Settled> {
  const newClientId = randomId(random);
  const sent = new Map(request.txs.map(({ seq, mid }) => [seq, mid]));
  const taken = await commits.commit(async (step): Promise<Settled | undefined> => {
    const { tx, meta, delta } = step;
    if (meta.clientId !== request.clientId || meta.epoch !== request.epoch) return undefined;
    meta.told = Math.max(meta.told, request.ack);
    const before = meta.acked;
    const stored = await readTxs(tx, before + 1, response.results.at(-1)?.seq ?? 0);
    const log = new Map(stored.map((item) => [item.seq, item]));
    const rejected: string[] = [];
    let hasLetters = false;
    let forked = false;
    for (const result of response.results) {
      if (result.seq <= meta.acked) continue;
      if (result.seq !== meta.acked + 1) break;
      const item = log.get(result.seq);
      // A request that lay around may name numbers that mean something else by now.
      if (item && item.mid !== sent.get(result.seq)) break;
      forked = result.status === "forked";
      if (forked) break;
      if (item) {
        keepOutcome(step, item, result);
        if (result.status === "rejected") rejected.push(item.mid);
        hasLetters ||= result.status === "rejected" || item.void !== undefined;
      }
      meta.acked = result.seq;
    }
    const settled = meta.acked - before;
    if (rejected.length > 0) {
      const isRejected = new Set(rejected);
      const all = [before + 1, meta.acked] as const;
      await editLog(tx, all, (item) => isRejected.has(item.mid) ? undefined : item);
      delta.removed = rejected;
    }
    if (hasLetters) delta.letters = await readLetters(tx);
    if (forked) await forkLog(step, newClientId);
    else await pruneLog(tx, meta);
    return { settled, forked };
  });
  return taken ?? { settled: 0, forked: false };
}

/** Stores what a person may want to see of how it ended. */
function keepOutcome(step: Step, item: Tx, result: TxResult): void {
  const { tx, meta } = step;
  if (item.void !== undefined) {
    // Given up here, and yet the server had taken it before: then it is not lost after all.
    if (result.status !== "rejected") tx.delete(letterKey(item.mid));
  } else if (result.status === "rejected") {
    putLetter(step, letterOf(item, result.reason, result.message));
  } else {
    for (const index of result.lost ?? []) {
      const op = item.ops[index];
      if (!op) continue;
      const lost: LostRecord = { res: op.res, key: op.key, at: item.at, ...writtenBy(op) };
      tx.put(lostKey(meta.nextLost), lost);
      // Each takes the place of the one that it pushes out of the history.
      tx.delete(lostKey(meta.nextLost - HISTORY_PER_DEVICE));
      meta.nextLost++;
    }
  }
}

/** Gives up a transaction that the server cannot even be sent. Its number is still used. */
export async function giveUp(
  { commits }: Replica,
  { seq, mid }: Tx,
  reason: string,
  message: string,
): Promise<void> {
  await commits.commit(async (step) => {
    const { tx, delta } = step;
    await editLog(tx, [seq, seq], (item) => {
      if (item.mid !== mid || item.void !== undefined) return item;
      putLetter(step, letterOf(item, reason, message));
      delta.removed = [mid];
      return { seq, mid, at: item.at, ops: [], void: reason };
    });
    if (!delta.removed) return undefined;
    delta.letters = await readLetters(tx);
    return true;
  });
}
