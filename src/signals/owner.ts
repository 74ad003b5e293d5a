/**
 * Owners: who a signal, an effect and a clean-up belong to.
 *
 * The current owner is set only while synchronous code runs. It never spans an `await`: two users'
 * renders interleave there, and what one creates must not land with the other.
 *
 * @module
 */
import type { Signal } from "@preact/signals-core";
import type { StandardSchema } from "../contract/sync.ts";

/** What an owner needs of the live session around it. */
export interface OwnerHost {
  /** Whether a player is connected: effects and mounts wait for it. */
  readonly connected: boolean;
  /** Runs `task` in the session's own turn, after the current one, errors kept to the session. */
  schedule(task: () => void): void;
  /** Takes an error of an effect, mount or clean-up. */
  report(error: unknown, owner: Owner | undefined): void;
  /** While a page is restored: what its signals held on another node. */
  readonly restorer?: SignalRestorer | undefined;
}

/** Gives signals the values that they had on another node. */
export interface SignalRestorer {
  /** What the owner's next signal held, if that was kept. */
  take(owner: Owner, options: SignalOptions | undefined): { readonly value: unknown } | undefined;
}

/** A signal that set-up created, in the order of creation: its address within the component. */
export interface OwnedSignal {
  readonly signal: Signal<unknown>;
  readonly options: SignalOptions | undefined;
}

/** How a signal is kept when its live session is saved. */
export interface SignalOptions {
  /** A name that stays when the code around it changes; without it the position counts. */
  readonly key?: string;
  /** `false`: never saved; it starts afresh elsewhere. */
  readonly durable?: boolean;
  /**
   * A page that was served without a network takes the value along, back to the server, where this
   * schema (of any Standard Schema library) must accept it: it comes from the browser, so anything
   * may be in it. Must answer synchronously.
   */
  readonly portable?: StandardSchema;
}

/** The lifetime of a component: everything created in its set-up ends with it. */
export class Owner {
  readonly host: OwnerHost | undefined;
  disposed = false;
  /** Whether its render function runs: what is made then belongs to that one run. */
  rendering = false;
  signals: OwnedSignal[] | undefined = undefined;
  #cleanups: (() => void)[] | undefined = undefined;
  /** Effects and mounts that wait for a player; undefined once they ran. */
  #waiting: (() => void)[] | undefined = undefined;

  constructor(host: OwnerHost | undefined) {
    this.host = host;
  }

  onCleanup(task: () => void): void {
    (this.#cleanups ??= []).push(task);
  }

  /** Runs `task` when a player is connected: now, or at {@linkcode Owner.connect}. */
  onConnect(task: () => void): void {
    if (this.host?.connected) this.host.schedule(() => this.#guard(task));
    else (this.#waiting ??= []).push(task);
  }

  /** Starts what waited for a player. */
  connect(): void {
    const tasks = this.#waiting;
    this.#waiting = undefined;
    if (tasks) { for (const task of tasks) this.#guard(task); }
  }

  /** Ends everything that belongs to this owner. Safe to call twice. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.#end();
  }

  /** Ends what an earlier run made: a component without a render function is set up anew. */
  restart(): void {
    this.signals = undefined;
    this.#end();
  }

  #end(): void {
    this.#waiting = undefined;
    const tasks = this.#cleanups;
    this.#cleanups = undefined;
    if (!tasks) return;
    for (let i = tasks.length - 1; i >= 0; i--) {
      try {
        tasks[i]!();
      } catch (error) {
        this.host?.report(error, this);
      }
    }
  }

  #guard(task: () => void): void {
    if (this.disposed) return;
    try {
      runWithOwner(this, task);
    } catch (error) {
      this.host?.report(error, this);
    }
  }
}

let current: Owner | undefined;

/** The owner of the synchronous code that runs, if any. */
export function currentOwner(): Owner | undefined {
  return current;
}

/** Makes `owner` the current one; returns the one before, for the caller to put back. */
export function swapOwner(owner: Owner | undefined): Owner | undefined {
  const before = current;
  current = owner;
  return before;
}

/** Runs `fn` with `owner` as the current owner. */
export function runWithOwner<T>(owner: Owner | undefined, fn: () => T): T {
  const before = current;
  current = owner;
  try {
    return fn();
  } finally {
    current = before;
  }
}
