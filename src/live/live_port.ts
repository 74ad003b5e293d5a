/**
 * What a live session and the server around it ask of each other.
 *
 * @module
 */
import type { Hello } from "../protocol/hello.ts";
import type { LiveSession } from "./live_session.ts";

export { CloseCode } from "../protocol/codes.ts";

/** What is kept of a handshake. */
export type PlayerFacts = Pick<Hello, "platform" | "capabilities" | "screen">;

/** Why a live session is not (or no longer) connected. */
export type LiveState = "waiting" | "live" | "detached" | "ended";

/** What a live session asks of the server around it. */
export interface LivePort {
  /** Runs a navigation: shows another page in `live`, or says where to go instead. */
  navigate(live: LiveSession, url: string): Promise<NavigateOutcome>;
  /** Logs an error; returns the id that the user may see. */
  report(error: unknown, live: LiveSession): string;
  /** Takes what a player says of itself. */
  facts(live: LiveSession, facts: unknown): void;
  /** What stands where a part failed; `tag` is an element that may stand there. */
  errorCard(error: unknown, id: string, tag?: string): unknown;
  /** A page was connected, lost its socket, or ended. */
  changed(live: LiveSession): void;
  /** Notes that the visitor is active. `false`: the session is over, nothing may run any more. */
  touch?(live: LiveSession): boolean;
  /** Told after each event, whatever became of it. */
  ran?(live: LiveSession): void;
  /**
   * Told before a PATCH is sent: something has changed, or events were run.
   *
   * @returns What the PATCH waits for, if anything; `"unsafe"`: it goes, and acknowledges nothing.
   */
  flushing?(live: LiveSession): Promise<void> | "unsafe" | undefined;
  /** Counts something that a player sent and that was refused. */
  refused?(what: Refusal, live: LiveSession): void;
  /** Details of errors go to the page. */
  readonly development: boolean;
}

/**
 * What was refused of a player: an event whose handler it was not shown (`dropped`), events beyond
 * the rate (`overloaded`), a broken frame (`protocol`), a socket that is not read (`slow`).
 */
export type Refusal = "dropped" | "overloaded" | "protocol" | "slow";

/** How a navigation ended. */
export type NavigateOutcome =
  | { readonly kind: "shown"; readonly url: string }
  | { readonly kind: "load"; readonly url: string };
