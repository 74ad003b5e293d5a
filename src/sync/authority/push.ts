/**
 * Takes a device's transactions, each exactly once and in its order.
 *
 * ```
 * device log      7  8  9          push 7 8 9 → applied; the answer is lost
 * device          7  8  9 10       push 7 8 9 10
 * server lastSeq  9                7 8 9: known by their ids; 10: applied
 * ```
 *
 * Numbers give the order, ids say what is the same. A number at or below `lastSeq` under another id
 * means that two histories share one client id (the device was restored from a backup, or its disk
 * was copied): it is told that it forked, and sends the rest under a new client id. A number that
 * leaves a gap means that the server lost what it had confirmed; the device starts a new client id
 * too, and loses nothing that it still has.
 */

import { correctedTime } from "../clock.ts";
import { SyncError } from "../errors.ts";
import { KEPT_OUTCOMES, MAX_COMMIT_TRIES } from "../limits.ts";
import type { AuthorityStore, StoreTx } from "../ports.ts";
import type { FormerId, Op, PushResponse, Tx, TxResult } from "../protocol.ts";
import type { BadTx, DecodedPush } from "../request_codec.ts";
import type { Row } from "./decide.ts";
import { Plan, rowsTouched } from "./plan.ts";
import { type SyncIdentity, type SyncPolicy, SyncRefusal } from "./policy.ts";
import { dropPage } from "./collect.ts";
import {
  clientKey,
  idPageKey,
  idPlace,
  IDS_PER_PAGE,
  isSameMeta,
  META_KEY,
  outcomeKey,
} from "./records.ts";
import type { ClientRecord, IdPage, Meta, OutcomeRecord } from "./records.ts";

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
  /** Those of the former ids that are not somebody else's. */
  readonly former: readonly FormerId[];
  /** How transactions ended that were taken before, by id. */
  readonly known: ReadonlyMap<string, OutcomeRecord>;
  /** Ids under the numbers that were used before; undefined where that is not kept any more. */
  readonly used: ReadonlyMap<number, string | undefined>;
  /** The last page of ids, to which new ones are added. */
  readonly page: IdPage;
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
    const old = rest.filter((tx) => tx.seq <= lastSeq);
    for (const tx of old) {
      const result = recall(tx, seen);
      results.push(result);
      if (result.status === "forked") return answer(seen.meta, lastSeq, results, changed, now);
    }
    rest = rest.slice(old.length);
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
      most = batch.taken.length <= 1 ? 0 : Math.ceil(batch.taken.length / 2);
      continue;
    }
    if (committed === "moved") {
      if (++tries < MAX_COMMIT_TRIES) continue;
      throw new SyncRefusal("busy", "Cannot commit: too many others write here; try again");
    }
    tries = 0;
    most = most === 0 ? 1 : most;
    changed ||= batch.plan.meta.version !== seen.meta.version;
    for (const { result } of batch.taken) results.push(result);
    rest = rest.slice(batch.taken.length);
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
    const former: FormerId[] = [];
    for (const own of request.former) {
      const other = await tx.get(clientKey(own[0])) as ClientRecord | undefined;
      if (!other || other.user === identity.userId) former.push(own);
    }
    const known = new Map<string, OutcomeRecord>();
    const used = new Map<number, string | undefined>();
    const pages = new Map<number, IdPage | undefined>();
    const pageOf = async (page: number): Promise<IdPage | undefined> => {
      if (!pages.has(page)) {
        pages.set(page, await tx.get(idPageKey(request.clientId, page)) as IdPage | undefined);
      }
      return pages.get(page);
    };
    const fresh: Tx[] = [];
    for (const item of rest) {
      const outcome = await tx.get(outcomeKey(item.mid)) as OutcomeRecord | undefined;
      if (outcome) known.set(item.mid, outcome);
      if (item.seq <= lastSeq) {
        const { page, at } = idPlace(item.seq);
        used.set(item.seq, (await pageOf(page))?.[at]);
      } else if (!outcome && !("bad" in item)) fresh.push(item);
    }
    const rows = new Map<string, Row | undefined>();
    for (const [id, key] of rowsTouched(identity.userId, request.clientId, fresh)) {
      rows.set(id, await tx.get(key) as Row | undefined);
    }
    const page = await pageOf(idPlace(lastSeq + 1).page) ?? [];
    return { meta, client, former, known, used, page, rows };
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

/** How a transaction ended whose number was used before. */
function recall(tx: Tx | BadTx, seen: Seen): TxResult {
  const { seq, mid } = tx;
  const used = seen.used.get(seq);
  if (used !== undefined && used !== mid) return { seq, status: "forked" };
  const outcome = seen.known.get(mid);
  if (outcome) return toResult(outcome, seq);
  return {
    seq,
    status: "rejected",
    reason: "outcome-expired",
    message: "The server no longer knows how this write ended.",
  };
}

function toResult({ client: _, ...result }: OutcomeRecord, seq: number): TxResult {
  return { ...result, seq };
}

interface Batch<Identity extends SyncIdentity> {
  readonly plan: Plan<Identity>;
  readonly taken: readonly {
    readonly mid: string;
    readonly result: TxResult;
    /** It had been taken under another number: it has no effect again. */
    readonly again: boolean;
  }[];
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
  const serverNow = Math.max(now, seen.meta.clock);
  const plan = new Plan(core.policy, seen.meta, new Map(seen.rows), serverNow);
  const taken: { mid: string; result: TxResult; again: boolean }[] = [];
  let lastTime = before?.lastTime ?? 0;
  for (const tx of txs) {
    if (taken.length >= Math.max(1, most)) break;
    if (taken.length > 0 && isFull(core.store, plan, taken.length, tx)) break;
    lastTime = correctedTime(serverNow, request.sentAt, tx.at, lastTime);
    const { seq, mid } = tx;
    const known = seen.known.get(mid);
    const add = (result: TxResult) => taken.push({ mid, result, again: known !== undefined });
    if (known) add(toResult(known, seq));
    else if ("bad" in tx) add({ seq, status: "rejected", ...tx.bad });
    else if (most === 0) add({ seq, status: "rejected", ...TOO_LARGE });
    else add({ seq, ...await plan.add({ identity, by, former: seen.former, at: lastTime }, tx) });
  }
  const lastSeq = (before?.lastSeq ?? 0) + taken.length;
  const client: ClientRecord = {
    user: identity.userId,
    lastSeq,
    lastTime,
    seen: now,
    acked: Math.max(before?.acked ?? 0, Math.min(request.ack, lastSeq)),
    keptPages: before?.keptPages ?? 0,
  };
  return { plan, taken, client };
}

const TOO_LARGE = {
  reason: "too-large",
  message: "This write is too large for the server's store.",
};

/** Whether one more transaction might pass what the store takes in one commit. */
function isFull<Identity extends SyncIdentity>(
  store: AuthorityStore,
  plan: Plan<Identity>,
  taken: number,
  next: Tx | BadTx,
): boolean {
  const ops = "bad" in next ? 0 : next.ops.length;
  if (plan.writes + taken + ops * 3 + IDS_PER_PAGE + 10 > store.limits.writes) return true;
  return store.limits.length < LARGE && plan.length + taken * 150 > store.limits.length / 2;
}

/** Stores beyond this take whatever fits one request; measuring would cost more than it saves. */
const LARGE = 16 * 1024 * 1024;

async function commit<Identity extends SyncIdentity>(
  core: AuthorityCore<Identity>,
  request: DecodedPush,
  seen: Seen,
  batch: Batch<Identity>,
): Promise<"done" | "moved" | "too-large"> {
  const { clientId } = request;
  try {
    return await core.store.tx(request.scope, "write", async (tx) => {
      if (!await stillSeen(tx, clientId, seen)) return "moved";
      if (batch.taken.length > 0) await batch.plan.write(tx);
      for (const { mid, result, again } of batch.taken) {
        if (!again) tx.put(outcomeKey(mid), { ...result, client: clientId });
      }
      writeIds(tx, clientId, seen, batch.taken.map(({ mid }) => mid));
      tx.put(clientKey(clientId), await prune(tx, clientId, batch.client));
      return "done";
    });
  } catch (error) {
    if (error instanceof SyncError && error.code === "too-large") return "too-large";
    throw error;
  }
}

function writeIds(tx: StoreTx, clientId: string, seen: Seen, mids: readonly string[]): void {
  const first = idPlace((seen.client?.lastSeq ?? 0) + 1).page;
  const ids = [...seen.page, ...mids];
  for (let start = 0; start < ids.length; start += IDS_PER_PAGE) {
    const key = idPageKey(clientId, first + start / IDS_PER_PAGE);
    tx.put(key, ids.slice(start, start + IDS_PER_PAGE));
  }
}

/** Forgets a page of old outcomes that the device has stored. */
async function prune(tx: StoreTx, clientId: string, client: ClientRecord): Promise<ClientRecord> {
  const { keptPages } = client;
  if ((keptPages + 1) * IDS_PER_PAGE > client.acked - KEPT_OUTCOMES) return client;
  const key = idPageKey(clientId, keptPages);
  dropPage(tx, key, await tx.get(key) as IdPage | undefined ?? []);
  return { ...client, keptPages: keptPages + 1 };
}

/** Whether nothing moved since {@linkcode look}. */
async function stillSeen(tx: StoreTx, clientId: string, seen: Seen): Promise<boolean> {
  const meta = await tx.get(META_KEY) as Meta;
  if (!isSameMeta(meta, seen.meta)) return false;
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
