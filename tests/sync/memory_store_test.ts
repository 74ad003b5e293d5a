import {
  createMemoryAuthorityStore,
  createMemoryReplicaStore,
} from "../../src/sync/memory_store.ts";
import { testAuthorityOn } from "../contracts/sync_authority.ts";
import { testAuthorityStore, testReplicaStore } from "../contracts/sync_store.ts";

testReplicaStore("memory replica store", () =>
  Promise.resolve({
    store: createMemoryReplicaStore(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

testAuthorityStore("memory authority store", () =>
  Promise.resolve({
    store: createMemoryAuthorityStore(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

// Two nodes of one process share what is in its memory.
testAuthorityOn("authority in memory", () => {
  const store = createMemoryAuthorityStore();
  return Promise.resolve({
    nodes: [store, store],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
