/**
 * What device and server say to each other: JSON by POST to `push` and `pull`; a pull is answered
 * in lines, each a page that stands for itself, so that a load that breaks off goes on where it
 * was. `docs/sync.md` tells the story.
 */

export const SYNC_PROTOCOL = 1;

/** The hidden collection of a user's own unresolved conflicts, as a replica sees it. */
export const CONFLICTS = "~conflicts";

/** The record that an op is about, and what its writer had seen of it. */
export interface OpTarget {
  /** The resource or collection. */
  readonly res: string;
  /** The record; empty for a resource. */
  readonly key: string;
  /** Everything up to this version had been seen when the op was made. */
  readonly base: number;
  /** Set when the record existed in what was seen. */
  readonly had?: 1;
  /** Set when a person or a merge function is to be asked, however far apart the writes are. */
  readonly ask?: 1;
  /** The value that the op started from, where somebody may be asked. */
  readonly was?: unknown;
}

/** Creates or replaces a record. */
export interface PutOp extends OpTarget {
  /** Which kind it is. */
  readonly op: "put";
  /** The whole value. */
  readonly value: unknown;
}

/** Sets some fields of a record. */
export interface PatchOp extends OpTarget {
  /** Which kind it is. */
  readonly op: "patch";
  /** The fields and their values. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Deletes a record. */
export interface DeleteOp extends OpTarget {
  /** Which kind it is. */
  readonly op: "delete";
}

/** One change of one record. */
export type Op = PutOp | PatchOp | DeleteOp;

/** One transaction of a client: all of it takes effect, or none. */
export interface Tx {
  readonly seq: number;
  readonly mid: string;
  /** When it was written, by the sender's clock of `sentAt`. */
  readonly at: number;
  readonly ops: readonly Op[];
  /** Conflicts that it settles, each with the version that was seen. */
  readonly settles?: readonly (readonly [id: string, version: number])[];
  /** The device gave it up (too large to send); only the number is to be used. */
  readonly void?: string;
}

/** What every request says of its sender. */
export interface RequestHead {
  readonly protocol: number;
  /** The version of the app's data. */
  readonly schema: number;
  /** Who the replica belongs to: refused when the server knows the sender as somebody else. */
  readonly user: string;
  readonly scope: string;
  readonly clientId: string;
  readonly epoch: string | null;
}

/**
 * What a client id wrote up to a number is this device's own. Not beyond: a copy of its disk may
 * live on under the same id.
 */
export type FormerId = readonly [clientId: string, lastSeq: number];

export interface PushRequest extends RequestHead {
  readonly sentAt: number;
  /** Outcomes up to here are durable on the device. */
  readonly ack: number;
  /** Client ids that this device had before, and up to which number each was its own. */
  readonly former: readonly FormerId[];
  readonly txs: readonly Tx[];
}

/** How a transaction ended; each can be seen by its writer. */
export type TxStatus = "applied" | "merged" | "superseded" | "conflict" | "rejected";

/** How one transaction ended. */
export interface TxResult {
  /** Its number among those of its writer. */
  readonly seq: number;
  /** `forked`: this number was used by another transaction; the device needs a new client id. */
  readonly status: TxStatus | "forked";
  /** The version that it made, when it changed something. */
  readonly version?: number;
  /** For a program, when rejected. */
  readonly reason?: string;
  /** For a person, when rejected. */
  readonly message?: string;
  /** Indices of the ops that lost against later writes, when superseded or merged. */
  readonly lost?: readonly number[];
}

export interface PushResponse {
  readonly epoch: string;
  readonly lastSeq: number;
  readonly serverTime: number;
  readonly results: readonly TxResult[];
}

export interface PullRequest extends RequestHead {
  /** From the last page; null at first. */
  readonly cursor: string | null;
  /** What was readable at the last page. */
  readonly view: string;
  /** Rows in a page. */
  readonly limit: number;
}

/** `[res, key, version, value]`; without a value it is deleted. */
export type Change = readonly [res: string, key: string, version: number, value?: unknown];

export interface PullPage {
  readonly epoch: string;
  /** Where the next pull goes on. Opaque to the device. */
  readonly cursor: string;
  /** With `more` false: the device has seen everything up to here. */
  readonly version: number;
  /** What the device has must be replaced: this is the first page of a complete load. */
  readonly reset?: 1;
  /** After a reset into a new epoch: the server lost every version above this. */
  readonly lostAfter?: number;
  readonly changes: readonly Change[];
  /** Resources that are not readable any more. */
  readonly revoked?: readonly string[];
  readonly view: string;
  /** With `more` false: the device's own transactions up to here are in what was pulled. */
  readonly lastSeq: number;
  readonly more: boolean;
  readonly serverTime: number;
  /** Rows in a complete load, about. */
  readonly total?: number;
}

/** Refusals of a whole request. */
export type RefusalCode =
  | "unauthenticated"
  | "forbidden"
  | "wrong-user"
  | "cross-site"
  | "bad-request"
  | "too-large"
  | "upgrade"
  | "epoch"
  | "gap"
  | "rate-limited"
  | "busy"
  | "internal";

export interface RefusalBody {
  readonly error: {
    readonly code: RefusalCode;
    readonly message: string;
    /** With `epoch` and `gap`: what the server has. */
    readonly epoch?: string;
    readonly lastSeq?: number;
  };
}

/** The status that a refusal travels under. */
export const REFUSAL_STATUS: Readonly<Record<RefusalCode, number>> = {
  "unauthenticated": 401,
  "forbidden": 403,
  "wrong-user": 403,
  "cross-site": 403,
  "bad-request": 400,
  "too-large": 413,
  "upgrade": 426,
  "epoch": 409,
  "gap": 409,
  "rate-limited": 429,
  "busy": 503,
  "internal": 500,
};

/** A conflict as it travels: the value of a row in {@linkcode CONFLICTS}. */
export interface ConflictRow {
  readonly res: string;
  readonly key: string;
  /** Absent where deleted or unknown. */
  readonly local?: unknown;
  readonly remote?: unknown;
  readonly base?: unknown;
  readonly localTime: number;
  readonly remoteTime: number;
  /** What the op did; a delete has no `local`. */
  readonly kind: Op["op"];
  /** The other ops of its transaction, which wait for the decision. */
  readonly held?: readonly Op[];
  readonly mid: string;
}
