/**
 * `ctx.sync` as pages, handlers and components see it: data that can be read and written with and
 * without a network, on the server, in a device process and in the browser.
 *
 * Everything that reads is reactive: a component that read a value or a status renders again when
 * it changes, wherever the change came from.
 */

/** The record of values that any sync store can hold: what JSON has, nothing else. */
export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** What a schema library says about one value (Standard Schema, version 1). */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
    readonly issues: readonly {
      readonly message: string;
      readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
    }[];
  };

/**
 * A schema of any library that implements Standard Schema (Zod, Valibot, ArkType, …), by the parts
 * that are used here.
 */
export interface StandardSchema<Output = unknown> {
  /** What the library says of the schema: it is a convention, not an API to call. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** Settles two versions that nobody saw together. `undefined` stands for "deleted". */
export type MergeFunction<T> = (
  base: T | undefined,
  local: T | undefined,
  remote: T | undefined,
) => T;

/**
 * What happens to two writes of which neither saw the other.
 *
 * - `"lww"`: the later one wins, and the other stays readable in the history. Within one second of
 *   each other a person is asked.
 * - `"ask"`: a person is asked, however far apart they are.
 * - `{ merge }`: the function settles it.
 */
export type SyncStrategy<T> = "lww" | "ask" | { readonly merge: MergeFunction<T> };

/** How a person settles a conflict. */
export type Resolution<T> = "local-wins" | "remote-wins" | { readonly merge: T };

/** Two versions of one value, of which a person (or a merge function) must choose. */
export interface Conflict<T = unknown> {
  /** Names the conflict, for `resolveConflict`. */
  readonly id: string;
  /** The resource or collection, and the record in it (empty for a resource). */
  readonly name: string;
  /** The record in a collection; empty for a resource. */
  readonly key: string;
  /** What was written here; `undefined` when it was deleted here. */
  readonly localValue: T | undefined;
  /** What the server has; `undefined` when it was deleted there. */
  readonly remoteValue: T | undefined;
  /** What both started from, where it is known. */
  readonly baseValue: T | undefined;
  /** When it was written here, by the server's clock. */
  readonly localTime: Date;
  /** When the other was written, by the server's clock. */
  readonly remoteTime: Date;
}

/** A version that lost against a later one. Kept, so that no write is lost in silence. */
export interface Superseded<T = unknown> {
  /** The resource or collection. */
  readonly name: string;
  /** The record in a collection; empty for a resource. */
  readonly key: string;
  /** `undefined` when the write that lost was a delete. */
  readonly value: T | undefined;
  /** When it was written. */
  readonly time: Date;
}

/** A write that the server refused. It is kept, out of sight of `current`, until dismissed. */
export interface DeadLetter {
  /** Names the write, for `retry` and `dismiss`. */
  readonly id: string;
  /** For a program: `"forbidden"`, `"invalid"`, `"too-large"`, `"server-restored"`, … */
  readonly reason: string;
  /** For a person. */
  readonly message: string;
  /** When it was refused. */
  readonly time: Date;
  /** What it would have written. */
  readonly writes: readonly {
    readonly name: string;
    readonly key: string;
    readonly kind: "put" | "patch" | "delete";
    /** The value of a put, the fields of a patch. */
    readonly value?: unknown;
  }[];
}

/** Whether the server has what is shown: the most urgent that holds for a resource or a record. */
export type ResourceStatus = "synced" | "pending" | "conflict" | "error";

/**
 * What the synchronisation is doing.
 *
 * - `"loading"`: the first load, or a complete one after the server asked for it
 * - `"idle"`: nothing to do
 * - `"syncing"`: an exchange is under way
 * - `"waiting"`: the last attempt failed, the next one is scheduled
 * - `"signed-out"`: the server does not know who this is; nothing is sent until it does
 * - `"wrong-user"`: the server knows somebody else; nothing is sent
 * - `"upgrade"`: the server no longer takes what this version of the app sends; the queue is kept
 * - `"stopped"`: no exchange runs here (closed, or another tab runs it and is silent)
 */
export type SyncPhase =
  | "loading"
  | "idle"
  | "syncing"
  | "waiting"
  | "signed-out"
  | "wrong-user"
  | "upgrade"
  | "stopped";

/** What the synchronisation of this user's data is doing, on this device. */
export interface SyncStatus {
  /** What is being done. */
  readonly phase: SyncPhase;
  /** Whether the last exchange reached the server. A hint of the platform never decides it. */
  readonly online: boolean;
  /** Whether an exchange is under way. */
  readonly syncing: boolean;
  /** Transactions that the server has not confirmed. */
  readonly pending: number;
  /** Milliseconds since the oldest of them was written; `undefined` when there is none. */
  readonly oldestPendingAge: number | undefined;
  /** When the server was last heard of completely. */
  readonly lastSync: Date | undefined;
  /** Why the last attempt failed; `undefined` after one that did not. */
  readonly lastError: { readonly code: string; readonly message: string } | undefined;
  /** Questions for a person. */
  readonly conflicts: number;
  /** Writes that the server refused. */
  readonly dead: number;
  /** How far this device's clock is ahead of the server's, in milliseconds. */
  readonly skewMs: number | undefined;
  /** The complete load under way: rows received, and about how many there are. */
  readonly initial: { readonly done: number; readonly total: number } | undefined;
  /** Writes wait, and nothing has tried to send them for a while: a bug, or a suspended tab. */
  readonly stuck: boolean;
}

/** How one attempt to synchronise ended. */
export interface SyncOutcome {
  /** Whether everything was exchanged. */
  readonly ok: boolean;
  /** Transactions that the server answered in this attempt. */
  readonly pushed: number;
  /** Rows that changed here in this attempt. */
  readonly pulled: number;
  /** Why not. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** How a write is made. */
export interface SyncWriteOptions {
  /**
   * The `version` of the value that the person saw when they began this change, where that is not
   * the one shown now (a form that stood open). A write that came between is then a conflict, or
   * loses by time, instead of being overwritten unseen.
   */
  readonly base?: number;
}

/** What resources and collections have in common. */
export interface SyncOptions<T> {
  /** Default `"lww"`. */
  readonly strategy?: SyncStrategy<T>;
  /** Checked at each write, here and again on the server. Must answer synchronously here. */
  readonly schema?: StandardSchema<T>;
}

/** What a resource is made with. */
export interface ResourceOptions<T> extends SyncOptions<T> {
  /** What `current` is before anything was written and after a delete. */
  readonly default: T;
}

/** What a collection is made with. */
export type CollectionOptions<T> = SyncOptions<T>;

/** One named value that is kept in step with the server. */
export interface SyncResource<T> {
  /** As it was asked for. */
  readonly name: string;
  /** The value now: confirmed state with this device's own unconfirmed writes on top. Frozen. */
  readonly current: T;
  /** Names the version shown, for {@linkcode SyncWriteOptions.base}. */
  readonly version: number;
  /** Whether `current` has been read from the store; before that it is the default. */
  readonly loaded: boolean;
  /** Fulfilled when it has been. */
  readonly ready: Promise<void>;
  /** Whether the server has it. Reactive. */
  readonly status: ResourceStatus;
  /** Its unresolved conflicts. Reactive. */
  readonly conflicts: readonly Conflict<T>[];
  /**
   * Replaces the value. `current` answers with it at once; the promise is fulfilled when it is
   * durable on this device (on the server: when it is in the store).
   *
   * @throws {SyncError} `not-plain` or `invalid`, at once, with the path to what is wrong
   */
  update(value: T, options?: SyncWriteOptions): Promise<void>;
  /** Sets some fields of an object. Patches of different fields never conflict. */
  patch(fields: Partial<T>, options?: SyncWriteOptions): Promise<void>;
  /** Deletes the value: `current` is the default again. */
  delete(options?: SyncWriteOptions): Promise<void>;
  /**
   * Settles a conflict.
   *
   * @throws {SyncError} `no-conflict` when there is no such conflict any more
   */
  resolveConflict(id: string, resolution: Resolution<T>): Promise<void>;
  /** Versions that lost against later ones, newest first; bounded. */
  history(): Promise<readonly Superseded<T>[]>;
}

/** Which records of a collection. */
export interface CollectionQuery {
  /** Only keys that begin with this. */
  readonly prefix?: string;
  /** Only keys that come after this one. */
  readonly after?: string;
  /** At most so many. */
  readonly limit?: number;
}

/** One record of a collection. */
export interface SyncRecord<T> {
  /** Its key. */
  readonly key: string;
  /** Its value. Frozen. */
  readonly value: T;
}

/** Many records under one name, in the order of their keys. */
export interface SyncCollection<T> {
  /** As it was asked for. */
  readonly name: string;
  /** Whether the records have been read from the store; before that there are none. */
  readonly loaded: boolean;
  /** Fulfilled when they have been. */
  readonly ready: Promise<void>;
  /** How many there are. Reactive. */
  readonly size: number;
  /** Whether the server has all of them. Reactive. */
  readonly status: ResourceStatus;
  /** Unresolved conflicts of its records. Reactive. */
  readonly conflicts: readonly Conflict<T>[];
  /** One record; `undefined` when there is none. Reactive. */
  get(key: string): T | undefined;
  /** Whether there is such a record. Reactive. */
  has(key: string): boolean;
  /** Names the version shown of one record, for {@linkcode SyncWriteOptions.base}. */
  version(key: string): number;
  /** Whether the server has this record. Reactive. */
  statusOf(key: string): ResourceStatus;
  /** The records, in the order of their keys. Reactive. */
  list(query?: CollectionQuery): readonly SyncRecord<T>[];
  /** Like `list`, read from the store without holding the collection in memory; not reactive. */
  page(query?: CollectionQuery): Promise<readonly SyncRecord<T>[]>;
  /** Creates or replaces a record; `update` of a resource says more. */
  put(key: string, value: T, options?: SyncWriteOptions): Promise<void>;
  /** Sets some fields of a record that is there. Patches of different fields never conflict. */
  patch(key: string, fields: Partial<T>, options?: SyncWriteOptions): Promise<void>;
  /** Deletes a record; deleting what is not there does nothing. */
  delete(key: string, options?: SyncWriteOptions): Promise<void>;
  /** Settles a conflict; rejects with `no-conflict` when it is settled already. */
  resolveConflict(id: string, resolution: Resolution<T>): Promise<void>;
  /** Versions of a record that lost against later ones, newest first; bounded. */
  history(key: string): Promise<readonly Superseded<T>[]>;
}

/** `ctx.sync`: data that is kept in step everywhere, with and without a network. */
export interface SyncCtx {
  /** The one value of this name; the same object each time. */
  resource<T>(name: string, options: ResourceOptions<T>): SyncResource<T>;
  /** The records of this name; the same object each time. */
  collection<T>(name: string, options?: CollectionOptions<T>): SyncCollection<T>;
  /** What synchronising is doing. Reactive. */
  readonly status: SyncStatus;
  /** Every unresolved conflict of this user, of all resources. */
  readonly conflicts: readonly Conflict[];
  /**
   * Settles one of them, whatever it belongs to; as its resource's own `resolveConflict` does.
   *
   * @throws {SyncError} `no-conflict` when there is no such conflict any more
   */
  resolveConflict(id: string, resolution: Resolution<unknown>): Promise<void>;
  /** Writes that the server refused, in that order, until they are dismissed or tried again. */
  readonly dead: readonly DeadLetter[];
  /** Forgets a write that the server refused. */
  dismiss(id: string): Promise<void>;
  /** Writes a dead letter again, as if it had just been written. */
  retry(id: string): Promise<void>;
  /**
   * Makes the writes in `fn` one transaction: all of them take effect, or none.
   *
   * @throws {TypeError} when `fn` is asynchronous: a write after an `await` would not be in it
   */
  transaction(fn: () => void): Promise<void>;
  /** One attempt now, also while waiting or signed out. Never rejects for want of a network. */
  forceSync(): Promise<SyncOutcome>;
}
