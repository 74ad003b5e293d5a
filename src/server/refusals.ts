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

/** What is refused by each kind, for the log. */
const WHAT: Readonly<Record<RefusalKind, string>> = {
  host: "a request for a host that is none, or not in the option hosts",
  header: "a header that only the framework may set; it was taken away",
  burst: "a connection, because its address made too many at once",
  origin: "a connection or form from another site; name yours in the option origins",
  credentials: "a connection with a cookie and no origin, or with a cookie and a token",
  upgrade: "a connection that is no WebSocket of version 13",
  hello: "a connection that did not say hello in time, or not well",
  token: "a page whose token is wrong or has expired; it is loaded again",
  session: "a page of another session than its browser's, as after a log-in; it is loaded again",
  form: "a form that does not belong to a live page, or has the wrong shape",
  sync: "a request for synced data that is malformed, or of nobody who may ask",
  dropped: "an event on what has left the page, such as the second of two quick clicks",
  overloaded: "events that came faster than a player may send them",
  protocol: "a frame that breaks the protocol; its connection was closed",
  slow: "a connection that did not read what it was sent; it was closed",
};

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
  console.warn(`vango: refused ${WHAT[kind]} (${kind}: ${count} so far)`);
}
