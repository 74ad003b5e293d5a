/**
 * The port behind which sessions are kept.
 *
 * A store keeps bytes under an id, with a revision and an expiry, and knows nothing of what the
 * bytes mean. The rule that everything else rests on is compare-and-set (law L6): a save names the
 * revision that it builds on, and fails when the store has moved on. A save never brings back what
 * was deleted. Nothing is decided by reading first: between a read and a write there is room for
 * another node.
 *
 * Every store runs the contract suite in `tests/contracts/session_store.ts`.
 */

/** What a store holds under an id. */
export interface StoredSession {
  /** The caller's to keep: no store holds on to it. */
  readonly data: Uint8Array;
  /** Opaque: equal or not, never earlier or later. */
  readonly revision: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The terms of one save. */
export interface SaveOptions {
  /** When the store may forget it, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** The revision that this save builds on; `undefined` creates, and fails if there is one. */
  readonly revision: string | undefined;
}

/** One of the sessions that `saveAll` is given. */
export interface SessionSave extends SaveOptions {
  /** What to save. */
  readonly data: Uint8Array;
}

/** What became of each session that `saveAll` was given. Every id is in one of the two. */
export interface SaveAllResult {
  /** The new revision of each session that is safe now. */
  readonly saved: ReadonlyMap<string, string>;
  /** Why each of the others is not: `SessionStoreError` or `SessionConflictError`. */
  readonly failed: ReadonlyMap<string, Error>;
}

/**
 * What a store tells its watchers. `gap` means that changes may have been missed, after a lost
 * connection for instance: whoever keeps sessions in memory reads them again.
 */
export type SessionChange =
  | { readonly type: "saved"; readonly id: string; readonly revision: string }
  | { readonly type: "deleted"; readonly id: string }
  | { readonly type: "gap" };

/**
 * Keeps sessions. Ids are at most 128 characters of `A-Z a-z 0-9 _ -`.
 *
 * Every method may reject with a `SessionStoreError`; its `code` says whether the store
 * is away (`unavailable`, `timeout`, `busy`), cannot take it (`full`, `too_large`), or is
 * `closed`. After such a rejection a save may have happened or not; the revision tells.
 */
export interface SessionStore {
  /** Whether what is saved outlives this process, so that live pages are worth keeping in it. */
  readonly isDurable?: boolean;

  /** The session under `id`; `undefined` when there is none, or it has expired by our clock. */
  load(id: string): Promise<StoredSession | undefined>;

  /**
   * Saves, if the store still holds the revision that the save builds on.
   *
   * @returns the new revision
   * @throws {SessionConflictError} when it does not: another revision, none, or, for a creation,
   * any at all. An expired session counts as none.
   */
  save(id: string, data: Uint8Array, options: SaveOptions): Promise<string>;

  /**
   * Moves the expiry of a session, and nothing else.
   *
   * @returns its revision, which is a new one where the store cannot help it; `undefined` when
   * there is no such session, which touching never brings back
   */
  touch(id: string, expiresAt: number): Promise<string | undefined>;

  /** Deletes; deleting what is not there does nothing. */
  delete(id: string): Promise<void>;

  /** Saves many, as fast as the store can: for shutdown. One failure does not stop the others. */
  saveAll(sessions: ReadonlyMap<string, SessionSave>): Promise<SaveAllResult>;

  /**
   * Tells of every deletion from now on, by any node, until the returned function is called, and
   * of saves where the store can: of each by itself, or of a `gap` after it. A store that cannot
   * know of other nodes' deletions leaves this out.
   */
  watch?(listener: (change: SessionChange) => void): () => void;

  /**
   * The revision of each of these sessions that exists: cheaper than loading them, for a watcher
   * that was told of a gap. A store for which it is not cheaper leaves this out.
   */
  revisions?(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;

  /** Lets go of files and connections. Closing twice does nothing; other calls then reject. */
  close(): Promise<void>;
}
