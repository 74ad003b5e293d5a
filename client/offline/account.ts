/**
 * Whose data this browser shows while the network is away, and who has left without that the server
 * could be told: kept beside the data, because a service worker is asked when nobody else is there
 * to say it.
 *
 * @module
 */
import type { StoreTx } from "../../src/sync/ports.ts";
import { openIndexedDbStore } from "../sync/indexeddb_store.ts";
import { AWAY, SIGN_OUT_TAG } from "./names.ts";

/** Who uses this browser, as the server said when it last was asked. */
export interface Account {
  /** Whose synced data; `""` for an app that syncs none. */
  readonly user: string;
  /** Who is logged in, where that is somebody. */
  readonly login?: string;
}

/** The app's own log-out, as its form or link says it. */
export interface SignOut {
  readonly url: string;
  /** Of a form that posts: its fields. A link has none. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** How telling the server ended. */
export type Told =
  /** There was nothing to tell. */
  | "nothing"
  /** It still cannot be told. */
  | "away"
  /** It knows: who asks for `url` again is to be sent to `landing`. */
  | { readonly url: string; readonly landing: string };

const NAME = "vango-offline";
const ACCOUNT = "account";
const SIGN_OUT = "sign-out";

/** Milliseconds that the server has to answer a log-out: pages wait for it. */
const PATIENCE = 8_000;

/** The one who used this browser last; `undefined` after a log-out. */
export function readAccount(): Promise<Account | undefined> {
  return inStore("read", (tx) => tx.get(ACCOUNT)) as Promise<Account | undefined>;
}

/** From now on it is this one; `undefined` for nobody: then nothing is shown without a network. */
export async function writeAccount(account: Account | undefined): Promise<void> {
  await inStore("write", (tx) => write(tx, ACCOUNT, account));
}

/** Somebody has signed out here, and the server is to be told as soon as it can be reached. */
export async function keepSignOut(signOut: SignOut): Promise<void> {
  await inStore("write", (tx) => write(tx, SIGN_OUT, signOut));
}

/**
 * Tells the server of a log-out that it could not be told. Whoever shows what the server says, or
 * sends it something, must call this first: its session is still that of the one who has left.
 */
export async function tellSignOut(): Promise<Told> {
  // Most have nothing to tell, and wait for nobody.
  if (!await readSignOut()) return "nothing";
  return await navigator.locks.request(SIGN_OUT_TAG, async () => {
    const kept = await readSignOut();
    if (!kept) return "nothing";
    const { url, fields } = kept;
    const signal = AbortSignal.timeout(PATIENCE);
    const ask = (redirect: RequestRedirect): Promise<Response | undefined> =>
      fetch(url, {
        headers: { accept: "text/html" },
        redirect,
        signal,
        ...fields && { method: "POST", body: new URLSearchParams(fields.map(([...pair]) => pair)) },
      }).catch(() => undefined);
    // Where it leads to another site it cannot be followed from here.
    const response = await ask("follow") ?? await ask("manual");
    // Whatever else the server says, it says to one who has asked to be signed out.
    if (!response || AWAY.has(response.status)) return "away";
    await inStore("write", (tx) => write(tx, SIGN_OUT, undefined));
    return { url, landing: response.redirected ? response.url : new URL("/", url).href };
  });
}

function readSignOut(): Promise<SignOut | undefined> {
  return inStore("read", (tx) => tx.get(SIGN_OUT)) as Promise<SignOut | undefined>;
}

function write(tx: StoreTx, key: string, value: unknown): Promise<void> {
  if (value === undefined) tx.delete(key);
  else tx.put(key, value);
  return Promise.resolve();
}

async function inStore<T>(
  mode: "read" | "write",
  work: (tx: StoreTx) => Promise<T>,
): Promise<T> {
  const store = await openIndexedDbStore(NAME);
  try {
    return await store.tx(mode, work);
  } finally {
    store.close();
  }
}
