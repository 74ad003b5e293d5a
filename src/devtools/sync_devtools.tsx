/** @jsxImportSource @vango/vango */
/**
 * Adds the page to an app.
 *
 * @module
 */
import type { AnyHono } from "../server/options.ts";
import { syncServiceOf } from "../server/sync_service.ts";
import { vangoOf } from "../server/vango.ts";
import { SyncPage } from "./sync_page.tsx";

/** Where it is. */
const PATH = "/_vango/sync-devtools";

/**
 * Serves `/_vango/sync-devtools` while the app is developed: what is in the store (rows or base,
 * log, conflicts, refused writes), what went over the line last, and buttons to cut it, to lose
 * answers, and to turn the clock. On a server it shows everybody's data, on a device its own.
 *
 * In production it does nothing.
 *
 * @param app The app that was given to `createVango`; it needs `sync`.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { createVango } from "@vango/vango";
 * import { syncDevtools } from "@vango/vango/devtools";
 * const app = new Hono();
 * createVango({ app, sync: {}, development: true });
 * syncDevtools(app);
 * ```
 */
export function syncDevtools(app: AnyHono): void {
  const vango = vangoOf(app);
  const service = syncServiceOf(app);
  if (!vango?.development || !service) return;
  app.get(PATH, vango.page(() => <SyncPage service={service} />));
}
