/**
 * Answers "what changed since", a page at a time.
 *
 * ```
 * first load     s5/            rows in the order of their keys, at whatever version they are now
 *                s5/todos/k…    … resumable after each page
 *                v5             then what changed after 5, in the order of versions
 * later          v7 → v9
 * ```
 *
 * A row that changes while the load runs is delivered again by the second part; one that is deleted
 * leaves a tombstone there. So the load needs no snapshot held open, and a broken one goes on where
 * it was. Rejected: loading in the order of versions, which touches every page of the device's base
 * many times instead of once.
 */

import { encodeKey } from "../ids.ts";
import { PULL_LENGTH } from "../limits.ts";
import type { StoreTx } from "../ports.ts";
import { type Change, CONFLICTS, type PullPage, type PullRequest } from "../protocol.ts";
import type { Row } from "./decide.ts";
import { type SyncIdentity, type SyncPolicy, SyncRefusal } from "./policy.ts";
import { clientKey, conflictsOf, META_KEY, rowKey, versionKey } from "./records.ts";
import type { ClientRecord, Meta, VersionRecord } from "./records.ts";

/** What one identity may read of one scope. */
export interface Sight {
  /** Undefined: every name. */
  readonly names: ReadonlySet<string> | undefined;
  /** The resource of the user's own conflicts. */
  readonly conflicts: string;
  /** The names as text, for the device to bring back. */
  readonly view: string;
}

export async function sightOf<Identity extends SyncIdentity>(
  policy: SyncPolicy<Identity>,
  identity: Identity,
): Promise<Sight> {
  const conflicts = conflictsOf(identity.userId);
  if (!policy.resources) {
    if (policy.authorize && !await mayRead(policy, identity, "*")) {
      return { names: new Set(), conflicts, view: "" };
    }
    return { names: undefined, conflicts, view: "*" };
  }
  const names = [];
  for (const name of Object.keys(policy.resources).sort()) {
    if (await mayRead(policy, identity, name)) names.push(name);
  }
  return { names: new Set(names), conflicts, view: names.join(",") };
}

async function mayRead<Identity extends SyncIdentity>(
  policy: SyncPolicy<Identity>,
  identity: Identity,
  name: string,
): Promise<boolean> {
  try {
    return await policy.authorize?.(identity, { kind: "read", name }) ?? true;
  } catch (error) {
    if (error instanceof SyncRefusal) throw error;
    policy.onError?.(error, "authorize");
    // A permission that cannot be checked now must not make the device drop what it has.
    throw new SyncRefusal("busy", "Cannot check permissions now: try again", {}, { cause: error });
  }
}

/** The row as this identity sees it, or `undefined` when it must not. */
export function visibleChange(row: Row, sight: Sight): Change | undefined {
  let res = row.res;
  if (res.startsWith("~")) {
    if (res !== sight.conflicts) return undefined;
    res = CONFLICTS;
  } else if (sight.names && !sight.names.has(res)) return undefined;
  return row.deleted ? [res, row.key, row.version] : [res, row.key, row.version, row.value];
}

/** One page, read in one transaction. */
export async function pullPage(
  tx: StoreTx,
  request: PullRequest,
  sight: Sight,
  now: number,
): Promise<PullPage> {
  const meta = await tx.get(META_KEY) as Meta;
  const client = await tx.get(clientKey(request.clientId)) as ClientRecord | undefined;
  if (client && client.user !== request.user) {
    throw new SyncRefusal("forbidden", "Cannot pull: this client is not this user's");
  }
  const cursor = readCursor(request.cursor);
  const views = compareViews(request.view, sight.view);
  const sameEpoch = request.epoch === meta.epoch;
  const goesOn = cursor !== undefined && sameEpoch && !views.grown &&
    cursor.version >= meta.gcFloor && cursor.version <= meta.version;
  const start: Cursor = goesOn ? cursor : { version: meta.version, after: "" };
  const part = start.after === undefined
    ? await changesSince(tx, start.version, meta.version, sight, request.limit)
    : await rowsAfter(tx, start.version, start.after, sight, request.limit);
  const more = part.cursor.after !== undefined || part.cursor.version < meta.version;
  return {
    epoch: meta.epoch,
    cursor: writeCursor(part.cursor),
    version: part.cursor.version,
    ...(!goesOn && { reset: 1 as const }),
    ...(!goesOn && !sameEpoch && request.epoch !== null && {
      lostAfter: lostAfter(meta, request.epoch),
    }),
    changes: part.changes,
    ...(goesOn && views.revoked.length > 0 && { revoked: views.revoked }),
    view: sight.view,
    lastSeq: client?.lastSeq ?? 0,
    more,
    serverTime: now,
    ...(start.after !== undefined && { total: meta.rows }),
  };
}

interface Cursor {
  readonly version: number;
  /** In the first part of a load: the store key after which to go on. */
  readonly after?: string;
}

function readCursor(text: string | null): Cursor | undefined {
  const match = /^(?:v(\d{1,16})|s(\d{1,16})\/(.*))$/.exec(text ?? "");
  if (!match) return undefined;
  return match[1] !== undefined
    ? { version: Number(match[1]) }
    : { version: Number(match[2]), after: match[3]! };
}

function writeCursor(cursor: Cursor): string {
  return cursor.after === undefined ? `v${cursor.version}` : `s${cursor.version}/${cursor.after}`;
}

function compareViews(had: string, has: string): { grown: boolean; revoked: string[] } {
  if (had === has) return { grown: false, revoked: [] };
  if (had === "*" || has === "*") return { grown: true, revoked: [] };
  const before = new Set(had.split(",").filter(Boolean));
  const after = new Set(has.split(",").filter(Boolean));
  return {
    grown: [...after].some((name) => !before.has(name)),
    revoked: [...before].filter((name) => !after.has(name)),
  };
}

/** The last version that both the device's epoch and the present one have. */
function lostAfter(meta: Meta, epoch: string): number {
  const index = meta.epochs.findIndex(({ id }) => id === epoch);
  const next = index < 0 ? undefined : meta.epochs[index + 1];
  return (next ?? meta.epochs.at(-1))?.kept ?? 0;
}

interface Part {
  readonly changes: Change[];
  readonly cursor: Cursor;
}

async function rowsAfter(
  tx: StoreTx,
  version: number,
  after: string,
  sight: Sight,
  limit: number,
): Promise<Part> {
  const changes: Change[] = [];
  let length = 0;
  const entries = await tx.range({ from: `r/${after}\x01`, before: "r/\x7f", limit });
  for (const [key, value] of entries) {
    const row = value as Row;
    const change = row.deleted ? undefined : visibleChange(row, sight);
    if (!change) continue;
    changes.push(change);
    length += roughLength(change[3]);
    if (length > PULL_LENGTH) return { changes, cursor: { version, after: key.slice(2) } };
  }
  return entries.length < limit
    ? { changes, cursor: { version } }
    : { changes, cursor: { version, after: entries.at(-1)![0].slice(2) } };
}

/** Versions looked at in one go. */
const STRIDE = 500;

async function changesSince(
  tx: StoreTx,
  since: number,
  until: number,
  sight: Sight,
  limit: number,
): Promise<Part> {
  const changes: Change[] = [];
  let length = 0;
  let version = since;
  while (version < until) {
    const entries = await tx.range({
      from: versionKey(version + 1),
      before: "v/\x7f",
      limit: STRIDE,
    });
    if (entries.length === 0) break;
    for (const [key, value] of entries) {
      // A version is never split over two pages: a transaction arrives whole.
      if (changes.length >= limit || length > PULL_LENGTH) return { changes, cursor: { version } };
      version = Number(key.slice(2));
      for (const [res, id] of (value as VersionRecord).rows) {
        if (res.startsWith("~") ? res !== sight.conflicts : sight.names?.has(res) === false) {
          continue;
        }
        const row = await tx.get(rowKey(res, id)) as Row | undefined;
        if (row?.version !== version) continue;
        const change = visibleChange(row, sight);
        if (!change) continue;
        changes.push(change);
        length += roughLength(change[3]);
      }
    }
  }
  return { changes, cursor: { version: until } };
}

/** Enough to end a page of large values early, at next to no cost for small ones. */
function roughLength(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  let length = 8;
  for (const item of Object.values(value)) length += roughLength(item);
  return length;
}

/** Where the rows of one resource stand in the store. */
export function rowsRange(res: string, prefix: string, after?: string): {
  from: string;
  before: string;
} {
  const start = `r/${res}/${encodeKey(prefix)}`;
  const next = after === undefined ? "" : `r/${res}/${encodeKey(after)}\x01`;
  return { from: next > start ? next : start, before: `${start}\x7f` };
}
