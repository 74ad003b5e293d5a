/**
 * Plans what a run of transactions would do, outside of any database transaction: the app's
 * `authorize`, schemas and merge functions may wait, and a store must not wait with them. The plan
 * is committed only if nothing that it read has changed since; else it is made anew.
 */

import { SyncError } from "../errors.ts";
import { CONFLICT_WITHIN_MS, HISTORY_PER_ROW } from "../limits.ts";
import { applyOp, recordId } from "../ops.ts";
import type { StoreTx } from "../ports.ts";
import type { ConflictRow, FormerId, Op, Tx, TxResult } from "../protocol.ts";
import { isObject, plainCopy } from "../value.ts";
import { type Claim, decide, type Decision, type Loser, type Row } from "./decide.ts";
import { SyncRefusal } from "./policy.ts";
import type { SyncIdentity, SyncPolicy } from "./policy.ts";
import { conflictId, conflictsOf, historyKey, META_KEY, rowKey, versionKey } from "./records.ts";
import type { HistoryRecord, Meta, VersionRecord } from "./records.ts";

/** Whose transaction it is. */
export interface Writer<Identity extends SyncIdentity> {
  readonly identity: Identity;
  readonly by: string;
  /** Ids under which it wrote before. */
  readonly former: readonly FormerId[];
  /** Corrected time. */
  readonly at: number;
}

type Rows = Map<string, Row | undefined>;

/** Every record that planning these transactions may read. */
export function rowsTouched(user: string, by: string, txs: readonly Tx[]): Map<string, string> {
  const keys = new Map<string, string>();
  const conflicts = conflictsOf(user);
  const add = (res: string, key: string) => keys.set(recordId(res, key), rowKey(res, key));
  for (const tx of txs) {
    for (const op of tx.ops) {
      add(op.res, op.key);
      add(conflicts, conflictId(by, op.res, op.key));
    }
    for (const [id] of tx.settles ?? []) add(conflicts, id);
  }
  return keys;
}

export class Plan<Identity extends SyncIdentity> {
  readonly #policy: SyncPolicy<Identity>;
  #meta: Meta;
  readonly #rows: Rows;
  readonly #now: number;
  readonly #changed = new Map<string, Row>();
  readonly #versions: [version: number, record: VersionRecord][] = [];
  readonly #history: [res: string, key: string, loser: Loser][] = [];

  /** @param now the server's time, by which tombstones age: not by when a device wrote */
  constructor(policy: SyncPolicy<Identity>, meta: Meta, rows: Rows, now: number) {
    this.#policy = policy;
    this.#meta = meta;
    this.#rows = rows;
    this.#now = now;
  }

  get meta(): Meta {
    return this.#meta;
  }

  /** Puts and deletes that {@linkcode Plan.write} would make, at most. */
  get writes(): number {
    return this.#changed.size + this.#versions.length + this.#history.length + 1;
  }

  /** JSON text that it would write, about: history is bounded by what it replaces. */
  get length(): number {
    let length = 500;
    for (const row of this.#changed.values()) length += JSON.stringify(row).length + 60;
    for (const [, record] of this.#versions) length += 40 + record.rows.length * 90;
    for (const [, , loser] of this.#history) {
      length += JSON.stringify(loser).length * HISTORY_PER_ROW;
    }
    return length;
  }

  /** The row as the plan would leave it. */
  row(res: string, key: string): Row | undefined {
    return this.#rows.get(recordId(res, key));
  }

  /** Plans one transaction on top of those before it, and says how it ends. */
  async add(writer: Writer<Identity>, tx: Tx): Promise<Omit<TxResult, "seq">> {
    const draft = new Draft(this.#policy, this.#meta, this.#rows, writer, tx);
    const refused = await draft.run();
    if (refused) return { status: "rejected", ...refused };
    return this.#take(draft, writer);
  }

  #take(draft: Draft<Identity>, writer: Writer<Identity>): Omit<TxResult, "seq"> {
    const touched: [string, string][] = [];
    let rows = this.#meta.rows;
    for (const [id, row] of draft.changed) {
      rows += Number(!row.deleted) - Number(isLive(this.#rows.get(id)));
      this.#rows.set(id, row);
      this.#changed.set(id, row);
      touched.push([row.res, row.key]);
    }
    this.#history.push(...draft.losers);
    const clock = Math.max(this.#meta.clock, writer.at);
    if (touched.length === 0) {
      this.#meta = { ...this.#meta, clock };
      return draft.outcome;
    }
    this.#meta = { ...this.#meta, clock, rows, version: draft.version };
    this.#versions.push([draft.version, { at: this.#now, rows: touched }]);
    return { ...draft.outcome, version: draft.version };
  }

  /** Writes everything planned. Caller checked that what the plan read has not changed. */
  async write(tx: StoreTx): Promise<void> {
    for (const row of this.#changed.values()) tx.put(rowKey(row.res, row.key), row);
    for (const [version, record] of this.#versions) tx.put(versionKey(version), record);
    for (const [res, key, loser] of this.#history) {
      const kept = (await tx.get(historyKey(res, key)) ?? []) as HistoryRecord;
      tx.put(historyKey(res, key), [loser, ...kept].slice(0, HISTORY_PER_ROW));
    }
    tx.put(META_KEY, this.#meta);
  }
}

function isLive(row: Row | undefined): boolean {
  return row !== undefined && !row.deleted;
}

interface Refused {
  readonly reason: string;
  readonly message: string;
}

/** One transaction while it is planned; dropped as a whole when any of its ops is refused. */
class Draft<Identity extends SyncIdentity> {
  readonly version: number;
  readonly changed = new Map<string, Row>();
  readonly losers: [res: string, key: string, loser: Loser][] = [];
  /** Records that already are what an op makes of them. */
  readonly #kept = new Set<string>();
  outcome: Omit<TxResult, "seq"> = { status: "applied" };

  readonly #policy: SyncPolicy<Identity>;
  readonly #meta: Meta;
  readonly #before: Rows;
  readonly #writer: Writer<Identity>;
  readonly #tx: Tx;

  constructor(
    policy: SyncPolicy<Identity>,
    meta: Meta,
    before: Rows,
    writer: Writer<Identity>,
    tx: Tx,
  ) {
    this.#policy = policy;
    this.#meta = meta;
    this.#before = before;
    this.#writer = writer;
    this.#tx = tx;
    this.version = meta.version + 1;
  }

  async run(): Promise<Refused | undefined> {
    const tx = this.#tx;
    if (tx.void !== undefined) return { reason: tx.void, message: "The device gave it up." };
    const asked: { op: Op; remoteTime: number }[] = [];
    const lost: number[] = [];
    let beaten = 0;
    let merged = false;
    for (const [i, op] of tx.ops.entries()) {
      const refused = await this.#authorize(op);
      if (refused) return refused;
      const decision = this.#decide(op);
      if (decision === undefined) return MERGE_FAILED;
      if (decision.kind === "refuse") return NO_RECORD;
      if (decision.kind === "keep") {
        this.#kept.add(recordId(op.res, op.key));
        continue;
      }
      if (decision.kind === "ask") {
        asked.push({ op, remoteTime: decision.remoteTime });
        continue;
      }
      for (const loser of decision.losers) this.losers.push([op.res, op.key, loser]);
      if (decision.kind === "lose") {
        lost.push(i);
        beaten++;
        continue;
      }
      merged ||= decision.merged;
      if (decision.lost) lost.push(i);
      const invalid = await this.#stage(decision.row, decision.merged);
      if (invalid) return invalid;
    }
    if (asked.length > 0) this.#hold(asked);
    else {
      this.outcome = {
        status: beaten > 0 ? "superseded" : merged ? "merged" : "applied",
        ...(lost.length > 0 && { lost }),
      };
      this.#closeOvertaken();
    }
    this.#settle();
    return undefined;
  }

  #row(res: string, key: string): Row | undefined {
    const id = recordId(res, key);
    return this.changed.get(id) ?? this.#before.get(id);
  }

  async #authorize(op: Op): Promise<Refused | undefined> {
    const { resources, authorize, onError } = this.#policy;
    if (resources && !Object.hasOwn(resources, op.res)) {
      return { reason: "forbidden", message: "This may not be written." };
    }
    if (!authorize) return undefined;
    const row = this.#row(op.res, op.key);
    try {
      const allowed = await authorize(this.#writer.identity, {
        kind: op.op,
        name: op.res,
        key: op.key,
        value: op.op === "put" ? op.value : op.op === "patch" ? op.fields : undefined,
        before: isLive(row) ? row!.value : undefined,
      });
      return allowed ? undefined : { reason: "forbidden", message: "This may not be written." };
    } catch (error) {
      if (error instanceof SyncRefusal) throw error;
      onError?.(error, "authorize");
      return { reason: "handler-failed", message: "The server could not decide on this write." };
    }
  }

  #decide(op: Op): Decision | undefined {
    const policy = this.#resource(op.res);
    const claim: Claim = {
      by: this.#writer.by,
      former: this.#writer.former,
      seq: this.#tx.seq,
      at: this.#writer.at,
      version: this.version,
      within: policy?.conflictWithin ?? this.#policy.conflictWithin ?? CONFLICT_WITHIN_MS,
      merge: policy?.merge,
      floor: { version: this.#meta.gcFloor, at: this.#meta.gcFloorAt },
    };
    try {
      return decide(this.#row(op.res, op.key), op, claim);
    } catch (error) {
      this.#policy.onError?.(error, "merge");
      return undefined;
    }
  }

  #resource(name: string) {
    const resources = this.#policy.resources;
    return resources && Object.hasOwn(resources, name) ? resources[name] : undefined;
  }

  /** Checks what a taken op would leave behind, and keeps it. */
  async #stage(row: Row, merged: boolean): Promise<Refused | undefined> {
    const schema = this.#resource(row.res)?.schema;
    let value = row.value;
    try {
      if (schema && !row.deleted) {
        const result = await schema["~standard"].validate(value);
        if (result.issues) {
          const message = result.issues.slice(0, 3).map((issue) => issue.message).join("; ");
          return { reason: "invalid", message };
        }
        value = result.value;
      }
      // A put was checked when it was read; what a patch or the app's code made was not.
      if (!row.deleted && (schema || row.fields || merged)) value = plainCopy(value, "the value");
    } catch (error) {
      if (error instanceof SyncError) return { reason: error.code, message: error.message };
      if (error instanceof SyncRefusal) throw error;
      this.#policy.onError?.(error, "schema");
      return { reason: "handler-failed", message: "The server could not check this write." };
    }
    this.changed.set(recordId(row.res, row.key), { ...row, value });
    return undefined;
  }

  /**
   * A person is to decide on some of the ops: nothing of the transaction takes effect until then.
   * Each record in question gets one conflict; the other ops wait with the first of them.
   */
  #hold(asked: readonly { op: Op; remoteTime: number }[]): void {
    this.changed.clear();
    this.losers.length = 0;
    const { identity, by, at } = this.#writer;
    const res = conflictsOf(identity.userId);
    const questions = new Map(
      asked.map(({ op, remoteTime }) => [recordId(op.res, op.key), remoteTime]),
    );
    const held = this.#tx.ops.filter((op) => !questions.has(recordId(op.res, op.key)));
    let first = true;
    for (const [id, remoteTime] of questions) {
      const ops = this.#tx.ops.filter((op) => recordId(op.res, op.key) === id);
      const { res: name, key, op: kind, was } = ops[0]!;
      const row = this.#before.get(id);
      const remote = isLive(row) ? row!.value : undefined;
      const earlier = this.#openConflict(name, key);
      // A patch stands on what its writer saw where that is known, else on what the server has.
      const start = earlier ? earlier.local : remote ?? was ?? row?.value;
      const local = ops.reduce(applyOp, kind === "patch" && !isObject(start) ? {} : start);
      if (earlier) this.losers.push([name, key, localOf(earlier, by)]);
      const heldNow = [...(earlier?.held ?? []), ...(first ? held : [])];
      const conflict: ConflictRow = {
        res: name,
        key,
        ...(local !== undefined && { local }),
        ...(remote !== undefined && { remote }),
        ...((earlier ? earlier.base : was) !== undefined && { base: earlier ? earlier.base : was }),
        localTime: at,
        remoteTime,
        kind: ops.length > 1 || earlier ? "put" : kind,
        ...(heldNow.length > 0 && { held: heldNow }),
        mid: this.#tx.mid,
      };
      this.#putHidden(res, conflictId(by, name, key), conflict);
      first = false;
    }
    this.outcome = { status: "conflict" };
  }

  #openConflict(name: string, key: string): ConflictRow | undefined {
    const { identity, by } = this.#writer;
    const row = this.#row(conflictsOf(identity.userId), conflictId(by, name, key));
    return isLive(row) ? row!.value as ConflictRow : undefined;
  }

  /**
   * The client wrote the whole record again before it heard of the conflict: that is its decision.
   * What it had written before goes into the history.
   */
  #closeOvertaken(): void {
    const { identity, by } = this.#writer;
    const res = conflictsOf(identity.userId);
    for (const op of this.#tx.ops) {
      if (op.op === "patch") continue;
      const id = conflictId(by, op.res, op.key);
      const row = this.#row(res, id);
      if (!isLive(row) || row!.version <= op.base) continue;
      const target = recordId(op.res, op.key);
      if (!this.changed.has(target) && !this.#kept.has(target)) continue;
      const conflict = row!.value as ConflictRow;
      if (conflict.held) continue;
      this.losers.push([op.res, op.key, localOf(conflict, by)]);
      this.#putHidden(res, id, undefined);
    }
  }

  #settle(): void {
    const res = conflictsOf(this.#writer.identity.userId);
    for (const [id, version] of this.#tx.settles ?? []) {
      const row = this.#row(res, id);
      if (!isLive(row) || row!.version !== version) continue;
      const conflict = row!.value as ConflictRow;
      this.losers.push([conflict.res, conflict.key, localOf(conflict, this.#writer.by)]);
      this.#putHidden(res, id, undefined);
    }
  }

  #putHidden(res: string, key: string, conflict: ConflictRow | undefined): void {
    this.changed.set(recordId(res, key), {
      res,
      key,
      value: conflict ?? null,
      version: this.version,
      ...(conflict ? {} : { deleted: 1 as const }),
      whole: [this.version, this.#writer.at, this.#writer.by, this.#tx.seq],
    });
  }
}

/** What a conflict held of its writer, for the history. */
function localOf(conflict: ConflictRow, by: string): Loser {
  const value = conflict.local === undefined ? {} : { value: conflict.local };
  return { ...value, at: conflict.localTime, by };
}

const NO_RECORD: Refused = {
  reason: "no-record",
  message: "This changes a record that does not exist.",
};

const MERGE_FAILED: Refused = {
  reason: "handler-failed",
  message: "The server could not merge this write with a concurrent one.",
};
