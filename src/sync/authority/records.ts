/**
 * What the authority keeps of one scope, and under which keys.
 *
 * ```
 * m                      meta
 * r/<res>/<key>          row, or tombstone
 * v/<version>            which rows a version changed; stale where a row changed again
 * c/<client>             a client's sequence
 * o/<client>/<seq>       how a transaction ended
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
  /** When {@linkcode gcFloor} was written, at the latest. */
  readonly gcFloorAt: number;
  /** The latest time given to any write, so that nodes with different clocks keep one order. */
  readonly clock: number;
  /** Rows that are not deleted. */
  readonly rows: number;
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
  /** Outcomes below this number are gone. */
  readonly kept: number;
}

export interface OutcomeRecord extends TxResult {
  readonly mid: string;
}

export interface VersionRecord {
  readonly at: number;
  readonly rows: readonly (readonly [res: string, key: string])[];
}

export type HistoryRecord = readonly Loser[];

/** At a new epoch versions jump, so that no base of the lost past covers a version of the new. */
export const EPOCH_JUMP = 2 ** 32;

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

export function outcomeKey(clientId: string, seq: number): string {
  return `o/${clientId}/${pad(seq)}`;
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
