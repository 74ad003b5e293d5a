/**
 * What was refused: counted by kind, and said in the log without flooding it.
 *
 * @module
 */

/** Milliseconds between two lines of the log about one kind. */
const LOG_INTERVAL = 60_000;

/** Kinds of refusals; each is one way in which a peer was hostile, broken or too late. */
export type RefusalKind =
  | "host"
  | "header"
  | "burst"
  | "origin"
  | "credentials"
  | "upgrade"
  | "hello"
  | "token"
  | "session"
  | "form"
  | "sync"
  | "dropped"
  | "overloaded"
  | "protocol"
  | "slow";

/** Counts refusals. */
export class Refusals {
  readonly #counts: Map<RefusalKind, number> = new Map();
  readonly #logged: Map<RefusalKind, number> = new Map();
  readonly #log: (kind: RefusalKind, count: number) => void;

  /** @param log Told at most once a minute for each kind, with the count so far. */
  constructor(log: ((kind: RefusalKind, count: number) => void) | undefined) {
    this.#log = log ?? warn;
  }

  note(kind: RefusalKind): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const now = Date.now();
    if (now - (this.#logged.get(kind) ?? -Infinity) < LOG_INTERVAL) return;
    this.#logged.set(kind, now);
    this.#log(kind, count);
  }

  /** Refusals so far, by kind. */
  counts(): Readonly<Partial<Record<RefusalKind, number>>> {
    return Object.fromEntries(this.#counts);
  }
}

function warn(kind: RefusalKind, count: number): void {
  console.warn(`vango: refused by ${kind}, ${count} so far`);
}
