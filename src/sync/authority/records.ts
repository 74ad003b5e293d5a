/**
 * What the authority keeps of one scope, and under which keys.
 *
 * ```
 * m                      meta
 * r/<res>/<key>          row, or tombstone
 * v/<version>            which rows a version changed; stale where a row changed again
 * c/<client>             a client's sequence
 * o/<mid>                how a transaction ended
 * p/<client>/<n>         ids of the client's transactions, a hundred to a record
 * h/<res>/<key>          values of the row that lost
 * ```
 */

import type { TxResult } from "../protocol.ts";
import { encodeKey, pad } from "../ids.ts";
import type { Loser } from "./decide.ts";

export interface Meta {
  /** The version last given out; one per transaction that changed something. */
  readonly version: number;
  /** Changes when the server lost what devices may have seen. */
  readonly epoch: string;
  /** All epochs so far: the version that each began after, and what was kept before its jump. */
  readonly epochs: readonly { readonly id: string; readonly kept: number }[];
  /** Tombstones and index entries up to this version are gone. */
  readonly gcFloor: number;
  /** When {@linkcode gcFloor} was taken, at the latest. */
  readonly gcFloorAt: number;
  /** The latest time given to any write, so that nodes with different clocks keep one order. */
  readonly clock: number;
  /** Rows that are not deleted. */
  readonly rows: number;
}

/**
 * Whether nothing was committed between two looks at a scope. All of it counts: a plan writes the
 * meta back as it found it, so a floor that a collection raised meanwhile would fall again.
 */
export function isSameMeta(a: Meta, b: Meta): boolean {
  return a.version === b.version && a.epoch === b.epoch && a.gcFloor === b.gcFloor &&
    a.clock === b.clock;
}

export interface ClientRecord {
  readonly user: string;
  readonly lastSeq: number;
  /** Corrected time of its last write. */
  readonly lastTime: number;
  /** When it last pushed. */
  readonly seen: number;
  /** The device has stored every outcome up to here. */
  readonly acked: number;
  /** Records of ids before this one are gone, and the outcomes with them. */
  readonly keptPages: number;
}

/**
 * By the id of the transaction, not by client and number: a device that was set back, or that had
 * to start a new client id, may send under another number what had been taken before.
 */
export interface OutcomeRecord extends TxResult {
  readonly client: string;
}

/** Ids of consecutive transactions of one client, in order. */
export type IdPage = readonly string[];

/** Transactions in one {@linkcode IdPage}. */
export const IDS_PER_PAGE = 100;

/** The page that has the id of number `seq`, and where in it. */
export function idPlace(seq: number): { readonly page: number; readonly at: number } {
  return { page: Math.floor((seq - 1) / IDS_PER_PAGE), at: (seq - 1) % IDS_PER_PAGE };
}

export interface VersionRecord {
  /** When the server took it, however long ago a device wrote it. */
  readonly at: number;
  readonly rows: readonly (readonly [res: string, key: string])[];
}

export type HistoryRecord = readonly Loser[];

/**
 * At a new epoch versions jump, so that nothing that was seen of the lost past counts as seen of
 * what is written now.
 */
export const EPOCH_JUMP = 2 ** 24;

/**
 * Where the versions of a scope begin: by time, so that they jump also when a server lost
 * everything and begins with an empty store. 65,536 for each minute since 2026.
 */
export function firstVersion(now: number): number {
  return Math.max(0, Math.floor((now - Date.UTC(2026, 0, 1)) / 60_000)) * 2 ** 16;
}

export const META_KEY = "m";

export function rowKey(res: string, key: string): string {
  return `r/${res}/${encodeKey(key)}`;
}

export function versionKey(version: number): string {
  return `v/${pad(version)}`;
}

export function clientKey(clientId: string): string {
  return `c/${clientId}`;
}

export function outcomeKey(mid: string): string {
  return `o/${mid}`;
}

export function idPageKey(clientId: string, page: number): string {
  return `p/${clientId}/${pad(page)}`;
}

export function historyKey(res: string, key: string): string {
  return `h/${res}/${encodeKey(key)}`;
}

/** The resource that holds one user's unresolved conflicts. Apps cannot name it. */
export function conflictsOf(user: string): string {
  return `~c.${encodeKey(user)}`;
}

/** One conflict per client and record: what the client writes to it meanwhile joins it. */
export function conflictId(by: string, res: string, key: string): string {
  return `${by}.${res}.${key}`;
}
