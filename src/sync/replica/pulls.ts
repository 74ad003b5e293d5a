/**
 * Pulling: what a device does with one page, in one store transaction. Rows, cursor and "own
 * transactions up to here are in it" change together, so that no crash leaves one without the
 * other.
 */

import { decodeKey, randomId } from "../ids.ts";
import { MAX_ORPHANS } from "../limits.ts";
import type { StoreTx } from "../ports.ts";
import { CONFLICTS, type PullPage, type PullRequest } from "../protocol.ts";
import { sameValue } from "../value.ts";
import type { Step } from "./commits.ts";
import { putLetter } from "./letters.ts";
import { forkLog, pruneLog, readTxs } from "./log.ts";
import { applyRows, pagesOfAll, readRow } from "./pages.ts";
import { basePrefix, genPrefix, type Loading, type ReplicaMeta, requestHead } from "./records.ts";
import type { Replica } from "./replica.ts";
import { deleteUnder, under } from "./store_pages.ts";

export interface PreparedPull {
  readonly request: PullRequest;
  /** What had been answered when the first request was made: the server must know of as much. */
  readonly acked: number;
}

/** The next pull. */
export function preparePull({ commits }: Replica, limit: number): Promise<PreparedPull> {
  return commits.read((_tx, meta) => Promise.resolve(nextPull(meta, limit, meta.acked)));
}

function nextPull(meta: Readonly<ReplicaMeta>, limit: number, acked: number): PreparedPull {
  const { epoch, cursor, view } = meta.loading ?? meta;
  return { request: { ...requestHead(meta), epoch, cursor, view, limit }, acked };
}

/**
 * Takes one page of a pull.
 *
 * @returns the request that goes on after it, or undefined when the page came too late
 */
export function takePage(
  { clock, commits, pageRows, random }: Replica,
  { request, acked }: PreparedPull,
  page: PullPage,
): Promise<PreparedPull | undefined> {
  const now = clock.now();
  const newClientId = randomId(random);
  return commits.commit(async (step) => {
    const { tx, meta, delta } = step;
    const { epoch, cursor } = meta.loading ?? meta;
    if (meta.clientId !== request.clientId || epoch !== request.epoch) return undefined;
    if (cursor !== request.cursor) return undefined;
    if (page.reset) beginLoad(meta, page);
    const gen = meta.loading?.gen ?? meta.gen;
    for (const [res, changes] of Map.groupBy(page.changes, ([res]) => res)) {
      await applyRows(tx, basePrefix(gen, res), changes, pageRows);
    }
    for (const res of page.revoked ?? []) await deleteUnder(tx, basePrefix(gen, res));
    moveOn(meta, page);
    if (!meta.loading) {
      delta.rows = page.changes;
      delta.revoked = page.revoked ?? [];
    }
    if (!page.more) {
      await finish(step, page, now, acked);
      if (await needsFork(tx, meta, page)) await forkLog(step, newClientId);
      else await pruneLog(tx, meta);
    }
    return nextPull(meta, request.limit, acked);
  });
}

function beginLoad(meta: ReplicaMeta, page: PullPage): void {
  const { loading: former } = meta;
  if (former) meta.garbage = [...meta.garbage, former.gen];
  const lostAfter = Math.min(former?.lostAfter ?? Infinity, page.lostAfter ?? Infinity);
  meta.loading = {
    // Never one that is being deleted.
    gen: Math.max(meta.gen, ...meta.garbage) + 1,
    epoch: page.epoch,
    cursor: page.cursor,
    view: page.view,
    done: 0,
    total: page.total ?? 0,
    lostAfter: lostAfter < Infinity ? lostAfter : null,
  };
}

function moveOn(meta: ReplicaMeta, { changes, cursor, total, view }: PullPage): void {
  if (!meta.loading) return void Object.assign(meta, { cursor, view });
  const done = meta.loading.done + changes.length;
  const atLeast = Math.max(done, total ?? meta.loading.total);
  meta.loading = { ...meta.loading, cursor, view, done, total: atLeast };
}

/** Everything has arrived: shows the new base, and says what of the log is in it. */
async function finish(step: Step, page: PullPage, now: number, acked: number): Promise<void> {
  const { tx, meta, delta } = step;
  const { epoch: before, loading } = meta;
  if (loading) {
    if (loading.lostAfter !== null) await layAside(step, loading, loading.lostAfter, now);
    const { epoch, cursor, view, gen } = loading;
    const garbage = [...meta.garbage, meta.gen];
    Object.assign(meta, { epoch, cursor, view, gen, loading: null, garbage });
    delta.reload = true;
  }
  meta.seen = page.version;
  meta.lastSync = now;
  delta.complete = true;
  await deleteUnder(tx, "k/");
  const { lastSeq } = page;
  // Our next number is one that the server has from us: this device was restored from a backup.
  // Which of our entries it has, only their ids can say, so they stay in sight until it did.
  if (lastSeq >= meta.nextSeq) return;
  const isAnew = before !== null && meta.epoch !== before;
  if (isAnew || lastSeq < acked) {
    // What the server confirmed and then lost counts for nothing now.
    meta.included = lastSeq;
    meta.acked = Math.min(meta.acked, lastSeq);
  } else meta.included = Math.max(meta.included, lastSeq);
}

/** Whether the next number to send is one that the server will not take. */
async function needsFork(tx: StoreTx, meta: ReplicaMeta, page: PullPage): Promise<boolean> {
  const last = meta.nextSeq - 1;
  if (page.lastSeq > last) return meta.acked >= last;
  const next = meta.acked + 1;
  // Confirmed, dropped from the log, and then lost by the server: a gap that we cannot fill.
  return next <= last && (await readTxs(tx, next, next)).length === 0;
}

/** Rows that the server confirmed and then lost become dead letters: visible, and to be retried. */
async function layAside(
  step: Step,
  { gen }: Loading,
  lostAfter: number,
  time: number,
): Promise<void> {
  const { tx, meta } = step;
  let count = 0;
  for await (const [res, page] of pagesOfAll(tx, meta.gen)) {
    if (res === CONFLICTS) continue;
    for (const [encoded, version, value] of page) {
      if (version <= lostAfter || count >= MAX_ORPHANS) continue;
      const key = decodeKey(encoded);
      const present = await readRow(tx, basePrefix(gen, res), key);
      if (present && sameValue(present.value, value)) continue;
      putLetter(step, {
        id: `lost-${gen}-${count++}`,
        reason: "server-restored",
        message: "The server was restored from a backup that does not have this.",
        time,
        writes: [{ name: res, key, kind: "put", value }],
      });
    }
  }
}

/** Pages deleted in one transaction: bounds how long a write may have to wait. */
const SWEEP = 50;

/** Deletes, a little at a time, what a complete load has replaced. */
export async function sweep({ commits, meta }: Replica): Promise<void> {
  for (let more = meta.garbage.length > 0; more;) {
    more = await commits.commit(async ({ tx, meta }) => {
      const [gen, ...rest] = meta.garbage;
      if (gen === undefined) return undefined;
      const pages = await tx.range({ ...under(genPrefix(gen)), limit: SWEEP });
      for (const [key] of pages) tx.delete(key);
      if (pages.length < SWEEP) meta.garbage = rest;
      return meta.garbage.length > 0;
    }) ?? false;
  }
}
