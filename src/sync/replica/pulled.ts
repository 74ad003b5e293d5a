/**
 * What a device does with one page of a pull, in one store transaction: rows, cursor and "own
 * transactions up to here are in it" change together, so that no crash leaves one without the
 * other.
 */

import { MAX_ORPHANS } from "../limits.ts";
import type { StoreTx } from "../ports.ts";
import { type Change, CONFLICTS, type PullPage, type PullRequest } from "../protocol.ts";
import { sameValue } from "../value.ts";
import { dropCarried, forkLog, pruneLog, readChunks } from "./log.ts";
import { applyRows, type BaseRow, readRow, readRows, type RowChange } from "./pages.ts";
import { basePrefix, genPrefix, type Loading, putLetter, type ReplicaMeta } from "./records.ts";

export interface Pulled {
  readonly meta: ReplicaMeta;
  /** What changed in the base that is shown; `"all"` after a complete load. */
  readonly rows: readonly Change[] | "all";
  readonly revoked: readonly string[];
  readonly complete: boolean;
  readonly forked: boolean;
}

export interface PullContext {
  readonly now: number;
  readonly newClientId: string;
  readonly pageRows: number;
  /** What had been answered when the request was made: the server must know of as much. */
  readonly ackedAtRequest: number;
}

/** Where the next pull goes on. */
export function pullPosition(meta: ReplicaMeta): Pick<PullRequest, "epoch" | "cursor" | "view"> {
  return meta.loading ?? meta;
}

/** @returns undefined when the replica has moved on since the request was made */
export async function applyPage(
  tx: StoreTx,
  before: ReplicaMeta,
  request: PullRequest,
  page: PullPage,
  context: PullContext,
): Promise<Pulled | undefined> {
  const position = pullPosition(before);
  if (before.clientId !== request.clientId || position.epoch !== request.epoch) return undefined;
  if (position.cursor !== request.cursor) return undefined;
  const began = page.reset ? beginLoad(before, page) : before;
  const gen = began.loading?.gen ?? began.gen;
  await applyChanges(tx, gen, page.changes, context.pageRows);
  for (const res of page.revoked ?? []) await dropPages(tx, basePrefix(gen, res));
  const moved = moveOn(began, page);
  const shown = {
    rows: moved.loading ? [] : page.changes,
    revoked: moved.loading ? [] : page.revoked ?? [],
    forked: false,
  };
  if (page.more) return { ...shown, meta: moved, complete: false };
  const switched = moved.loading !== null;
  let meta = await finish(tx, moved, page, context);
  const forked = await needsFork(tx, meta, page);
  if (forked) meta = await forkLog(tx, meta, context.newClientId);
  else await pruneLog(tx, meta);
  return { ...shown, meta, complete: true, forked, ...(switched && { rows: "all" as const }) };
}

function beginLoad(meta: ReplicaMeta, page: PullPage): ReplicaMeta {
  const former = meta.loading;
  const lost = [former?.lostAfter, page.lostAfter].filter((n) => n !== undefined && n !== null);
  const loading: Loading = {
    // Never one that is being deleted.
    gen: Math.max(meta.gen, former?.gen ?? 0, ...meta.garbage) + 1,
    epoch: page.epoch,
    cursor: page.cursor,
    view: page.view,
    done: 0,
    total: page.total ?? 0,
    lostAfter: lost.length > 0 ? Math.min(...lost) : null,
  };
  return { ...meta, loading, garbage: former ? [...meta.garbage, former.gen] : meta.garbage };
}

function moveOn(meta: ReplicaMeta, page: PullPage): ReplicaMeta {
  const place = { cursor: page.cursor, view: page.view };
  if (!meta.loading) return { ...meta, ...place };
  const done = meta.loading.done + page.changes.length;
  const total = Math.max(done, page.total ?? meta.loading.total);
  return { ...meta, loading: { ...meta.loading, ...place, done, total } };
}

async function applyChanges(
  tx: StoreTx,
  gen: number,
  changes: readonly Change[],
  pageRows: number,
): Promise<void> {
  const byResource = new Map<string, RowChange[]>();
  for (const [res, key, version, value] of changes) {
    const list = byResource.get(res);
    if (list) list.push({ key, version, value });
    else byResource.set(res, [{ key, version, value }]);
  }
  for (const [res, list] of byResource) await applyRows(tx, basePrefix(gen, res), list, pageRows);
}

/** Everything has arrived: shows the new base, and says what of the log is in it. */
async function finish(
  tx: StoreTx,
  before: ReplicaMeta,
  page: PullPage,
  context: PullContext,
): Promise<ReplicaMeta> {
  const { loading } = before;
  let meta: ReplicaMeta = { ...before, seen: page.version, lastSync: context.now };
  if (loading) {
    if (loading.lostAfter !== null) meta = await layAside(tx, meta, loading, context.now);
    meta = {
      ...meta,
      epoch: loading.epoch,
      cursor: loading.cursor,
      view: loading.view,
      gen: loading.gen,
      loading: null,
      garbage: [...meta.garbage, before.gen],
    };
  }
  await dropCarried(tx);
  // Our next number is one that the server has from us: this device was restored from a backup.
  // Which of our entries it has, only their ids can say, so they stay in sight until it did.
  if (page.lastSeq >= meta.nextSeq) return meta;
  const anew = before.epoch !== null && meta.epoch !== before.epoch;
  return anew || page.lastSeq < context.ackedAtRequest
    // What the server confirmed and then lost counts for nothing now.
    ? { ...meta, included: page.lastSeq, acked: Math.min(meta.acked, page.lastSeq) }
    : { ...meta, included: Math.max(meta.included, page.lastSeq) };
}

/** Whether the next number to send is one that the server will not take. */
async function needsFork(tx: StoreTx, meta: ReplicaMeta, page: PullPage): Promise<boolean> {
  const last = meta.nextSeq - 1;
  if (page.lastSeq > last) return meta.acked >= last;
  if (meta.acked >= last) return false;
  const next = meta.acked + 1;
  // Confirmed, dropped from the log, and then lost by the server: a gap that we cannot fill.
  const [chunk] = await readChunks(tx, { from: next, until: next });
  return !chunk?.[1].some((item) => item.seq === next);
}

/** Rows that the server confirmed and then lost become dead letters: visible, and to be retried. */
async function layAside(
  tx: StoreTx,
  before: ReplicaMeta,
  loading: Loading,
  now: number,
): Promise<ReplicaMeta> {
  let meta = before;
  let count = 0;
  for (const [res, rows] of await readGeneration(tx, before.gen)) {
    if (res === CONFLICTS) continue;
    for (const row of rows) {
      if (row.version <= loading.lostAfter! || count >= MAX_ORPHANS) continue;
      const present = await readRow(tx, basePrefix(loading.gen, res), row.key);
      if (present && sameValue(present.value, row.value)) continue;
      meta = putLetter(tx, meta, {
        id: `lost-${loading.gen}-${count++}`,
        reason: "server-restored",
        message: "The server was restored from a backup that does not have this.",
        time: now,
        writes: [{ name: res, key: row.key, kind: "put", value: row.value }],
      });
    }
  }
  return meta;
}

async function readGeneration(tx: StoreTx, gen: number): Promise<Map<string, BaseRow[]>> {
  const prefix = genPrefix(gen);
  const result = new Map<string, BaseRow[]>();
  for (let from = prefix;;) {
    const [entry] = await tx.range({ from, before: `${prefix}\x7f`, limit: 1 });
    if (!entry) return result;
    const res = entry[0].slice(prefix.length).split("/", 1)[0]!;
    result.set(res, await readRows(tx, basePrefix(gen, res)));
    from = `${basePrefix(gen, res)}\x7f`;
  }
}

async function dropPages(tx: StoreTx, prefix: string): Promise<void> {
  for (const [key] of await tx.range({ from: prefix, before: `${prefix}\x7f` })) tx.delete(key);
}

/** Pages deleted in one transaction: bounds how long a write may have to wait. */
const SWEEP = 50;

/** Deletes some pages of generations that are not shown any more. */
export async function sweep(tx: StoreTx, meta: ReplicaMeta): Promise<ReplicaMeta> {
  const gen = meta.garbage[0];
  if (gen === undefined) return meta;
  const prefix = genPrefix(gen);
  const entries = await tx.range({ from: prefix, before: `${prefix}\x7f`, limit: SWEEP });
  for (const [key] of entries) tx.delete(key);
  return entries.length < SWEEP ? { ...meta, garbage: meta.garbage.slice(1) } : meta;
}
