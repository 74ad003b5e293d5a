/** `ctx.sync` in a browser: in a page or in a worker, over IndexedDB. */

import type { OwnedSyncCtx } from "../../src/sync/ctx/backed_ctx.ts";
import { createReplicaSyncCtx } from "../../src/sync/ctx/replica_ctx.ts";
import { createFetchExchange } from "../../src/sync/replica/fetch_exchange.ts";
import type { Migration } from "../../src/sync/replica/open.ts";
import { openReplica, type Replica } from "../../src/sync/replica/replica.ts";
import { createSyncer, type Syncer } from "../../src/sync/replica/syncer.ts";
import { deleteIndexedDbStore, openIndexedDbStore } from "./indexeddb_store.ts";
import { LedSyncer, Tabs } from "./tabs.ts";

export interface BrowserSyncOptions {
  /** Whose data it is. Each user of a browser has a database of their own. */
  readonly user: string;
  /** Which part of the server's data; the server's choice by default. */
  readonly scope?: string;
  /** Where the endpoint is: `/_vango/sync` by default. */
  readonly url?: string;
  /** The version of the app's data. */
  readonly schema?: number;
  readonly migrate?: Migration;
  /** Milliseconds between attempts while nothing happens: 30,000 by default. */
  readonly interval?: number;
  /** Whether to listen for pokes by server-sent events; not where a live socket brings them. */
  readonly pokes?: boolean;
}

export interface BrowserSync {
  readonly sync: OwnedSyncCtx;
  readonly replica: Replica;
  readonly driver: LedSyncer;
  /** There is a credential again. */
  resume(): void;
  /**
   * Log-out: sends what waits, then removes everything of this user from the device. When it cannot
   * be sent, nothing is removed and the number of unsent transactions is returned; with `discard`
   * they are given up, and that is recorded.
   *
   * @returns 0 when everything is gone
   */
  signOut(options?: { readonly discard?: boolean }): Promise<number>;
  /** Ends it; the data stays on the device. */
  close(): Promise<void>;
}

/** Opens this user's data in this browser, and keeps it in step from whichever tab leads. */
export async function openBrowserSync(options: BrowserSyncOptions): Promise<BrowserSync> {
  const { user, scope = "", schema, migrate, url = "/_vango/sync" } = options;
  const name = await databaseName(user, scope);
  const store = await openIndexedDbStore(name);
  const tabs = new Tabs(name);
  const replica = await openReplica({ store, user, scope, channel: tabs, schema, migrate });
  const exchange = createFetchExchange({ url });
  const syncer = createSyncer({ replica, exchange, interval: options.interval });
  const driver = new LedSyncer(name, tabs, syncer, () => {
    if (options.pokes === false) return () => {};
    return listenForPokes(`${url}/poke?scope=${encodeURIComponent(scope)}`, syncer);
  });
  const sync = createReplicaSyncCtx({ replica, driver });
  const stopWatching = watchPlatform(replica, driver);

  async function close(): Promise<void> {
    stopWatching();
    driver.close();
    sync.close();
    await replica.close();
    tabs.close();
  }

  return {
    sync,
    replica,
    driver,
    resume: () => driver.resume(),
    close,
    async signOut({ discard = false } = {}) {
      await replica.flushed();
      if (replica.view.unacked > 0) await driver.force();
      const unsent = replica.view.unacked;
      if (unsent > 0 && !discard) return unsent;
      await close();
      await deleteIndexedDbStore(name);
      if (unsent > 0) await recordDiscard(name, unsent);
      return 0;
    },
  };
}

/** Milliseconds until a stream is asked for again that the server refused, at most. */
const MOST_WAIT_MS = 60_000;

/** Hears pokes until it is ended. A browser asks again for a stream that broke, not for one refused. */
function listenForPokes(address: string, syncer: Syncer): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;
  const open = (): void => {
    source = new EventSource(address);
    source.addEventListener("poke", () => syncer.poke());
    source.onopen = () => {
      refusals = 0;
      // What changed while nobody listened is not told again.
      syncer.resume();
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, Math.random() * Math.min(MOST_WAIT_MS, 2_000 * 2 ** refusals++));
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** The platform's hints: they make us try, they never make us believe. */
function watchPlatform(replica: Replica, driver: LedSyncer): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  addEventListener("online", () => driver.resume(), { signal });
  // A worker has none.
  globalThis.document?.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    // A tab that was frozen missed what the others said.
    replica.refresh().catch(() => {});
    driver.resume();
  }, { signal });
  return () => controller.abort();
}

/** Says nothing about the user to whoever looks at the list of databases. */
export async function databaseName(user: string, scope: string): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([user, scope]));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return `vango-sync-${
    Array.from(hash.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("")
  }`;
}

/** What was discarded, when and how much: kept where the user's own data is not. */
async function recordDiscard(name: string, unsent: number): Promise<void> {
  const records = await openIndexedDbStore("vango-sync-discards");
  await records.tx("write", (tx) => {
    tx.put(`${new Date().toISOString()} ${name}`, { unsent });
    return Promise.resolve();
  });
  await records.close();
}
