/**
 * The app on this device's own data: what the server is elsewhere, in a worker of the browser.
 *
 * @module
 */
import { signal } from "@preact/signals-core";
import type { Platform } from "../../src/contract/platform.ts";
import { IN_PROCESS, type InProcess } from "../../src/server/in_process.ts";
import type { AnyHono, VangoOptions } from "../../src/server/options.ts";
import { vangoOf } from "../../src/server/vango.ts";
import type { LocalReplica } from "../../src/server/sync_service.ts";
import type { Replica } from "../../src/sync/replica/replica.ts";
import type { SyncDriver, SyncerState } from "../../src/sync/replica/syncer.ts";
import type { Account } from "./account.ts";

/** What the app is to pass on to `createVango`, besides its own options. */
export type OfflineHost = Pick<VangoOptions, "platform" | "secrets" | "offline">;

/** Makes the app: called in each worker, with what stands for the server there. */
export type CreateApp = (host: OfflineHost) => AnyHono;

/** The app, and how to ask it something as this browser's user. */
export interface DeviceApp {
  fetch(request: Request, beside?: Partial<InProcess>): Promise<Response>;
}

/** Puts the app on the replica of `account`; one without data needs none. */
export function startApp(
  create: CreateApp,
  account: Account,
  replica: LocalReplica | undefined,
): DeviceApp {
  const app = create({
    platform: PLATFORM,
    // Good for this worker alone, which takes nobody's word but its own.
    secrets: [crypto.randomUUID() + crypto.randomUUID()],
    offline: { script: "", onDevice: true },
  });
  const vango = vangoOf(app);
  if (!vango) {
    throw new Error(
      "Cannot serve this app without a network: createVango was not called for it; return the " +
        "Hono app that was given to createVango",
    );
  }
  if (replica) vango.useReplica(replica);
  return {
    async fetch(request, beside = {}) {
      const inProcess: InProcess = {
        upgrade: PLATFORM.upgrade,
        opened(session) {
          if (account.login !== undefined) session.setUserId(account.login);
        },
        made() {},
        ...beside,
      };
      return await app.fetch(request, { [IN_PROCESS]: inProcess });
    },
  };
}

/** A driver that leaves the network to others. */
export function idleDriver(): SyncDriver {
  const state = signal<SyncerState>({
    phase: "stopped",
    online: false,
    lastError: undefined,
    skewMs: undefined,
    stuck: false,
  });
  const error = { code: "stopped", message: "Nothing is sent from here." };
  return { state, force: () => Promise.resolve({ ok: false, pushed: 0, pulled: 0, error }) };
}

/** What {@linkcode startApp} takes for a replica. */
export function localReplica(
  user: string,
  replica: Replica,
  driver: SyncDriver,
): LocalReplica {
  return { user, replica, driver };
}

const PLATFORM: Platform = {
  name: "browser",
  development: false,
  env: () => undefined,
  upgrade() {
    throw new Error("Cannot upgrade a request in a browser: players connect by a port");
  },
  remoteAddress: () => undefined,
};
