/**
 * What happened to a player besides patches: for tests, logs and native code around it.
 *
 * @module
 */
import type { ErrorFrame, WelcomeMode } from "../protocol/down.ts";
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

/** Something that happened. */
export type PlayerRecord =
  | { readonly kind: "state"; readonly state: PlayerState }
  | { readonly kind: "welcome"; readonly mode: WelcomeMode }
  | { readonly kind: "error"; readonly error: ErrorFrame }
  /** Events that will never be run: the server began anew, or too many waited. */
  | { readonly kind: "dropped"; readonly events: number; readonly why: "mounted" | "limit" }
  | { readonly kind: "emit"; readonly name: string; readonly data: unknown }
  | { readonly kind: "url"; readonly mode: "push" | "replace"; readonly url: string }
  | { readonly kind: "load"; readonly mode: "push" | "replace"; readonly url: string }
  | { readonly kind: "mismatch"; readonly region: number }
  | { readonly kind: "ticket"; readonly ticket: string }
  | { readonly kind: "native-view"; readonly component: string; readonly data: unknown }
  | { readonly kind: "native"; readonly what: NativeRequest; readonly data: unknown };

/** The records of one kind. */
export type RecordOf<K extends PlayerRecord["kind"]> = Extract<PlayerRecord, { kind: K }>;
