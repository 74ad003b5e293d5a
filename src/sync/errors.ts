/** What can go wrong at the caller's side of the sync engine. */

/** What went wrong, for programs. */
export type SyncErrorCode =
  /** The value is not plain data; `path` says where. */
  | "not-plain"
  /** The app's schema refused the value; `path` says where. */
  | "invalid"
  /** The name, key or field name cannot be used. */
  | "bad-name"
  /** A patch of what is not there, or has no fields: only a put creates. */
  | "no-record"
  /** A value, a transaction or a request is over its limit. */
  | "too-large"
  /** The device has no room left; nothing was written. */
  | "quota"
  /** The store failed; nothing was written. */
  | "store"
  /** The replica or its store was closed. */
  | "closed"
  /** Nobody is signed in whose data it could be. */
  | "signed-out"
  /** The store on this device belongs to another user. */
  | "wrong-user"
  /** The store on this device was written by a newer version of the app. */
  | "newer"
  /** No such conflict, or it has been settled. */
  | "no-conflict"
  /** No such dead letter. */
  | "no-letter"
  /** The server refused the write. */
  | "forbidden"
  | "rejected"
  /** The store was too contended, or is away: try again. */
  | "busy"
  /** What arrived is not what the protocol allows. */
  | "bad-request"
  | "bad-response";

/**
 * Something the sync engine could not do. `code` is for programs; the message says what forbids it
 * and the way out.
 *
 * @example
 * ```ts
 * import { SyncError } from "./errors.ts";
 * const error = new SyncError("too-large", "Cannot write the note: it has 3 MB, 256 KB allowed");
 * console.assert(error.code === "too-large");
 * ```
 */
export class SyncError extends Error {
  /** Name of the class. */
  override readonly name = "SyncError";
  /** What went wrong, for programs. */
  readonly code: SyncErrorCode;
  /** Where in the value, for `not-plain` and `invalid`: `items[2].due`. */
  readonly path: string | undefined;

  /** Called by the engine. */
  constructor(code: SyncErrorCode, message: string, options?: ErrorOptions & { path?: string }) {
    super(message, options);
    this.code = code;
    this.path = options?.path;
  }
}
