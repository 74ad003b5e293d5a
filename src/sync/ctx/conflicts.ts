/** Conflicts as people see them, and what their decision writes. */

import type { Conflict, Resolution } from "../../contract/sync.ts";
import type { Draft } from "../draft.ts";
import { SyncError } from "../errors.ts";
import { effectOf, writtenBy } from "../ops.ts";
import { type ConflictRow, CONFLICTS, type Tx } from "../protocol.ts";
import type { SyncBackend } from "./backend.ts";

/** A conflict as a row of the user's conflicts holds it. */
export interface StoredConflict {
  readonly id: string;
  /** When it was found: everything up to here stands in it. */
  readonly version: number;
  readonly row: ConflictRow;
}

/** @throws {SyncError} `no-conflict` */
export function mustBeOpen(conflict: StoredConflict | undefined): StoredConflict {
  if (conflict) return conflict;
  throw new SyncError("no-conflict", "Cannot settle this conflict: it was settled already");
}

export function toConflict({ id, row }: StoredConflict): Conflict {
  return {
    id,
    name: row.res,
    key: row.key,
    localValue: row.local,
    remoteValue: row.remote,
    baseValue: row.base,
    localTime: new Date(row.localTime),
    remoteTime: new Date(row.remoteTime),
  };
}

/**
 * What a decision writes. The other writes of the transaction that was held back come along, on
 * what they stood on when they were made.
 *
 * @param ask whether a further concurrent write is again a question
 */
export function resolve(
  conflict: StoredConflict,
  resolution: Resolution<unknown>,
  ask: boolean,
): { drafts: Draft[]; settles: NonNullable<Tx["settles"]> } {
  const { id, version, row } = conflict;
  const target = { res: row.res, key: row.key, base: version, ask };
  const drafts: Draft[] = [];
  const value = resolution === "local-wins"
    ? row.local
    : resolution === "remote-wins"
    ? undefined
    : resolution.merge;
  if (value !== undefined) drafts.push({ ...target, op: "put", value });
  else if (resolution === "local-wins") drafts.push({ ...target, op: "delete" });
  for (const op of row.held ?? []) {
    const { res, key, base, ask } = op;
    const effect = effectOf(op.op, writtenBy(op).value);
    drafts.push({ res, key, base, ask: ask === 1, ...effect });
  }
  return { drafts, settles: [[id, version]] };
}

/** Every unresolved conflict of this user. Reactive. */
export function storedConflicts({ view }: SyncBackend): StoredConflict[] {
  return Array.from(view.list(CONFLICTS), ({ key, value }) => ({
    id: key,
    version: view.base(CONFLICTS, key)?.version ?? 0,
    row: value as ConflictRow,
  }));
}
