/** A write as the app makes it, before it is known on what it stands. */

import { SyncError } from "./errors.ts";
import { mustKey, mustName } from "./ids.ts";
import { MAX_PATCH_FIELDS, MAX_TX_LENGTH, MAX_TX_OPS } from "./limits.ts";
import { applyOp, type Effect, effectOf, recordId, writtenBy } from "./ops.ts";
import type { Op } from "./protocol.ts";
import { isObject, measuredCopy } from "./value.ts";
import type { View } from "./view.ts";

interface DraftTarget {
  readonly res: string;
  readonly key: string;
  /** What the writer had seen, where that is not what is shown now. */
  readonly base?: number;
  /** A person or a merge function is to be asked about concurrent writes. */
  readonly ask?: boolean;
}

export type Draft = DraftTarget & Effect;

/** What is shown of a record now; {@linkcode UNKNOWN} where that is not in memory. */
type ShownValue = (res: string, key: string) => unknown;

const UNKNOWN: unique symbol = Symbol("not in memory");

/**
 * What drafts come to, on what is shown now.
 *
 * @returns the ops, and about how many characters of JSON they make
 * @throws {SyncError} `not-plain`, `too-large`, `bad-name`, `no-record`
 */
export function draftOps(view: View, drafts: readonly Draft[]): { ops: Op[]; length: number } {
  const checked = checkDrafts(
    drafts,
    (res, key) => view.isLoaded(res) ? view.get(res, key) : UNKNOWN,
  );
  const ops: Op[] = [];
  for (const draft of checked.drafts) ops.push(standOn(view, draft, ops));
  return { ops, length: checked.length };
}

/**
 * Frozen copies of the drafts, or the reason why they cannot be written.
 *
 * @throws {SyncError} `not-plain`, `too-large`, `bad-name`, `no-record`
 */
function checkDrafts(
  drafts: readonly Draft[],
  shown: ShownValue,
): { drafts: readonly Draft[]; length: number } {
  if (drafts.length > MAX_TX_OPS) {
    throw new SyncError(
      "too-large",
      `Cannot write ${drafts.length} records in one transaction: ${MAX_TX_OPS} are allowed`,
    );
  }
  let length = 0;
  const checked = drafts.map((draft): Draft => {
    const what = draft.key === "" ? mustName(draft.res) : `${mustName(draft.res)}/${draft.key}`;
    mustKey(draft.key);
    length += 120 + draft.res.length + draft.key.length;
    if (draft.op === "delete") return draft;
    const data = measuredCopy(draft.op === "put" ? draft.value : draft.fields, what);
    length += data.length;
    if (draft.op === "put") return { ...draft, value: data.value };
    const fields = data.value as Readonly<Record<string, unknown>>;
    if (!isObject(fields) || Object.keys(fields).length > MAX_PATCH_FIELDS) {
      throw new SyncError(
        "not-plain",
        `Cannot patch ${what}: the fields must be a plain object of at most ${MAX_PATCH_FIELDS}`,
      );
    }
    return { ...draft, fields };
  });
  if (checked.some(({ op }) => op === "patch")) mustPatchRecords(checked, shown);
  if (drafts.length > 1 && length > MAX_TX_LENGTH) {
    throw new SyncError(
      "too-large",
      `Cannot write one transaction of ${length} characters: ${MAX_TX_LENGTH} are allowed`,
    );
  }
  return { drafts: checked, length };
}

/**
 * The op with what its writer stood on: the version seen, and the value shown where somebody may
 * have to merge. Own writes on the way count as shown: the server has them before this one.
 *
 * @param before ops of the same transaction
 */
function standOn(view: View, draft: Draft, before: readonly Op[]): Op {
  const { res, key, ask } = draft;
  const { version, had } = view.seen(res, key);
  const stand: Stand = { res, key, base: draft.base ?? version };
  if (had) stand.had = 1;
  if (ask) {
    stand.ask = 1;
    const earlier = before.filter((op) => op.res === res && op.key === key);
    const was = earlier.reduce(applyOp, view.get(res, key));
    if (was !== undefined) stand.was = was;
  }
  return { ...stand, ...effectOf(draft.op, writtenBy(draft).value) };
}

type Target = Pick<Op, "res" | "key" | "base" | "had" | "ask" | "was">;

/** What an op says apart from what it does, while it is put together. */
type Stand = { -readonly [K in keyof Target]: Target[K] };

/** @throws {SyncError} `no-record` */
function mustPatchRecords(drafts: readonly Draft[], shown: ShownValue): void {
  const made = new Map<string, unknown>();
  for (const draft of drafts) {
    const id = recordId(draft.res, draft.key);
    const before = made.has(id) ? made.get(id) : shown(draft.res, draft.key);
    if (draft.op === "patch" && before !== UNKNOWN && !isObject(before)) {
      throw new SyncError(
        "no-record",
        `Cannot patch ${draft.res}/${draft.key}: there is no object with fields; put one first`,
      );
    }
    made.set(id, before === UNKNOWN && draft.op === "patch" ? UNKNOWN : applyOp(before, draft));
  }
}
