/**
 * A node's view of a shared store, which ends when the node is killed.
 *
 * @module
 */
import { SessionStoreError } from "../../src/session/errors.ts";
import type { SessionStore } from "../../src/session/store.ts";

/** A store that can be cut off. */
export interface MortalStore extends SessionStore {
  /** From now on nothing gets through, in either direction. */
  die(): void;
}

/** The same store for a node that will die without a word. */
export function mortal(store: SessionStore): MortalStore {
  let dead = false;
  const alive = <T>(work: () => Promise<T>): Promise<T> =>
    dead
      ? Promise.reject(new SessionStoreError("Cannot reach the store: dead", "unavailable"))
      : work();
  return {
    isDurable: true,
    load: (id) => alive(() => store.load(id)),
    save: (id, data, options) => alive(() => store.save(id, data, options)),
    touch: (id, expiresAt) => alive(() => store.touch(id, expiresAt)),
    delete: (id) => alive(() => store.delete(id)),
    saveAll: (sessions) => alive(() => store.saveAll(sessions)),
    close: () => Promise.resolve(),
    die: () => {
      dead = true;
    },
  };
}
