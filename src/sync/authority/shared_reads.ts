/**
 * Reads what changed once for everybody who asks in the same moment: after a write, hundreds of
 * pages that show the scope ask the same question.
 *
 * ```
 * write ──▶ poke ──▶ page 1 ─┐
 *                    page 2 ─┼─ "since 7?" ──▶ one read, in the next task ──▶ 8, 9 to all of them
 *                    page 3 ─┘
 * ```
 *
 * Whoever asks before the read begins may have its answer; who asks later begins another one, since
 * what made them ask may have come after the first read's snapshot. Rejected: keeping the last
 * answer, which would have to be known to be current, and that takes a read as well.
 */

import type { AuthorityStore, StoreTx } from "../ports.ts";
import type { Row } from "./decide.ts";
import { type Meta, META_KEY, rowKey, versionKey, type VersionRecord } from "./records.ts";

/** The rows that changed, as they are at a version; everybody's, to be filtered by sight. */
export interface ChangedRows {
  readonly rows: readonly Row[];
  readonly version: number;
}

/** Versions looked at in one go. */
const STRIDE = 500;

export class SharedReads {
  readonly #store: AuthorityStore;
  readonly #waiting = new Map<string, Promise<ChangedRows | undefined>>();

  constructor(store: AuthorityStore) {
    this.#store = store;
  }

  /** What changed after a version, or `undefined` when that is too long ago to say. */
  changedSince(scope: string, version: number): Promise<ChangedRows | undefined> {
    const key = `${version} ${scope}`;
    let read = this.#waiting.get(key);
    if (!read) {
      read = nextTask().then(() => {
        this.#waiting.delete(key);
        return this.#store.tx(scope, "read", (tx) => readChanged(tx, version));
      });
      this.#waiting.set(key, read);
    }
    return read;
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

async function readChanged(tx: StoreTx, since: number): Promise<ChangedRows | undefined> {
  const meta = await tx.get(META_KEY) as Meta | undefined;
  if (!meta || since < meta.gcFloor || since > meta.version) return undefined;
  const rows: Row[] = [];
  for (let version = since; version < meta.version;) {
    const entries = await tx.range({
      from: versionKey(version + 1),
      before: "v/\x7f",
      limit: STRIDE,
    });
    if (entries.length === 0) break;
    for (const [key, value] of entries) {
      version = Number(key.slice(2));
      for (const [res, id] of (value as VersionRecord).rows) {
        const row = await tx.get(rowKey(res, id)) as Row | undefined;
        // One that changed again is told with its last version.
        if (row?.version === version) rows.push(row);
      }
    }
  }
  return { rows, version: meta.version };
}
