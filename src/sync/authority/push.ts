/**
 * Takes a device's transactions, each exactly once and in its order.
 *
 * ```
 * device log      7  8  9          push 7 8 9 → applied; the answer is lost
 * device          7  8  9 10       push 7 8 9 10
 * server lastSeq  9                7 8 9: stored outcomes, by number and id; 10: applied
 * ```
 *
 * A number at or below `lastSeq` under another id means that two histories share one client id (the
 * device was restored from a backup, or its disk was copied): it is told that it forked, and sends
 * the rest under a new client id. A number that leaves a gap means that the server lost what it had
 * confirmed; the device starts a new client id too, and loses nothing that it still has.
 */

import { correctedTime } from "../clock.ts";
import { SyncError } from "../errors.ts";
import { KEPT_OUTCOMES, MAX_COMMIT_TRIES } from "../limits.ts";
import type { AuthorityStore, StoreTx } from "../ports.ts";
import type { Op, PushResponse, Tx, TxResult } from "../protocol.ts";
import type { BadTx, DecodedPush } from "../request_codec.ts";
import type { Row } from "./decide.ts";
import { Plan, rowsTouched } from "./plan.ts";
import { type SyncIdentity, type SyncPolicy, SyncRefusal } from "./policy.ts";
import { clientKey, META_KEY, outcomeKey } from "./records.ts";
import type { ClientRecord, Meta, OutcomeRecord } from "./records.ts";

/** What push and the direct writes of the server share. */
export interface AuthorityCore<Identity extends SyncIdentity> {
  readonly store: AuthorityStore;
  readonly policy: SyncPolicy<Identity>;
  readonly now: () => number;
  /** The scope's meta, made on first use. */
  readonly meta: (scope: string) => Promise<Meta>;
}

interface Seen {
  readonly meta: Meta;
  readonly client: ClientRecord | undefined;
  readonly stored: ReadonlyMap<number, OutcomeRecord>;
  readonly rows: Map<string, Row | undefined>;
}

export interface PushOutcome {
  readonly response: PushResponse;
  /** Whether any row changed. */
  readonly changed: boolean;
}

export async function push<Identity extends SyncIdentity>(
  core: AuthorityCore<Identity>,
  identity: Identity,
  request: DecodedPush,
): Promise<PushOutcome> {
  const results: TxResult[] = [];
  const now = core.now();
  const txs = request.txs.map((tx) => upgraded(core.policy, tx, request.schema));
  let rest: readonly (Tx | BadTx)[] = txs;
  let most = Infinity;
  let changed = false;
  await core.meta(request.scope);
  for (let tries = 0;;) {
    const seen = await look(core, request, identity, rest);
    admit(seen, request, identity);
    const lastSeq = seen.client?.lastSeq ?? 0;
    const known = rest.filter((tx) => tx.seq <= lastSeq);
    for (const tx of known) {
      const result = recall(tx, seen.stored.get(tx.seq));
      results.push(result);
      if (result.status === "forked") return answer(seen.meta, lastSeq, results, changed, now);
    }
    rest = rest.slice(known.length);
    if (rest.length === 0 && request.ack <= (seen.client?.acked ?? 0)) {
      return answer(seen.meta, lastSeq, results, changed, now);
    }
    if (rest.length > 0 && rest[0]!.seq !== lastSeq + 1) {
      throw new SyncRefusal("gap", `Cannot take transaction ${rest[0]!.seq}: after ${lastSeq}`, {
        lastSeq,
        epoch: seen.meta.epoch,
      });
    }
    const batch = await planBatch(core, identity, request, seen, rest, most, now);
    const committed = await commit(core, request, seen, batch);
    if (committed === "too-large") {
      // Alone and still too large: it can never be taken, and must not block what follows.
      if (batch.outcomes.length <= 1) most = 0;
      else most = Math.ceil(batch.outcomes.length / 2);
      continue;
    }
    if (committed === "moved") {
      if (++tries < MAX_COMMIT_TRIES) continue;
      throw new SyncRefusal("busy", "Cannot commit: too many others write here; try again");
    }
    tries = 0;
    most = most === 0 ? 1 : most;
    changed ||= batch.plan.meta.version !== seen.meta.version;
    for (const { mid: _, ...result } of batch.outcomes) results.push(result);
    rest = rest.slice(batch.outcomes.length);
    if (rest.length === 0) {
      return answer(batch.plan.meta, batch.client.lastSeq, results, changed, now);
    }
  }
}

function answer(
  meta: Meta,
  lastSeq: number,
  results: readonly TxResult[],
  changed: boolean,
  now: number,
): PushOutcome {
  return { response: { epoch: meta.epoch, lastSeq, serverTime: now, results }, changed };
}

/** Reads what the decision stands on, in one snapshot. */
function look<Identity extends SyncIdentity>(
  core: AuthorityCore<Identity>,
  request: DecodedPush,
  identity: Identity,
  rest: readonly (Tx | BadTx)[],
): Promise<Seen> {
  return core.store.tx(request.scope, "read", async (tx) => {
    const meta = await tx.get(META_KEY) as Meta;
    const client = await tx.get(clientKey(request.clientId)) as ClientRecord | undefined;
    const lastSeq = client?.lastSeq ?? 0;
    const stored = new Map<number, OutcomeRecord>();
    const fresh: Tx[] = [];
    for (const item of rest) {
      if (item.seq <= lastSeq) {
        const outcome = await tx.get(outcomeKey(request.clientId, item.seq));
        if (outcome) stored.set(item.seq, outcome as OutcomeRecord);
      } else if (!("bad" in item)) fresh.push(item);
    }
    const rows = new Map<string, Row | undefined>();
    for (const [id, key] of rowsTouched(identity.userId, request.clientId, fresh)) {
      rows.set(id, await tx.get(key) as Row | undefined);
    }
    return { meta, client, stored, rows };
  });
}

/** @throws {SyncRefusal} for a foreign client, or one that lives in another epoch */
function admit(seen: Seen, request: DecodedPush, identity: SyncIdentity): void {
  if (seen.client && seen.client.user !== identity.userId) {
    throw new SyncRefusal("forbidden", "Cannot take this push: it is not this user's to send");
  }
  if (request.epoch !== null && request.epoch !== seen.meta.epoch) {
    throw new SyncRefusal("epoch", "Cannot take this push: pull first, the server began anew", {
      epoch: seen.meta.epoch,
    });
  }
}

/** How a transaction ended that was taken before. */
function recall(tx: Tx | BadTx, stored: OutcomeRecord | undefined): TxResult {
  if (!stored) {
    return {
      seq: tx.seq,
      status: "rejected",
      reason: "outcome-expired",
      message: "The server no longer knows how this write ended.",
    };
  }
  const { mid, ...result } = stored;
  return mid === tx.mid ? result : { seq: tx.seq, status: "forked" };
}

interface Batch<Identity extends SyncIdentity> {
  readonly plan: Plan<Identity>;
  readonly outcomes: readonly OutcomeRecord[];
  readonly client: ClientRecord;
}

/**
 * Plans as many transactions as fit one commit, `most` at most. With `most` 0 the first one is
 * recorded as too large.
 */
async function planBatch<Identity extends SyncIdentity>(
  core: AuthorityCore<Identity>,
  identity: Identity,
  request: DecodedPush,
  seen: Seen,
  txs: readonly (Tx | BadTx)[],
  most: number,
  now: number,
): Promise<Batch<Identity>> {
  const by = request.clientId;
  const before = seen.client;
  const plan = new Plan(core.policy, seen.meta, new Map(seen.rows));
  const serverNow = Math.max(now, seen.meta.clock);
  const outcomes: OutcomeRecord[] = [];
  let lastTime = before?.lastTime ?? 0;
  for (const tx of txs) {
    if (outcomes.length >= Math.max(1, most)) break;
    if (outcomes.length > 0 && isFull(core.store, plan, outcomes.length, tx)) break;
    lastTime = correctedTime(serverNow, request.sentAt, tx.at, lastTime);
    const head = { seq: tx.seq, mid: tx.mid };
    if ("bad" in tx) outcomes.push({ ...head, status: "rejected", ...tx.bad });
    else if (most === 0) outcomes.push({ ...head, status: "rejected", ...TOO_LARGE });
    else outcomes.push({ ...head, ...await plan.add({ identity, by, at: lastTime }, tx) });
  }
  const lastSeq = (before?.lastSeq ?? 0) + outcomes.length;
  const client: ClientRecord = {
    user: identity.userId,
    lastSeq,
    lastTime,
    seen: now,
    acked: Math.max(before?.acked ?? 0, Math.min(request.ack, lastSeq)),
    kept: before?.kept ?? 1,
  };
  return { plan, outcomes, client };
}

const TOO_LARGE = {
  reason: "too-large",
  message: "This write is too large for the server's store.",
};

/** Whether one more transaction might pass what the store takes in one commit. */
function isFull<Identity extends SyncIdentity>(
  store: AuthorityStore,
  plan: Plan<Identity>,
  outcomes: number,
  next: Tx | BadTx,
): boolean {
  const ops = "bad" in next ? 0 : next.ops.length;
  if (plan.writes + outcomes + ops * 3 + 50 > store.limits.writes) return true;
  return store.limits.length < LARGE && plan.length + outcomes * 120 > store.limits.length / 2;
}

/** Stores beyond this take whatever fits one request; measuring would cost more than it saves. */
const LARGE = 16 * 1024 * 1024;

/** How many old outcomes one push clears away, at most. */
const PRUNE = 40;

async function commit<Identity extends SyncIdentity>(
  core: AuthorityCore<Identity>,
  request: DecodedPush,
  seen: Seen,
  batch: Batch<Identity>,
): Promise<"done" | "moved" | "too-large"> {
  try {
    return await core.store.tx(request.scope, "write", async (tx) => {
      if (!await stillSeen(tx, request.clientId, seen)) return "moved";
      if (batch.outcomes.length > 0) await batch.plan.write(tx);
      for (const outcome of batch.outcomes) {
        tx.put(outcomeKey(request.clientId, outcome.seq), outcome);
      }
      const { client } = batch;
      const kept = Math.min(
        Math.max(client.kept, client.acked - KEPT_OUTCOMES),
        client.kept + PRUNE,
      );
      for (let seq = client.kept; seq < kept; seq++) tx.delete(outcomeKey(request.clientId, seq));
      tx.put(clientKey(request.clientId), { ...client, kept });
      return "done";
    });
  } catch (error) {
    if (error instanceof SyncError && error.code === "too-large") return "too-large";
    throw error;
  }
}

/** Whether nothing moved since {@linkcode look}: every change of a row moves the version. */
async function stillSeen(tx: StoreTx, clientId: string, seen: Seen): Promise<boolean> {
  const meta = await tx.get(META_KEY) as Meta;
  if (meta.version !== seen.meta.version || meta.epoch !== seen.meta.epoch) return false;
  const client = await tx.get(clientKey(clientId)) as ClientRecord | undefined;
  return client?.lastSeq === seen.client?.lastSeq && client?.acked === seen.client?.acked;
}

/** The transaction in today's shape, where its device runs an older version of the app. */
function upgraded<Identity extends SyncIdentity>(
  policy: SyncPolicy<Identity>,
  tx: Tx | BadTx,
  from: number,
): Tx | BadTx {
  const { upgrade, schema = 0 } = policy;
  if (!upgrade || from >= schema || "bad" in tx) return tx;
  try {
    const ops = tx.ops.map((op): Op => {
      const turn = (value: unknown) => upgrade({ name: op.res, key: op.key, value }, from);
      if (op.op === "put") return { ...op, value: turn(op.value) };
      if (op.op === "patch") return { ...op, fields: turn(op.fields) as typeof op.fields };
      return op;
    });
    return { ...tx, ops };
  } catch (error) {
    policy.onError?.(error, "upgrade");
    const message = "The server could not bring this write to its present shape.";
    return { seq: tx.seq, mid: tx.mid, at: tx.at, bad: { reason: "handler-failed", message } };
  }
}
