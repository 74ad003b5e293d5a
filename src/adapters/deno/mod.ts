/**
 * Vango on Deno: the platform and a server that drains.
 *
 * @module
 */
export { BundleError, bundleOffline } from "./bundle_offline.ts";
export { defaultStore, type DefaultStoreOptions } from "./default_store.ts";
export { defaultSyncStore, type SyncPlace } from "./default_sync_store.ts";
export { createDevice, type Device, type DeviceOptions } from "./device.ts";
export { deno, type DenoOptions } from "./platform.ts";
export { type RunningServer, serve, ServeError, type ServeOptions } from "./serve.ts";
export type { Migration } from "../../sync/replica/open.ts";
export type { SyncStatus } from "../../contract/sync.ts";
export type { AuthorityStore, PokeBus } from "../../sync/ports.ts";
export type { Platform, UpgradedSocket } from "../../contract/platform.ts";
