/**
 * The app in the process of whoever asks it, without a port between: what the testing kit and an
 * app in a worker put beside a request, under a key that nothing from outside can set.
 *
 * @module
 */
import type { UpgradedSocket } from "../contract/platform.ts";
import type { LiveSession } from "../live/live_session.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import type { Registry } from "./registry.ts";

/** Key in Hono's `env`. */
export const IN_PROCESS: unique symbol = Symbol("vango.in-process");

/** What the asker offers, and is told. */
export interface InProcess {
  /** Takes the place of the platform's. */
  upgrade(request: Request): UpgradedSocket;
  /** The session of a page that is about to be rendered for a GET. */
  opened(session: SessionHandle): void;
  /** A live session that was made, or found again, for a request. */
  made(live: LiveSession, registry: Registry): void;
}

/** What came with a request; `undefined` for all that come from outside. */
export function inProcess(env: unknown): InProcess | undefined {
  return (env as { readonly [IN_PROCESS]?: InProcess } | undefined)?.[IN_PROCESS];
}
