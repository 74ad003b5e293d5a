/**
 * Runs the replica store's contract on IndexedDB inside the browser: a transaction cannot be held
 * open from outside. `Deno.test` is a list here, whose tests the page runs by name.
 *
 * @module
 */
import type { ReplicaStore } from "../../src/sync/ports.ts";
import { deleteIndexedDbStore, openIndexedDbStore } from "../../client/sync/mod.ts";
import { testReplicaStore } from "../contracts/sync_store.ts";
import { tests } from "./sync_contract_shim.ts";

let count = 0;

testReplicaStore("IndexedDB replica store", async () => {
  const name = `contract-${count++}`;
  const open: ReplicaStore[] = [];
  const connect = async (): Promise<ReplicaStore> => {
    const store = await openIndexedDbStore(name);
    open.push(store);
    return store;
  };
  return {
    store: await connect(),
    connect,
    async [Symbol.asyncDispose]() {
      for (const store of open) await store.close();
      await deleteIndexedDbStore(name);
    },
  };
});

Object.assign(globalThis, {
  contractNames: [...tests.keys()],
  async runContract(name: string): Promise<void> {
    await tests.get(name)!();
  },
});
