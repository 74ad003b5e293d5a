/**
 * Who wins: the rule for one op against one row. Pure, and the same for every store.
 *
 * Every part of a row carries a stamp: the version that wrote it, when, by whom. A writer says up
 * to which version it had *seen* everything (`base`). So concurrency is decided by versions, never
 * by clocks:
 *
 * ```
 * row      title: v5 at 10:00 by B      done: v7 at 10:02 by B
 *
 * patch    title = "x", base v6 by A, written at 10:01
 *          title was seen (v5 ≤ v6)              → applied, whatever the clocks say
 * patch    done = true, base v6 by A, written at 10:01
 *          done is unseen (v7 > v6), another's   → concurrent: the later one wins, B at 10:02;
 *                                                  within a second a person is asked
 * ```
 *
 * Rejected: comparing times alone (a write made after seeing another loses to it under skew), and
 * the threshold alone (it catches 0.6 % of the truly concurrent overwrites).
 */

import type { MergeFunction } from "../../contract/sync.ts";
import { applyOp, writtenBy } from "../ops.ts";
import type { DeleteOp, FormerId, Op, PatchOp, PutOp } from "../protocol.ts";
import { isObject, sameValue } from "../value.ts";

/** Behind the client's id in the stamp of what a function made of its write. No id has it. */
export const MERGED = "+";

/** Who wrote a part, and when: version, corrected time, client, its sequence number. */
export type Stamp = readonly [version: number, at: number, by: string, seq: number];

export interface Row {
  readonly res: string;
  readonly key: string;
  /** A deleted row keeps its last value, until the tombstone is collected. */
  readonly value: unknown;
  readonly version: number;
  readonly deleted?: 1;
  /** Of the last put or delete. */
  readonly whole: Stamp;
  /** Of fields that were patched since. */
  readonly fields?: Readonly<Record<string, Stamp>>;
}

/** The writer's side of the comparison. */
export interface Claim {
  readonly by: string;
  /** Ids under which the same writer wrote before. */
  readonly former: readonly FormerId[];
  readonly seq: number;
  /** Corrected time of the write. */
  readonly at: number;
  /** The version that the row gets if the op is taken. */
  readonly version: number;
  /** Concurrent writes closer than this, in milliseconds, are a person's to decide. */
  readonly within: number;
  readonly merge: MergeFunction<unknown> | undefined;
  /** Tombstones up to this version, and this time, may be gone. */
  readonly floor: { readonly version: number; readonly at: number };
}

/** A value that lost; without `value` it was a delete. */
export interface Loser {
  /** Absent for a delete. */
  readonly value?: unknown;
  /** When it was written, by the server's clock. */
  readonly at: number;
  /** Which writer. */
  readonly by: string;
}

export type Decision =
  /** The op takes effect. `merged` when it stands beside or on top of what it had not seen. */
  | {
    readonly kind: "take";
    readonly row: Row;
    readonly merged: boolean;
    readonly lost: boolean;
    readonly losers: readonly Loser[];
  }
  /** Somebody else had done the same, unseen; nothing changes, and it stays his. */
  | { readonly kind: "keep" }
  /** Later writes win; nothing changes. */
  | { readonly kind: "lose"; readonly losers: readonly Loser[] }
  /** A patch of what never was; its writer cannot have meant it. */
  | { readonly kind: "refuse" }
  /** A person decides; nothing changes until then. */
  | { readonly kind: "ask"; readonly remoteTime: number };

/** Decides one op. `row` is undefined where nothing is known of the record. */
export function decide(row: Row | undefined, op: Op, claim: Claim): Decision {
  if (op.op === "patch") return decidePatch(row, op, claim);
  if (!row) return decideWithoutRow(op, claim);
  const unseen = stampsOf(row).filter((stamp) => isUnseen(stamp, op, claim));
  if (unseen.length === 0) return take(row, op, claim);
  // To take it would make the row this writer's, whose next write would then win unseen.
  if (changesNothing(row, op)) return { kind: "keep" };
  const merged = tryMerge(row, op, claim);
  if (merged) return merged;
  const latest = unseen.reduce((a, b) => isLater(b, a) ? b : a);
  if (unseen.some((stamp) => isNear(stamp, op, claim))) {
    return { kind: "ask", remoteTime: latest[1] };
  }
  if (!isLater(stampOf(claim), latest)) return lose(op, claim);
  return take(row, op, claim, [{ ...liveValue(row), at: latest[1], by: latest[2] }]);
}

/** A put or delete of a record of which the server knows nothing. */
function decideWithoutRow(op: PutOp | DeleteOp, claim: Claim): Decision {
  // A tombstone of its own would let the same writer's next put, however old, pass for a new one.
  if (op.op === "delete") return { kind: "keep" };
  // It was there when the writer saw it, and is gone with its tombstone: deleted before the floor.
  // A write from before the floor must not bring it back.
  const collected = op.had === 1 && op.base < claim.floor.version && claim.at <= claim.floor.at;
  if (!collected) return take(undefined, op, claim);
  return op.ask === 1 ? { kind: "ask", remoteTime: claim.floor.at } : lose(op, claim);
}

function decidePatch(row: Row | undefined, op: PatchOp, claim: Claim): Decision {
  if (!row || row.deleted || !isObject(row.value)) {
    if (!row) {
      if (op.had !== 1) return { kind: "refuse" };
      return op.ask === 1 ? { kind: "ask", remoteTime: claim.floor.at } : lose(op, claim);
    }
    const unseen = isUnseen(row.whole, op, claim);
    const merged = unseen ? tryMerge(row, op, claim) : undefined;
    if (merged) return merged;
    // A patch never brings back what was deleted, however late it is.
    return unseen && isNear(row.whole, op, claim)
      ? { kind: "ask", remoteTime: row.whole[1] }
      : lose(op, claim);
  }
  const won: Record<string, unknown> = {};
  const beaten: Record<string, unknown> = {};
  const overwritten: Record<string, unknown> = {};
  let latest = row.whole;
  let replaced = row.whole;
  let near = false;
  for (const [field, value] of Object.entries(op.fields)) {
    const stamp = stampOfField(row, field);
    const current = Object.hasOwn(row.value, field) ? row.value[field] : undefined;
    if (!isUnseen(stamp, op, claim)) {
      won[field] = value;
      continue;
    }
    if (sameValue(current, value)) continue;
    if (isLater(stamp, latest)) latest = stamp;
    near ||= isNear(stamp, op, claim);
    if (isLater(stampOf(claim), stamp)) {
      won[field] = value;
      if (current === undefined) continue;
      overwritten[field] = current;
      if (isLater(stamp, replaced)) replaced = stamp;
    } else {
      beaten[field] = value;
    }
  }
  const lost = Object.keys(beaten).length > 0;
  const overwrote = Object.keys(overwritten).length > 0;
  if (lost || overwrote) {
    const merged = tryMerge(row, op, claim);
    if (merged) return merged;
    if (near) return { kind: "ask", remoteTime: latest[1] };
  }
  const losers: Loser[] = [];
  if (lost) losers.push({ value: beaten, at: claim.at, by: claim.by });
  if (overwrote) losers.push({ value: overwritten, at: replaced[1], by: replaced[2] });
  if (Object.keys(won).length === 0) return lost ? { kind: "lose", losers } : { kind: "keep" };
  const beside = lost || stampsOf(row).some((stamp) => isUnseen(stamp, op, claim));
  return { ...take(row, { ...op, fields: won }, claim, losers), merged: beside, lost };
}

function take(
  row: Row | undefined,
  op: Op,
  claim: Claim,
  losers: readonly Loser[] = [],
): Decision & { kind: "take" } {
  const head = { res: op.res, key: op.key, version: claim.version };
  const decided = { kind: "take", merged: false, lost: false, losers } as const;
  // What was written after seeing another write must not look older than it to a third writer.
  const at = Math.max(claim.at, ...(row ? stampsOf(row) : []).map((stamp) => stamp[1]));
  const stamp: Stamp = [claim.version, at, claim.by, claim.seq];
  if (op.op === "patch") {
    const fields = { ...row?.fields };
    for (const field of Object.keys(op.fields)) fields[field] = stamp;
    const value = applyOp(row?.value, op);
    return { ...decided, row: { ...head, value, whole: row?.whole ?? stamp, fields } };
  }
  if (op.op === "put") return { ...decided, row: { ...head, value: op.value, whole: stamp } };
  return { ...decided, row: { ...head, value: row?.value ?? null, whole: stamp, deleted: 1 } };
}

function lose(op: Op, claim: Claim): Decision {
  return { kind: "lose", losers: [{ ...writtenBy(op), at: claim.at, by: claim.by }] };
}

/**
 * The declared function's answer, taken as a put that has seen everything. It is nobody's own: what
 * its writer writes next has not seen it either, and is merged with it again.
 */
function tryMerge(row: Row, op: Op, claim: Claim): Decision | undefined {
  if (!claim.merge) return undefined;
  const remote = row.deleted ? undefined : row.value;
  const local = applyOp(op.op === "patch" ? op.was ?? remote : undefined, op);
  const value = claim.merge(op.was, local, remote);
  const nobody = { ...claim, by: `${claim.by}${MERGED}` };
  const merged = value === undefined
    ? take(row, { ...op, op: "delete" } as DeleteOp, nobody)
    : take(row, { ...op, op: "put", value } as PutOp, nobody);
  return { ...merged, merged: true };
}

function changesNothing(row: Row, op: PutOp | DeleteOp): boolean {
  return op.op === "delete" ? row.deleted === 1 : !row.deleted && sameValue(row.value, op.value);
}

function isUnseen(stamp: Stamp, op: Op, claim: Claim): boolean {
  const [version, , by, seq] = stamp;
  if (version <= op.base || by === claim.by) return false;
  return !claim.former.some(([id, lastSeq]) => id === by && seq <= lastSeq);
}

function isNear(stamp: Stamp, op: Op, claim: Claim): boolean {
  return op.ask === 1 || Math.abs(claim.at - stamp[1]) < claim.within;
}

/** Later by time; between equal times an order that is the same on every server. */
function isLater(a: Stamp, b: Stamp): boolean {
  if (a[1] !== b[1]) return a[1] > b[1];
  if (a[2] !== b[2]) return a[2] > b[2];
  return a[3] > b[3];
}

function stampOf(claim: Claim): Stamp {
  return [claim.version, claim.at, claim.by, claim.seq];
}

function stampOfField(row: Row, field: string): Stamp {
  return row.fields && Object.hasOwn(row.fields, field) ? row.fields[field]! : row.whole;
}

function stampsOf(row: Row): Stamp[] {
  return row.fields ? [row.whole, ...Object.values(row.fields)] : [row.whole];
}

function liveValue(row: Row): { value?: unknown } {
  return row.deleted ? {} : { value: row.value };
}
