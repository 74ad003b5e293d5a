/**
 * The server's side of a view: what it keeps of the page, which a test may look at because both are
 * in one process.
 *
 * @module
 */
import type { LiveSession } from "../live/live_session.ts";
import type { InProcess } from "../server/in_process.ts";
import type { Registry } from "../server/registry.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import { ACCEPTED } from "./visitor.ts";

/** What a visitor's session holds before the first page is asked for. */
export interface SessionSeed {
  /** Who is logged in. */
  readonly userId?: string;
  /** Values, as `ctx.session.set` takes them. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Live sessions and sessions that were made for one view. */
export class ServerSide {
  readonly #lives: Map<LiveSession, Registry> = new Map();
  readonly #sessions: Set<SessionHandle> = new Set();
  /** The session of the page that is shown, and the id that the visitor has a cookie for. */
  #session: SessionHandle | undefined;
  #cookieFor: string | undefined;
  #seed: SessionSeed | undefined;
  #closed = false;

  constructor(seed: SessionSeed | undefined) {
    this.#seed = seed;
  }

  /** What goes beside a request. @param socket The server's end, for a handshake. */
  beside(socket?: WebSocket): InProcess {
    return {
      upgrade: () => {
        if (!socket) throw new TypeError("cannot upgrade a request that is no handshake");
        return { socket, response: new Response(null, { status: ACCEPTED }) };
      },
      opened: (session) => {
        this.#sessions.add(this.#session = session);
        const { userId, values = {} } = this.#seed ?? {};
        this.#seed = undefined;
        if (userId !== undefined) session.setUserId(userId);
        for (const [key, value] of Object.entries(values)) session.set(key, value);
      },
      made: (live, registry) => {
        if (this.#closed) live.end();
        else this.#lives.set(live, registry);
      },
    };
  }

  /** The visitor has got the cookie of the session as it is now. */
  cookieCame(): void {
    this.#cookieFor = this.#session?.id;
  }

  /** Whether the session has another id than the one that the visitor's cookie names. */
  get owesCookie(): boolean {
    return this.#session?.end === undefined && this.#session?.id !== this.#cookieFor;
  }

  /** What is still held, in words; nothing once all has ended. */
  leaks(): string[] {
    const found: string[] = [];
    for (const [live, registry] of this.#lives) {
      if (live.state !== "ended") found.push(`a live session that is ${live.state}`);
      else if (registry.get(live.id) === live) found.push("an ended live session in the registry");
    }
    return found;
  }

  /** What is made from now on ends at once. */
  close(): void {
    this.#closed = true;
  }

  /** Ends every live session. */
  end(): void {
    for (const live of this.#lives.keys()) live.end();
  }

  /** Resolves when no session has anything left to save. */
  async saved(): Promise<void> {
    for (const session of this.#sessions) {
      if (session.end === undefined) await session.flush().catch(() => {});
    }
  }
}
