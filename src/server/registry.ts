/**
 * The live sessions of this process: those that wait for their player, are connected, or hope for
 * it to come back. Bounded in number and time.
 *
 * @module
 */
import * as limits from "../live/limits.ts";
import type { LiveSession } from "../live/live_session.ts";

/** Figures for health checks and tests. */
export interface RegistryStats {
  /** Rendered, and not connected yet. */
  readonly waiting: number;
  /** Connected. */
  readonly live: number;
  /** Without their socket, which may come back. */
  readonly detached: number;
}

/** Bounds of {@linkcode Registry}. Times are in milliseconds. */
export interface RegistryOptions {
  /** How long a rendered page waits for its player. Default: 30,000. */
  readonly waitForPlayer?: number;
  /** How long a live session outlives its socket. Default: 60,000. */
  readonly resumeWindow?: number;
  /** Rendered pages that wait at most. Default: 10,000. */
  readonly maxWaiting?: number;
  /** Live sessions without a socket at most. Default: 20,000. */
  readonly maxDetached?: number;
}

/** Live sessions by the id of their page. */
export class Registry {
  readonly #options: Required<RegistryOptions>;
  readonly #giveUp: (live: LiveSession) => void;
  readonly #live: Map<string, LiveSession> = new Map();
  /** Without a socket, oldest first: when each is given up. */
  readonly #waiting: Map<LiveSession, number> = new Map();
  readonly #detached: Map<LiveSession, number> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires. */
  #armedFor = Infinity;

  /** @param giveUp Ends a live session whose player has not come in time, or for which there is no room. */
  constructor(
    options: RegistryOptions = {},
    giveUp: (live: LiveSession) => void = (live) => live.end(),
  ) {
    this.#giveUp = giveUp;
    this.#options = {
      waitForPlayer: options.waitForPlayer ?? limits.WAIT_FOR_PLAYER,
      resumeWindow: options.resumeWindow ?? limits.RESUME_WINDOW,
      maxWaiting: options.maxWaiting ?? limits.MAX_WAITING,
      maxDetached: options.maxDetached ?? limits.MAX_DETACHED,
    };
  }

  get(id: string): LiveSession | undefined {
    return this.#live.get(id);
  }

  /** Every live session, connected or not. */
  all(): LiveSession[] {
    return [...this.#live.values()];
  }

  stats(): RegistryStats {
    const waiting = this.#waiting.size;
    const detached = this.#detached.size;
    return { waiting, detached, live: this.#live.size - waiting - detached };
  }

  /** Keeps the books; call it whenever the state of `live` has changed. */
  changed(live: LiveSession): void {
    this.#waiting.delete(live);
    this.#detached.delete(live);
    if (live.state === "ended") {
      if (this.#live.get(live.id) === live) this.#live.delete(live.id);
      if (this.#waiting.size + this.#detached.size === 0) this.close();
      return;
    }
    const other = this.#live.get(live.id);
    this.#live.set(live.id, live);
    // One page has one live session: the older one has lost its player to this one.
    if (other && other !== live) other.end();
    if (live.state === "waiting") {
      this.#keep(this.#waiting, live, this.#options.waitForPlayer, this.#options.maxWaiting);
    } else if (live.state === "detached") {
      this.#keep(this.#detached, live, this.#options.resumeWindow, this.#options.maxDetached);
    }
  }

  /** Stops the clock; it runs again when something waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Infinity;
  }

  #keep(pool: Map<LiveSession, number>, live: LiveSession, time: number, most: number): void {
    pool.set(live, Date.now() + time);
    if (pool.size > most) this.#giveUp(pool.keys().next().value!);
    this.#arm();
  }

  /** One timer for all, for whichever is due first. */
  #arm(): void {
    const due = Math.min(firstOf(this.#waiting), firstOf(this.#detached));
    if (due >= this.#armedFor) return;
    clearTimeout(this.#timer);
    this.#armedFor = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#armedFor = Infinity;
      this.#expire(this.#waiting);
      this.#expire(this.#detached);
      this.#arm();
    }, Math.max(50, due - Date.now()));
    unref(this.#timer);
  }

  #expire(pool: Map<LiveSession, number>): void {
    const now = Date.now();
    for (const [live, due] of [...pool]) {
      if (due > now) return;
      // Its response is still being written: it has not begun to wait.
      if (live.streaming && now - live.begun < limits.MAX_STREAMING) {
        this.#keep(pool, live, this.#options.waitForPlayer, Infinity);
      } else this.#giveUp(live);
    }
  }
}

function firstOf(pool: Map<LiveSession, number>): number {
  return pool.values().next().value ?? Infinity;
}

/** Lets a process end while the timer runs, where the runtime can. */
function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer) {
    (timer as { unref(): void }).unref();
  }
}
