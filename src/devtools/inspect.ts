/**
 * What is in a store of synced data, as it is on disk: read with the store's own transactions, past
 * the engine, so that the two can be compared.
 *
 * @module
 */
import { decodeKey } from "../sync/ids.ts";
import type { Op, Tx } from "../sync/protocol.ts";
import type { AuthorityStore, ReplicaStore, StoreEntry, StoreTx } from "../sync/ports.ts";
import type { ClientRecord, Meta } from "../sync/authority/records.ts";
import type { Row } from "../sync/authority/decide.ts";
import type { PageRow } from "../sync/replica/pages.ts";
import type { LetterRecord, LogTx, LostRecord, ReplicaMeta } from "../sync/replica/records.ts";

/** Entries of one kind that are read: the tools are for looking, not for a million rows. */
const MOST = 200;

/** A value under its name and key. */
export interface RowLine {
  readonly name: string;
  readonly key: string;
  readonly version: number;
  readonly value: unknown;
  readonly deleted: boolean;
}

/** A transaction that was written on a device. */
export interface LogLine {
  readonly seq: number;
  readonly mid: string;
  readonly at: number;
  /** The server has said how it ended. */
  readonly isAnswered: boolean;
  readonly ops: readonly string[];
}

/** A device's copy. */
export interface ReplicaReport {
  readonly meta: ReplicaMeta | undefined;
  readonly log: readonly LogLine[];
  readonly base: readonly RowLine[];
  readonly letters: readonly LetterRecord[];
  readonly lost: readonly LostRecord[];
}

/** One part of a server's data. */
export interface ScopeReport {
  readonly meta: Meta | undefined;
  readonly rows: readonly RowLine[];
  readonly devices: readonly (ClientRecord & { readonly id: string })[];
  /** Values that lost, by their records. */
  readonly lost: number;
}

/** Reads a device's copy. */
export function inspectReplica(store: ReplicaStore): Promise<ReplicaReport> {
  return store.tx("read", async (tx) => {
    const meta = await tx.get("m") as ReplicaMeta | undefined;
    const chunks = await under(tx, "l/");
    const carried = await under(tx, "k/");
    const log = [...carried.map(([, item]) => item as LogTx), ...chunks.flatMap(chunkOf)];
    const pages = await under(tx, `b${meta?.gen ?? 0}/`);
    return {
      meta,
      log: log.map((item) => toLogLine(item, meta?.acked ?? 0)),
      base: pages.flatMap(([key, page]) =>
        (page as readonly PageRow[]).map((row) => fromPage(key.split("/")[1]!, row))
      ),
      letters: (await under(tx, "d/")).map(([, letter]) => letter as LetterRecord),
      lost: (await under(tx, "h/")).map(([, lost]) => lost as LostRecord),
    };
  });
}

/** Reads one part of a server's data. */
export function inspectScope(store: AuthorityStore, scope: string): Promise<ScopeReport> {
  return store.tx(scope, "read", async (tx) => ({
    meta: await tx.get("m") as Meta | undefined,
    rows: (await under(tx, "r/")).map(([, row]) => fromRow(row as Row)),
    devices: (await under(tx, "c/"))
      .map(([key, client]) => ({ id: key.slice(2), ...client as ClientRecord })),
    lost: (await under(tx, "h/")).length,
  }));
}

function under(tx: StoreTx, prefix: string): Promise<StoreEntry[]> {
  return tx.range({ from: prefix, before: `${prefix}\x7f`, limit: MOST });
}

function chunkOf([, chunk]: StoreEntry): readonly LogTx[] {
  return chunk as readonly LogTx[];
}

function toLogLine(tx: Tx, acked: number): LogLine {
  const { seq, mid, at } = tx;
  return { seq, mid, at, isAnswered: seq <= acked, ops: tx.ops.map(sayOp) };
}

function sayOp(op: Op): string {
  const where = op.key === "" ? op.res : `${op.res}/${op.key}`;
  const what = op.op === "put" ? op.value : op.op === "patch" ? op.fields : undefined;
  return `${op.op} ${where}${what === undefined ? "" : ` ${JSON.stringify(what)}`}`;
}

function fromPage(name: string, [key, version, value]: PageRow): RowLine {
  return { name, key: decodeKey(key), version, value, deleted: false };
}

function fromRow({ res, key, version, value, deleted }: Row): RowLine {
  return { name: res, key, version, value, deleted: deleted === 1 };
}
