import {
  createMemoryAuthorityStore,
  createMemoryReplicaStore,
} from "../../src/sync/memory_store.ts";
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
