/** What an app decides: who may do what, what is valid, who is asked. */

import type { MergeFunction, StandardSchema } from "../../contract/sync.ts";
import type { RefusalBody, RefusalCode } from "../protocol.ts";
import { REFUSAL_STATUS } from "../protocol.ts";

/** Who is asking, as the app's authentication found. */
export interface SyncIdentity {
  /** Names the user, for ever. */
  readonly userId: string;
}

/** What somebody wants to do. */
export type SyncAccess =
  | { readonly kind: "read"; readonly name: string }
  | {
    readonly kind: "put" | "patch" | "delete";
    readonly name: string;
    readonly key: string;
    /** The value of a put, the fields of a patch. */
    readonly value: unknown;
    /** The row as it is now; `undefined` when there is none. */
    readonly before: unknown;
  };

/** One declared resource or collection. */
export interface ResourcePolicy {
  /** Every value that a write would leave behind is checked. May be asynchronous. */
  readonly schema?: StandardSchema<unknown>;
  /** Settles concurrent writes. Must be pure and synchronous. */
  // deno-lint-ignore no-explicit-any -- each resource has its own type; the schema guards it
  readonly merge?: MergeFunction<any>;
  /** Milliseconds within which concurrent writes are shown to a person; `Infinity` always. */
  readonly conflictWithin?: number;
}

/** What an app allows, and what it takes for valid. */
export interface SyncPolicy<Identity extends SyncIdentity = SyncIdentity> {
  /**
   * Every name that may be synced. Without it any name is taken, and what a user may read is
   * decided by scope alone.
   */
  readonly resources?: Readonly<Record<string, ResourcePolicy>>;
  /**
   * Whether this identity may do this. Asked for each write, and for each declared name at each
   * pull. Throwing counts as no, and is reported; to say "ask me later", throw a
   * {@linkcode SyncRefusal} with `busy`.
   */
  readonly authorize?: (identity: Identity, access: SyncAccess) => boolean | Promise<boolean>;
  /** Default 1,000; `Infinity` asks always, 0 never. */
  readonly conflictWithin?: number;
  /** The oldest version of the app's data that is still taken. Default 0. */
  readonly minSchema?: number;
  /** The version of the app's data. A client ahead of it is told to come back later. Default 0. */
  readonly schema?: number;
  /** Turns what an older client wrote into today's shape. */
  readonly upgrade?: (
    write: { readonly name: string; readonly key: string; readonly value: unknown },
    from: number,
  ) => unknown;
  /** Hears of what the app's own functions threw. */
  readonly onError?: (error: unknown, where: string) => void;
}

/**
 * The server will not take this request. Carries the status, and nothing about what exists.
 *
 * @example
 * ```ts
 * import { SyncRefusal } from "./policy.ts";
 * console.assert(new SyncRefusal("busy", "Cannot sync now: come back").status === 503);
 * ```
 */
export class SyncRefusal extends Error {
  /** Name of the class. */
  override readonly name = "SyncRefusal";
  /** Why, for programs. */
  readonly code: RefusalCode;
  /** With `epoch` and `gap`: what the server has. */
  readonly detail: { readonly epoch?: string; readonly lastSeq?: number };

  /** Made by the authority; an app throws one with `busy` in `authorize`. */
  constructor(
    code: RefusalCode,
    message: string,
    detail: { readonly epoch?: string; readonly lastSeq?: number } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.detail = detail;
  }

  /** The HTTP status that it travels under. */
  get status(): number {
    return REFUSAL_STATUS[this.code];
  }

  /**
   * What travels.
   *
   * @ignore
   */
  toBody(): RefusalBody {
    return { error: { code: this.code, message: this.message, ...this.detail } };
  }
}
