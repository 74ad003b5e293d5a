/** A write as the app makes it, before it is known on what it stands. */

import { SyncError } from "./errors.ts";
import { mustKey, mustName } from "./ids.ts";
import { MAX_PATCH_FIELDS, MAX_TX_LENGTH, MAX_TX_OPS } from "./limits.ts";
import { applyOp, type Effect, effectOf, writtenBy } from "./ops.ts";
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

/**
 * What drafts come to: frozen copies of what they write, and what they stand on, which is what is
 * shown now. Own writes on the way count as shown: the server has them before this one.
 *
 * @returns the ops, and about how many characters of JSON they make
 * @throws {SyncError} `not-plain`, `too-large`, `bad-name`, `no-record`
 */
export function draftOps(view: View, drafts: readonly Draft[]): { ops: Op[]; length: number } {
  if (drafts.length > MAX_TX_OPS) {
    throw new SyncError(
      "too-large",
      `Cannot write ${drafts.length} records in one transaction: ${MAX_TX_OPS} are allowed`,
    );
  }
  const ops: Op[] = [];
  let length = 0;
  for (const draft of drafts) {
    const { res, key, ask } = draft;
    const what = key === "" ? mustName(res) : `${mustName(res)}/${mustKey(key)}`;
    const data = draft.op === "delete" ? undefined : measuredCopy(writtenBy(draft).value, what);
    length += 120 + res.length + key.length + (data?.length ?? 0);
    const earlier = ops.filter((op) => op.res === res && op.key === key);
    const shown = (): unknown => earlier.reduce<unknown>(applyOp, view.get(res, key));
    if (draft.op === "patch") {
      mustBeFields(data?.value, what);
      // Where nothing is in memory, only the server can say what is there.
      const isKnown = view.isLoaded(res) || earlier.some(({ op }) => op !== "patch");
      if (isKnown && !isObject(shown())) {
        throw new SyncError(
          "no-record",
          `Cannot patch ${what}: there is no object with fields; put one first`,
        );
      }
    }
    const { version, had } = view.seen(res, key);
    const was = ask ? shown() : undefined;
    ops.push({
      res,
      key,
      base: draft.base ?? version,
      ...(had && { had: 1 }),
      ...(ask && { ask: 1 }),
      ...(was !== undefined && { was }),
      ...effectOf(draft.op, data?.value),
    });
  }
  if (drafts.length > 1 && length > MAX_TX_LENGTH) {
    throw new SyncError(
      "too-large",
      `Cannot write one transaction of ${length} characters: ${MAX_TX_LENGTH} are allowed`,
    );
  }
  return { ops, length };
}

/** @throws {SyncError} `not-plain` */
function mustBeFields(fields: unknown, what: string): void {
  if (isObject(fields) && Object.keys(fields).length <= MAX_PATCH_FIELDS) return;
  throw new SyncError(
    "not-plain",
    `Cannot patch ${what}: the fields must be a plain object of at most ${MAX_PATCH_FIELDS}`,
  );
}
