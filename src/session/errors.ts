/**
 * What goes wrong with sessions, as classes that a caller can tell apart by `name` and `code`.
 */

/** The part that every session error has. */
export class SessionError extends Error {
  /** The class, as a word. */
  override readonly name: string = "SessionError";

  /** A word for programs: stable, where the message may change. */
  readonly code: string;

  /** Made where the error is found; apps catch these. */
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The app was set up wrongly: found at start, never while serving. */
export class SessionConfigError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionConfigError";
}

/** A value that cannot be stored was given to `set` or to a session's signal. */
export class SessionValueError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionValueError";

  /** Where in the value the trouble is: `cart.items[2].onBuy`. */
  readonly path: string;

  /** Made where the error is found; apps catch these. */
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, "not_plain", options);
    this.path = path;
  }
}

/** A value or a session is larger, deeper or longer than the limits allow. */
export class SessionLimitError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionLimitError";
}

/** The session that the caller holds is over. */
export class SessionEndedError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionEndedError";
}

/** Another writer has saved the session since it was loaded, or it is gone. */
export class SessionConflictError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionConflictError";

  /** Made where the error is found; apps catch these. */
  constructor(id: string, options?: ErrorOptions) {
    super(
      `Cannot save session ${shortId(id)}: the store holds another revision; ` +
        "load it again and save on top of that",
      "conflict",
      options,
    );
  }
}

/** Why a store could not do what it was asked to. */
export type SessionStoreErrorCode =
  | "unavailable"
  | "timeout"
  | "busy"
  | "full"
  | "too_large"
  | "queue_full"
  | "closed"
  | "failed";

/** The store is away, slow, full or closed. `code` says which; the session itself is unharmed. */
export class SessionStoreError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionStoreError";
  /** What is wrong with the store. */
  declare readonly code: SessionStoreErrorCode;

  /** Made where the error is found; apps catch these. */
  constructor(message: string, code: SessionStoreErrorCode, options?: ErrorOptions) {
    super(message, code, options);
  }
}

/** What the store holds under an id is not a session that this app can read. */
export class SessionDataError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionDataError";
}

/** A ticket for a new cookie was refused. */
export class SessionTicketError extends SessionError {
  /** The class, as a word. */
  override readonly name: string = "SessionTicketError";
}

/** As much of an id as logs and messages may show: enough to follow it, too little to use it. */
export function shortId(id: string): string {
  return id.length > 8 ? `${id.slice(0, 8)}…` : id;
}
