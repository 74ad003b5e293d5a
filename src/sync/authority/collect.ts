/** What keeps an authority small, and what its operator does after a restore. */

import { type Random, randomId } from "../ids.ts";
import { MAX_EPOCHS } from "../limits.ts";
import type { AuthorityStore, StoreTx } from "../ports.ts";
import type { Row } from "./decide.ts";
import { EPOCH_JUMP, firstVersion, idPageKey, META_KEY, outcomeKey, rowKey } from "./records.ts";
import type { ClientRecord, IdPage, Meta, VersionRecord } from "./records.ts";

/** Versions, or clients, dealt with in one transaction: bounds how long others wait. */
const STRIDE = 100;

/** The meta of a scope that nothing was written to yet. */
export function firstMeta(random: Random, now: number): Meta {
  const epoch = randomId(random);
  return {
    version: firstVersion(now),
    epoch,
    epochs: [{ id: epoch, kept: 0 }],
    gcFloor: firstVersion(now),
    gcFloorAt: 0,
    clock: 0,
    rows: 0,
  };
}

/**
 * Begins a new epoch: every device loads anew and sends again what it still has unconfirmed.
 */
export function beginEpoch(meta: Meta, random: Random, now: number): Meta {
  const epoch = randomId(random);
  const epochs = [...meta.epochs, { id: epoch, kept: meta.version }].slice(-MAX_EPOCHS);
  return {
    ...meta,
    epoch,
    epochs,
    version: Math.max(meta.version + EPOCH_JUMP, firstVersion(now)),
  };
}

/**
 * Forgets tombstones and index entries of versions written before `before`, and clients not seen
 * since `clientsBefore` that owe no answer. A device that was away for longer loads anew.
 *
 * @returns how many versions were collected
 */
export async function collect(
  store: AuthorityStore,
  scope: string,
  limits: { readonly before: number; readonly clientsBefore: number },
): Promise<number> {
  let collected = 0;
  for (;;) {
    const count = await store.tx(scope, "write", (tx) => collectVersions(tx, limits.before));
    collected += count;
    if (count < STRIDE) break;
  }
  for (let from: string | undefined = "c/"; from !== undefined;) {
    const start: string = from;
    from = await store.tx(scope, "write", (tx) => collectClients(tx, start, limits.clientsBefore));
  }
  return collected;
}

async function collectVersions(tx: StoreTx, before: number): Promise<number> {
  const meta = await tx.get(META_KEY) as Meta | undefined;
  if (!meta) return 0;
  const entries = await tx.range({ from: "v/", before: "v/\x7f", limit: STRIDE });
  let floor = meta.gcFloor;
  let floorAt = meta.gcFloorAt;
  let count = 0;
  for (const [key, value] of entries) {
    const record = value as VersionRecord;
    if (record.at >= before) break;
    floor = Number(key.slice(2));
    floorAt = Math.max(floorAt, record.at);
    for (const [res, id] of record.rows) {
      const row = await tx.get(rowKey(res, id)) as Row | undefined;
      if (row?.deleted && row.version === floor) tx.delete(rowKey(res, id));
    }
    tx.delete(key);
    count++;
  }
  if (count > 0) tx.put(META_KEY, { ...meta, gcFloor: floor, gcFloorAt: floorAt });
  return count;
}

async function collectClients(
  tx: StoreTx,
  from: string,
  before: number,
): Promise<string | undefined> {
  const entries = await tx.range({ from, before: "c/\x7f", limit: STRIDE });
  for (const [key, value] of entries) {
    const client = value as ClientRecord;
    const clientId = key.slice(2);
    // A device that has not heard every outcome may come back and ask.
    if (client.seen >= before || client.acked < client.lastSeq) continue;
    const [page] = await tx.range({
      from: idPageKey(clientId, 0),
      before: `p/${clientId}/\x7f`,
      limit: 1,
    });
    // A page in each run, the client last: nothing is left without an owner.
    if (!page) tx.delete(key);
    else dropPage(tx, page[0], page[1] as IdPage);
  }
  return entries.length < STRIDE ? undefined : `${entries.at(-1)![0]}\x01`;
}

/** Forgets how the transactions of one page ended. */
export function dropPage(tx: StoreTx, key: string, mids: IdPage): void {
  for (const mid of mids) tx.delete(outcomeKey(mid));
  tx.delete(key);
}
