/**
 * What an offline page's worker needs to sync in a browser.
 *
 * @module
 */
export { type BrowserSync, type BrowserSyncOptions, openBrowserSync } from "./browser_sync.ts";
export { deleteIndexedDbStore, openIndexedDbStore } from "./indexeddb_store.ts";
