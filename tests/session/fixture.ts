/** What the tests of the session manager share: a clock, a browser's cookie jar, a bad store. */

import {
  createSessionManager,
  type SessionManager,
  type SessionManagerOptions,
} from "../../src/session/manager.ts";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { SessionStoreError } from "../../src/session/errors.ts";
import type { SessionHandle } from "../../src/session/session_handle.ts";
import type { SessionNotice } from "../../src/session/session_sync.ts";
import type { SessionChange, SessionStore } from "../../src/session/store.ts";

export const SECRET = "a secret of at least 32 characters";
export const HOUR = 3_600_000;

/** A clock that moves when it is told to. */
export class TestClock {
  time = 1_700_000_000_000;
  readonly now = (): number => this.time;
  advance(ms: number): void {
    this.time += ms;
  }
}

/** Gives in-memory sessions the faults of a network: away, slow, stuck, refusing. */
export class FaultyStore implements SessionStore {
  readonly inner: SessionStore;
  /** Calls so far, by method and first letters of the id: what a test may count. */
  readonly calls: string[] = [];
  /** What to do instead of answering; the inner store is asked when it gives `undefined`. */
  fault: ((method: string, id: string) => Promise<never> | undefined) | undefined;
  /** Called before each answer is given, when it is already decided. */
  pause: ((method: string) => Promise<void>) | undefined;
  /** Whether nobody is told of changes. */
  isMute = false;

  constructor(inner: SessionStore) {
    this.inner = inner;
  }

  watch(listener: (change: SessionChange) => void): () => void {
    return this.inner.watch!((change) => {
      if (!this.isMute) listener(change);
    });
  }

  goAway(): void {
    this.fault = () => Promise.reject(new SessionStoreError("Cannot connect", "unavailable"));
  }

  comeBack(): void {
    this.fault = undefined;
  }

  count(method: string): number {
    return this.calls.filter((call) => call === method).length;
  }

  load(id: string): ReturnType<SessionStore["load"]> {
    return this.#run("load", id, () => this.inner.load(id));
  }

  save(...args: Parameters<SessionStore["save"]>): Promise<string> {
    return this.#run("save", args[0], () => this.inner.save(...args));
  }

  touch(...args: Parameters<SessionStore["touch"]>): Promise<string | undefined> {
    return this.#run("touch", args[0], () => this.inner.touch(...args));
  }

  delete(id: string): Promise<void> {
    return this.#run("delete", id, () => this.inner.delete(id));
  }

  saveAll(...args: Parameters<SessionStore["saveAll"]>): ReturnType<SessionStore["saveAll"]> {
    return this.#run("saveAll", "", () => this.inner.saveAll(...args));
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  async #run<Result>(method: string, id: string, work: () => Promise<Result>): Promise<Result> {
    this.calls.push(method);
    await this.fault?.(method, id);
    const result = await work();
    await this.pause?.(method);
    return result;
  }
}

/** One browser: keeps the cookie that it is given, sends it with every request. */
export class TestBrowser {
  cookie: string | undefined;

  constructor(cookie?: string) {
    this.cookie = cookie;
  }

  request(headers: Record<string, string> = {}): Request {
    const all = this.cookie === undefined ? headers : { cookie: this.cookie, ...headers };
    return new Request("http://localhost/", { headers: all });
  }

  accept(setCookie: string | undefined): void {
    if (setCookie === undefined) return;
    this.cookie = setCookie.includes("Max-Age=0") ? undefined : setCookie.split(";")[0]!;
  }

  /** A request and its response. */
  async visit(
    sessions: SessionManager,
    handle: (session: SessionHandle) => unknown = () => {},
  ): Promise<SessionHandle> {
    const session = await sessions.open(this.request());
    await handle(session);
    this.accept(await sessions.commit(session));
    return session;
  }
}

/** Managers over one store, as nodes of a cluster have it. */
export interface Cluster extends AsyncDisposable {
  readonly clock: TestClock;
  readonly store: FaultyStore;
  readonly notices: SessionNotice[];
  readonly nodes: SessionManager[];
  /** Another node, or this one after its death: with nothing in its memory. */
  start(options?: Partial<SessionManagerOptions>): SessionManager;
}

export function startCluster(size = 1, options: Partial<SessionManagerOptions> = {}): Cluster {
  const clock = new TestClock();
  const store = new FaultyStore(createMemorySessionStore({ now: clock.now }));
  const notices: SessionNotice[] = [];
  const nodes: SessionManager[] = [];
  const cluster: Cluster = {
    clock,
    store,
    notices,
    nodes,
    start(more = {}) {
      const node = createSessionManager({
        store,
        secrets: [SECRET],
        now: clock.now,
        saveDelay: 0,
        onNotice: (notice) => notices.push(notice),
        ...options,
        ...more,
      });
      nodes.push(node);
      return node;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node.close()));
      await store.close();
    },
  };
  for (let i = 0; i < size; i++) cluster.start();
  return cluster;
}

/** Waits for a condition that other work under way brings about. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`Not within 5 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
