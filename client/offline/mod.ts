/**
 * The app without a network: the entry of the bundle that browsers load as a worker and as a
 * service worker.
 *
 * @module
 */
import type { Migration } from "../../src/sync/replica/open.ts";
import type { CreateApp } from "./device.ts";
import { serveNavigations } from "./service_worker.ts";
import { servePage } from "./worker.ts";

export type { CreateApp, OfflineHost } from "./device.ts";
export type { Migration } from "../../src/sync/replica/open.ts";

/** What the data in the browser needs to know of the app's. */
export interface OfflineDataOptions {
  /** The version of the app's data, as in `createVango({ sync: { schema } })`. Default: 0. */
  readonly schema?: number;
  /** Brings what an older version of the app has left in the browser to this one. */
  readonly migrate?: Migration;
  /** Milliseconds between exchanges while nothing happens. Default: 30,000. */
  readonly interval?: number;
}

/**
 * Serves the app inside the browser while the network is away. The module that calls it is bundled
 * by `bundleOffline` and given to `createVango({ offline })`; all that it imports ships to browsers.
 *
 * @param create Makes the app. It passes `host` on to `createVango`, beside its own options.
 *
 * @example
 * ```ts
 * import { serveOffline } from "@vango/vango/offline";
 * import { createVango } from "@vango/vango";
 * import { Hono } from "hono";
 *
 * serveOffline((host) => {
 *   const app = new Hono();
 *   createVango({ app, sync: {}, ...host });
 *   return app;
 * });
 * ```
 */
export function serveOffline(create: CreateApp, options: OfflineDataOptions = {}): void {
  if ("registration" in globalThis) serveNavigations(create, options);
  else if ("DedicatedWorkerGlobalScope" in globalThis) servePage(create, options);
}
