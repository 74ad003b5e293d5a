/**
 * Whose data this browser shows while the network is away: kept beside the data, because a service
 * worker is asked when nobody else is there to say it.
 *
 * @module
 */
import { openIndexedDbStore } from "../sync/indexeddb_store.ts";

/** Who uses this browser, as the server said when it last was asked. */
export interface Account {
  /** Whose synced data; `""` for an app that syncs none. */
  readonly user: string;
  /** Who is logged in, where that is somebody. */
  readonly login?: string;
}

const NAME = "vango-offline";
const KEY = "account";

/** The one who used this browser last; `undefined` after a log-out. */
export async function readAccount(): Promise<Account | undefined> {
  const store = await openIndexedDbStore(NAME);
  try {
    return await store.tx("read", (tx) => tx.get(KEY)) as Account | undefined;
  } finally {
    store.close();
  }
}

/** From now on it is this one; `undefined` for nobody: then nothing is shown without a network. */
export async function writeAccount(account: Account | undefined): Promise<void> {
  const store = await openIndexedDbStore(NAME);
  try {
    await store.tx("write", (tx) => {
      if (account) tx.put(KEY, account);
      else tx.delete(KEY);
      return Promise.resolve();
    });
  } finally {
    store.close();
  }
}
