/**
 * What happened to a player besides patches: for tests, logs and native code around it.
 *
 * @module
 */
import type { WelcomeMode } from "../protocol/down.ts";
import type { NativeRequest } from "../protocol/patch_reader.ts";

/** How a player stands to its server. */
export type PlayerState =
  /** Not connected yet, or lost a moment ago. */
  | "connecting"
  /** Patches come, events go. */
  | "live"
  /** An attempt to come back has failed. */
  | "offline"
  /** The page is to be loaded again: the server does not know it any more. */
  | "refused"
  /** Closed by its owner. */
  | "closed";

/** What the server said has gone wrong: an ERROR frame. */
export interface PlayerError {
  /** `reload`, `dropped`, `handler`, `overloaded`, `upload`, or one that a later server knows. */
  readonly code: string;
  /** What may be said of it. */
  readonly message: string | undefined;
  /** Name of the entry in the server's log. */
  readonly id: string | undefined;
  /** Number of the event that it is about. */
  readonly seq: number | undefined;
}

/** Something that happened. */
export type PlayerRecord =
  | { readonly kind: "state"; readonly state: PlayerState }
  | { readonly kind: "welcome"; readonly mode: WelcomeMode }
  | { readonly kind: "error"; readonly error: PlayerError }
  /** Events that will never be run: the server began anew, or too many waited. */
  | { readonly kind: "dropped"; readonly events: number; readonly why: "mounted" | "limit" }
  | { readonly kind: "emit"; readonly name: string; readonly data: unknown }
  | { readonly kind: "url"; readonly mode: "push" | "replace"; readonly url: string }
  | { readonly kind: "load"; readonly mode: "push" | "replace"; readonly url: string }
  | { readonly kind: "mismatch"; readonly region: number }
  | { readonly kind: "ticket"; readonly ticket: string }
  /** `shown`: whether the player has such a component. */
  | {
    readonly kind: "native-view";
    readonly component: string;
    readonly data: unknown;
    readonly shown: boolean;
  }
  | { readonly kind: "native"; readonly what: NativeRequest; readonly data: unknown };

/** The records of one kind. */
export type RecordOf<K extends PlayerRecord["kind"]> = Extract<PlayerRecord, { kind: K }>;
