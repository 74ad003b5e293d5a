/**
 * One session in this process: the object that every tab, request and handler of it shares here.
 *
 * It keeps the values and tells who must know about changes; it does no input or output. Loading
 * and saving is in `session_sync.ts`, and runs under {@linkcode SharedSession.exclusive}, one at a
 * time.
 */

import type { SessionId } from "../internal/ids.ts";
import type { EncodedValue, SessionRecord } from "./codec.ts";
import { SessionEndedError, SessionStoreError, shortId } from "./errors.ts";
import { type Absorbed, SessionValues, type ValuesSnapshot } from "./session_values.ts";

/**
 * Why a session is over: `destroyed` by log-out here or elsewhere, `expired` by the clock,
 * `rotated` into one with another id, or `gone` from its store.
 */
export type SessionEnd = "destroyed" | "expired" | "rotated" | "gone";

/** Who is told when a value changes: one per tab that uses signals. */
export interface ValueObserver {
  valueChanged(key: string, value: EncodedValue | undefined): void;
}

/** How a shared session begins. */
export interface SharedSessionInit {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly now: number;
  readonly userId: string | undefined;
  readonly values?: ReadonlyMap<string, EncodedValue>;
  /**
   * What is known about the store's side: `new` is made here, `stored` was saved once (its
   * absence means that it was ended), `provisional` may have been saved by another node.
   */
  readonly origin: "new" | "stored" | "provisional";
}

/** Revisions of our own that are remembered, to know our own saves when the store tells of them. */
const OWN_REVISIONS = 8;

/** Nobody waits for the end. */
const NOBODY: readonly ((end: SessionEnd) => void)[] = [];

/** What all handles of one session share in this process. */
export class SharedSession {
  readonly id: SessionId;
  readonly values = new SessionValues();
  createdAt: number;
  userId: string | undefined;
  lastActiveAt: number;

  /** The revision that the store held last; `undefined` before it was ever saved or loaded. */
  revision: string | undefined;
  /** The expiry that the store has for it. */
  storedExpiry = 0;
  /** Whether what the store holds is known. `false` during an outage that began before loading. */
  isLoaded: boolean;
  /** Whether its absence from the store means that it was ended. */
  mustExist: boolean;
  /** Whether it is saved even without a value: it has taken the place of another. */
  mustBeStored = false;
  /** Whether the browser has, or is about to get, a cookie with this id: only then it is saved. */
  isAnchored: boolean;

  #end: SessionEnd | undefined;
  // Made when they are needed: there is one of each for every visitor.
  #tail: Promise<unknown> | undefined;
  #ownRevisions: string[] | undefined;
  #observers: Set<WeakRef<ValueObserver>> | undefined;
  #endListeners: readonly ((end: SessionEnd) => void)[] = NOBODY;

  constructor(init: SharedSessionInit) {
    this.id = init.id;
    this.createdAt = init.createdAt;
    this.lastActiveAt = init.now;
    this.userId = init.userId;
    this.isLoaded = init.origin === "new";
    this.mustExist = init.origin === "stored";
    this.isAnchored = init.origin !== "new";
    // As changes, not as a base: nobody has saved them under this id yet.
    for (const [key, value] of init.values ?? []) this.values.put(key, value);
  }

  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** Whether the store lacks something: changed values, or the session itself. */
  get isDirty(): boolean {
    return this.values.isDirty || (this.revision === undefined && this.mustBeStored);
  }

  /** @throws {SessionEndedError} when the session is over */
  mustBeAlive(): void {
    if (this.#end === undefined) return;
    throw new SessionEndedError(
      `Cannot use session ${shortId(this.id)}: it is over (${this.#end}); ` +
        "a new request gets a new session",
      this.#end,
    );
  }

  /**
   * @throws {SessionStoreError} when what the store holds is unknown: a change could then
   * override what was never seen
   */
  mustBeLoaded(): void {
    if (this.isLoaded) return;
    throw new SessionStoreError(
      `Cannot change session ${shortId(this.id)}: its store could not be reached, so what it ` +
        "holds is unknown; try again when the store is back",
      "unavailable",
    );
  }

  /**
   * Sets or removes a value and tells the other tabs.
   *
   * @param writer is not told: it knows
   * @returns whether that changed anything
   */
  put(key: string, value: EncodedValue | undefined, writer: ValueObserver): boolean {
    this.mustBeAlive();
    this.mustBeLoaded();
    if (!this.values.put(key, value)) return false;
    this.#tell([key], writer);
    return true;
  }

  /** Takes over what the store holds. */
  absorb(record: SessionRecord, revision: string, storedExpiry: number): Absorbed {
    this.createdAt = record.createdAt;
    this.userId = record.userId;
    this.isLoaded = true;
    this.#nowAt(revision, storedExpiry);
    const absorbed = this.values.absorb(record.values);
    this.#tell(absorbed.changed);
    return absorbed;
  }

  /** The store took this snapshot, or merely a new expiry. */
  confirm(snapshot: ValuesSnapshot | undefined, revision: string, storedExpiry: number): void {
    if (snapshot) this.values.confirm(snapshot);
    this.#nowAt(revision, storedExpiry);
    const own = this.#ownRevisions ??= [];
    own.push(revision);
    if (own.length > OWN_REVISIONS) own.shift();
  }

  /** Whether this revision has been seen here: loaded, or saved by ourselves. */
  knows(revision: string): boolean {
    return this.revision === revision || this.#ownRevisions?.includes(revision) === true;
  }

  /** Ends it for everybody here. Only the first end counts. */
  finish(end: SessionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const listeners = this.#endListeners;
    this.#endListeners = NOBODY;
    this.#observers = undefined;
    for (const listener of listeners) isolate(() => listener(end));
  }

  /** Tells once when the session ends; at once if it has ended. Returns how to stop listening. */
  onEnd(listener: (end: SessionEnd) => void): () => void {
    const end = this.#end;
    if (end !== undefined) {
      queueMicrotask(() => listener(end));
      return () => {};
    }
    this.#endListeners = this.#endListeners.concat(listener);
    return () => this.#endListeners = this.#endListeners.filter((other) => other !== listener);
  }

  /** Whether somebody, a socket, waits for its end. */
  get isWatched(): boolean {
    return this.#endListeners.length > 0;
  }

  /**
   * Tells an observer of changes for as long as it is alive: a handle that nobody closed is not
   * kept by the tabs that are still open.
   */
  observe(observer: ValueObserver): () => void {
    const reference = new WeakRef(observer);
    (this.#observers ??= new Set()).add(reference);
    return () => this.#observers?.delete(reference);
  }

  /** Runs one thing at a time against the store, in the order of the calls. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail ? this.#tail.then(work, work) : Promise.resolve().then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  #nowAt(revision: string, storedExpiry: number): void {
    this.revision = revision;
    this.storedExpiry = storedExpiry;
    this.mustExist = true;
  }

  #tell(keys: readonly string[], writer?: ValueObserver): void {
    if (keys.length === 0) return;
    for (const reference of [...this.#observers ?? []]) {
      const observer = reference.deref();
      if (!observer) this.#observers?.delete(reference);
      else if (observer !== writer) {
        for (const key of keys) isolate(() => observer.valueChanged(key, this.values.get(key)));
      }
    }
  }
}

/** One tab's listener that throws must not stop the writer or the other tabs. */
function isolate(work: () => void): void {
  try {
    work();
  } catch (error) {
    reportError(error);
  }
}
