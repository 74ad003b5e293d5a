/**
 * What a replica keeps on its device, and under which keys.
 *
 * ```
 * m                      meta
 * l/<first seq>          log: up to 100 transactions that the server has not both answered and
 *                        delivered back
 * k/<n>                  transactions answered under a former client id, until they are delivered
 * b<gen>/<res>/<key>     base: a page of about 100 confirmed rows, from this key on
 * d/<id>                 a write that the server refused
 * h/<n>                  a value of this device that lost
 * ```
 *
 * Whether something is "dirty" is never stored: the visible state is the base with the log on top,
 * so the two cannot disagree.
 */

import type { DeadLetter } from "../../contract/sync.ts";
import { pad } from "../ids.ts";
import { type FormerId, type RequestHead, SYNC_PROTOCOL, type Tx } from "../protocol.ts";

/** Whose data a store holds, and in which version of the app's shape. */
export interface Owner {
  readonly user: string;
  readonly scope: string;
  readonly schema: number;
}

/** Values in it are shared by memory and store: one is replaced, never changed. */
export interface ReplicaMeta {
  readonly format: 1;
  clientId: string;
  /** Client ids before this one, newest first. */
  former: readonly FormerId[];
  user: string;
  scope: string;
  /** The version of the app's data in which log and base are. */
  schema: number;
  /** Counts commits; a tab whose copy is behind reads anew. */
  rev: number;
  /** Number of the next transaction. */
  nextSeq: number;
  /** Every outcome up to here is known, and what it says is stored. */
  acked: number;
  /** The last `acked` that the server was told. */
  told: number;
  /** Own transactions up to here are in the base. */
  included: number;
  epoch: string | null;
  cursor: string | null;
  view: string;
  /** The base has everything up to this version. */
  seen: number;
  /** Which generation of the base is shown. */
  gen: number;
  /** The complete load under way, into the next generation. */
  loading: Loading | null;
  /** Generations that are to be deleted. */
  garbage: readonly number[];
  /** When the last pull was complete, by this device's clock. */
  lastSync: number | null;
  /** Number of the next entry of the history. */
  nextLost: number;
  /** How many writes were refused so far. */
  deaths: number;
}

export interface Loading {
  readonly gen: number;
  readonly epoch: string;
  readonly cursor: string;
  readonly view: string;
  readonly done: number;
  readonly total: number;
  /** After a new epoch: rows above this version are not on the server any more. */
  readonly lostAfter: number | null;
}

/** A transaction in the log; everything but `at` goes to the server as it is. */
export type LogTx = Tx;

export type LogChunk = readonly LogTx[];

/** As stored: a date is not plain data. */
export type LetterRecord = Omit<DeadLetter, "time"> & {
  readonly time: number;
  /** The how manieth refused write it is: clocks step, and many are refused in one moment. */
  readonly nth: number;
};

export interface LostRecord {
  readonly res: string;
  readonly key: string;
  readonly value?: unknown;
  readonly at: number;
}

export const META_KEY = "m";

export function chunkKey(firstSeq: number): string {
  return `l/${pad(firstSeq)}`;
}

export function carriedKey(n: number): string {
  return `k/${pad(n)}`;
}

export function letterKey(id: string): string {
  return `d/${id}`;
}

export function lostKey(n: number): string {
  return `h/${pad(n)}`;
}

/** Before the pages of one resource. */
export function basePrefix(gen: number, res: string): string {
  return `b${gen}/${res}/`;
}

/** Before the pages of one generation. */
export function genPrefix(gen: number): string {
  return `b${gen}/`;
}

export function firstMeta(clientId: string, owner: Owner): ReplicaMeta {
  const { user, scope, schema } = owner;
  return {
    format: 1,
    clientId,
    former: [],
    user,
    scope,
    schema,
    rev: 0,
    nextSeq: 1,
    acked: 0,
    told: 0,
    included: 0,
    epoch: null,
    cursor: null,
    view: "",
    seen: 0,
    gen: 0,
    loading: null,
    garbage: [],
    lastSync: null,
    nextLost: 0,
    deaths: 0,
  };
}

/** What every request of a device says of it. */
export function requestHead(meta: Readonly<ReplicaMeta>): Omit<RequestHead, "epoch"> {
  const { schema, user, scope, clientId } = meta;
  return { protocol: SYNC_PROTOCOL, schema, user, scope, clientId };
}
