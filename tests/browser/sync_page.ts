/**
 * What the pages of `sync_tabs_test.ts` can do: open the data, write and read.
 *
 * @module
 */
import { type BrowserSync, openBrowserSync } from "../../client/sync/mod.ts";

/** The page's handle, `globalThis.data`. */
export interface PageData {
  open(user?: string): Promise<void>;
  put(key: string, value: unknown): Promise<void>;
  keys(): readonly string[];
  value(key: string): unknown;
  readonly leads: boolean;
  readonly phase: string;
  readonly pending: number;
  readonly conflicts: number;
  force(): Promise<boolean>;
  signOut(discard?: boolean): Promise<number>;
  resume(): void;
}

let browser: BrowserSync;
const notes = () => browser.sync.collection<unknown>("notes");

const data: PageData = {
  async open(user = "ana") {
    browser = await openBrowserSync({ user });
    await notes().ready;
  },
  put: (key, value) => notes().put(key, value),
  keys: () => notes().list().map(({ key }) => key),
  value: (key) => notes().get(key),
  get leads() {
    return browser.driver.leads;
  },
  get phase() {
    return browser.sync.status.phase;
  },
  get pending() {
    return browser.sync.status.pending;
  },
  get conflicts() {
    return browser.sync.status.conflicts;
  },
  force: async () => (await browser.sync.forceSync()).ok,
  signOut: (discard = false) => browser.signOut({ discard }),
  resume: () => browser.resume(),
};
Object.assign(globalThis, { data });
