/**
 * Keeps live pages in the session store, so that they outlive their node: snapshots are saved
 * behind the events, and claimed by the node that goes on with a page.
 *
 * ```
 * event run ──▶ PATCH ──▶ 100 ms ──▶ saved ──▶ DURABLE to the player
 *          └──▶ new places: saved ──▶ PATCH, DURABLE
 * ```
 *
 * A place that the page shows is one that the record knows: a PATCH with new places waits until
 * they are saved, and the acknowledgements in it with it. So whatever the player can do, the next
 * node can tell what it was done to.
 *
 * One record for each page, under compare-and-set: whoever claims a page saves it first, so that a
 * node which still believes to have it loses at its next save and lets go.
 *
 * @module
 */
import { CloseCode } from "../live/live_port.ts";
import type { LiveSession } from "../live/live_session.ts";
import { type PageSnapshot, readSnapshot, takeSnapshot } from "../live/snapshot.ts";
import { SessionConflictError, SessionStoreError } from "../session/errors.ts";
import { GuardedStore } from "../session/guarded_store.ts";
import type { SessionStore } from "../session/store.ts";

/** Milliseconds that a page is kept: as long as its token is good. */
const LIFE = 24 * 60 * 60 * 1000;

/** Milliseconds that changes wait for more of them. */
const SAVE_DELAY = 100;

/** Milliseconds until a save that failed is tried again. */
const RETRY_DELAY = 1000;

/** Milliseconds that the end of a page waits for the handler that runs. */
const IDLE_PATIENCE = 1500;

/** Milliseconds that one call to the store may take. */
const STORE_TIMEOUT = 2000;

/** Milliseconds that new places wait for a store that does not answer. */
const GATE_PATIENCE = 250;

/** Attempts to claim a page that another node still saves. */
const CLAIMS = 3;

/**
 * Milliseconds that a claim waits for a store that is away: a cluster's that elects a leader. The
 * player has a page that works but for its server; sent away, it would come back later still.
 */
const CLAIM_PATIENCE = 8000;

/** Stands in place of a record: the page goes on, and nothing of it is kept. */
const NOTHING: Uint8Array<ArrayBuffer> = new TextEncoder().encode("{}");

/** Codes of a store that may soon be back. */
const OUTAGE: ReadonlySet<string> = new Set(["unavailable", "timeout", "busy"]);

/** An event number that no player reaches: everything counts as kept. */
const ALL = 2 ** 31 - 1;

/** What is known of one page's record. */
interface Keeping {
  revision: string | undefined;
  dirty: boolean;
  saving: Promise<void> | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** What {@linkcode placesOf} was when it was saved last. */
  places: number;
  /** What PATCHes with new places wait for. */
  gate: Gate | undefined;
  /** The store does not answer: nothing waits for it. */
  late: boolean;
  /** Other nodes know that nothing is kept. */
  empty: boolean;
  /** It is too large. */
  off: boolean;
}

interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

/** What the pages are kept with. */
export interface DurableOptions {
  readonly store: SessionStore;
  /** Whether what a page shows is to be kept. */
  readonly wanted: (live: LiveSession) => boolean;
  /** The page's session and address. */
  readonly facts: (live: LiveSession) => { readonly session: string; readonly url: string };
  /** Told what an operator should know. */
  readonly notice: (message: string) => void;
}

/** What a claim found. */
export interface Claim {
  readonly revision: string;
  /** `undefined` when the record is of no use: another session's, or unreadable. */
  readonly snapshot: PageSnapshot | undefined;
}

/** The pages of this node that are kept. */
export class DurablePages {
  readonly #store: GuardedStore;
  readonly #options: DurableOptions;
  readonly #kept: WeakMap<LiveSession, Keeping> = new WeakMap();
  readonly #noticed: Set<string> = new Set();
  /** Bytes and saves so far. */
  readonly stats = { saves: 0, bytes: 0 };

  constructor(options: DurableOptions) {
    this.#options = options;
    this.#store = new GuardedStore(options.store, {
      now: Date.now,
      timeout: STORE_TIMEOUT,
      // The session manager, which uses the same store, tells of this.
      onChange: () => {},
    });
  }

  /** Begins to keep a page; `revision` is that of the record it was restored from. */
  begin(live: LiveSession, revision?: string): void {
    // The page token tells other nodes where handlers are in what was rendered for the GET: not in
    // its async regions, and not in another render.
    const wanted = this.#options.wanted(live);
    const places = !live.connected && live.tree.regions.size === 1 ? placesOf(live) : NaN;
    this.#kept.set(live, {
      revision,
      dirty: false,
      saving: undefined,
      timer: undefined,
      places,
      gate: undefined,
      late: false,
      empty: !wanted && !live.connected,
      off: false,
    });
    if (wanted) live.durable = live.done;
  }

  /**
   * Takes over the record of a page, if there is one.
   *
   * @throws {SessionStoreError} when the store does not answer
   */
  async claim(id: string, session: string): Promise<Claim | undefined> {
    const end = Date.now() + CLAIM_PATIENCE;
    for (let attempt = 1;;) {
      try {
        const stored = await this.#store.load(keyOf(id));
        if (!stored) return undefined;
        const snapshot = readSnapshot(stored.data);
        if (snapshot?.session !== session) {
          return { revision: stored.revision, snapshot: undefined };
        }
        // A read may be stale; what this save builds on is not, and the node before has lost.
        const revision = await this.#store.save(keyOf(id), stored.data, {
          expiresAt: Date.now() + LIFE,
          revision: stored.revision,
        });
        return { revision, snapshot };
      } catch (error) {
        if (error instanceof SessionConflictError) {
          if (attempt++ === CLAIMS) throw error;
        } else if (isOutage(error) && Date.now() < end) await this.#storeBack();
        else throw error;
      }
    }
  }

  /**
   * Whether a page is still ours when its player comes back: it may have been on another node in
   * the meantime. While the store does not answer, it is.
   */
  async holds(live: LiveSession): Promise<boolean> {
    const keeping = this.#kept.get(live);
    await keeping?.saving;
    if (keeping?.revision !== undefined || keeping?.dirty) {
      // Only a save that succeeds proves it: a read may be stale.
      if (!live.busy) await this.#save(live, keeping);
      return live.state !== "ended";
    }
    try {
      return await this.#store.load(keyOf(live.id)) === undefined;
    } catch {
      return true;
    }
  }

  /**
   * Saves a page that was restored, with its new numbers, before its player gets to know them:
   * should this node die, too, the next one knows what an event's place was.
   *
   * @throws {SessionStoreError} when it could not be saved
   */
  async secure(live: LiveSession): Promise<void> {
    const keeping = this.#kept.get(live)!;
    await this.#save(live, keeping);
    if (!keeping.dirty) return;
    throw new SessionStoreError(
      "Cannot go on with a page: it could not be saved; the player tries again",
      "unavailable",
    );
  }

  /**
   * The player is about to be sent something, or to be told that events were run.
   *
   * @returns As `LivePort.flushing` does.
   */
  changed(live: LiveSession): Promise<void> | "unsafe" | undefined {
    const keeping = this.#kept.get(live);
    if (!keeping) return undefined;
    const wanted = this.#options.wanted(live) && !keeping.off;
    if (!wanted && keeping.empty) return undefined;
    keeping.dirty = true;
    if (!wanted) {
      this.#saveSoon(live, keeping, 0);
      return undefined;
    }
    const known = placesOf(live) === keeping.places;
    if (known || keeping.late || this.#store.isDown) {
      this.#saveSoon(live, keeping, SAVE_DELAY);
      return undefined;
    }
    // The end of the handler that runs brings us here again.
    if (live.busy) return "unsafe";
    keeping.gate ??= this.#close(keeping);
    if (!keeping.saving) void this.#save(live, keeping);
    return keeping.gate.promise;
  }

  #close(keeping: Keeping): Gate {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      keeping.late = true;
      gate.open();
    }, GATE_PATIENCE);
    const gate: Gate = {
      promise,
      open: () => {
        clearTimeout(timer);
        keeping.gate = undefined;
        resolve();
      },
    };
    return gate;
  }

  /** The socket is gone. */
  detached(live: LiveSession): void {
    const keeping = this.#kept.get(live);
    if (keeping?.dirty) this.#saveSoon(live, keeping, 0);
  }

  /** The page is over; it is forgotten when its session is, too. */
  ended(live: LiveSession, forget: boolean): void {
    const keeping = this.#kept.get(live);
    if (!keeping) return;
    clearTimeout(keeping.timer);
    keeping.gate?.open();
    this.#kept.delete(live);
    if (!forget) return;
    this.#store.delete(keyOf(live.id)).catch(() => {
      // Its session is over: no page token leads to it any more, and it expires.
    });
  }

  /** Saves what is not saved yet, when no handler runs any more, or after a while not at all. */
  async finish(live: LiveSession): Promise<void> {
    const keeping = this.#kept.get(live);
    if (!keeping) return;
    const end = Date.now() + IDLE_PATIENCE;
    while (live.busy && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    await keeping.saving;
    await new Promise((resolve) => setTimeout(resolve));
    if (keeping.dirty && !live.busy) await this.#save(live, keeping);
  }

  /** Waits until it is worth asking the store again. */
  async #storeBack(): Promise<void> {
    const wait = Math.max(50, this.#store.pause) * (1 + Math.random());
    await new Promise((resolve) => setTimeout(resolve, wait));
  }

  #saveSoon(live: LiveSession, keeping: Keeping, delay: number): void {
    if (keeping.saving) return;
    if (delay === 0) {
      clearTimeout(keeping.timer);
      keeping.timer = undefined;
    }
    keeping.timer ??= setTimeout(() => {
      keeping.timer = undefined;
      // The end of the handler that runs brings us here again.
      if (!keeping.saving && keeping.dirty && !live.busy) void this.#save(live, keeping);
    }, delay);
  }

  #save(live: LiveSession, keeping: Keeping): Promise<void> {
    clearTimeout(keeping.timer);
    keeping.timer = undefined;
    return keeping.saving = this.#saveOnce(live, keeping).then((retry) => {
      keeping.saving = undefined;
      const known = placesOf(live) === keeping.places;
      if (known || retry !== undefined || keeping.empty) keeping.gate?.open();
      if (!keeping.dirty || live.state === "ended") return;
      // Never at once: an event may have run whose effects on the tree come with the next flush.
      this.#saveSoon(live, keeping, retry ?? (known ? SAVE_DELAY : 0));
    });
  }

  /** @returns After how long to try again, if that is to be. */
  async #saveOnce(live: LiveSession, keeping: Keeping): Promise<number | undefined> {
    if (live.state === "ended") return undefined;
    if (this.#store.isShut) {
      keeping.dirty = true;
      return RETRY_DELAY;
    }
    const { done } = live;
    const places = placesOf(live);
    keeping.dirty = false;
    const snapshot = this.#snapshot(live, keeping);
    const data = snapshot ?? NOTHING;
    try {
      keeping.revision = await this.#store.save(keyOf(live.id), data, {
        expiresAt: Date.now() + LIFE,
        revision: keeping.revision,
      });
    } catch (error) {
      if (error instanceof SessionConflictError) {
        live.end(CloseCode.GOING_AWAY, "elsewhere");
        return undefined;
      }
      keeping.dirty = true;
      return RETRY_DELAY;
    }
    keeping.empty = !snapshot;
    keeping.places = snapshot ? places : NaN;
    keeping.late = false;
    this.stats.saves++;
    this.stats.bytes += data.length;
    live.tellDurable(snapshot ? done : ALL);
    return undefined;
  }

  #snapshot(live: LiveSession, keeping: Keeping): Uint8Array | undefined {
    if (keeping.off || !this.#options.wanted(live)) return undefined;
    const snapshot = takeSnapshot(live.region, {
      ...this.#options.facts(live),
      done: live.done,
      chain: live.chain,
      render: live.lastRender,
      refused: (component, error) => this.#noticeOnce(component, error),
    });
    if (snapshot) return snapshot;
    keeping.off = true;
    this.#noticeOnce("a page", new RangeError("its signals are too large together"));
    return undefined;
  }

  #noticeOnce(component: string, error: unknown): void {
    if (this.#noticed.has(component) || this.#noticed.size >= 100) return;
    this.#noticed.add(component);
    const why = error instanceof Error ? error.message : String(error);
    this.#options.notice(
      `cannot keep a signal of <${component}> for another node: ${why}; ` +
        "give it { durable: false } if it may begin anew",
    );
  }
}

/** Whether a store may soon be back. */
function isOutage(error: unknown): boolean {
  return error instanceof SessionStoreError && OUTAGE.has(error.code);
}

function keyOf(id: string): string {
  return `ui_${id}`;
}

/** Another number after places were given that the last snapshot does not know. */
function placesOf({ tree, lastRender }: LiveSession): number {
  let hash = lastRender;
  for (const { id, next } of tree.regions.values()) {
    hash = Math.imul(Math.imul(hash ^ id, 0x01000193) ^ next, 0x01000193);
  }
  return hash;
}
