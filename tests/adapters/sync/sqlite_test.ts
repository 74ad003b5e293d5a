import { openNodeSqlite } from "../../../src/adapters/sqlite/node_driver.ts";
import {
  createSqliteAuthorityStore,
  createSqliteReplicaStore,
} from "../../../src/adapters/sqlite/sync_store.ts";
import { testAuthorityOn } from "../../contracts/sync_authority.ts";
import { testAuthorityStore, testReplicaStore } from "../../contracts/sync_store.ts";

interface Opened<Store> extends AsyncDisposable {
  readonly store: Store;
  connect(): Promise<Store>;
}

async function onFile<Store extends { close(): void | Promise<void> }>(
  make: (path: string) => Store,
): Promise<Opened<Store>> {
  const directory = await Deno.makeTempDir();
  const stores: Store[] = [];
  const connect = (): Store => {
    const store = make(`${directory}/data.db`);
    stores.push(store);
    return store;
  };
  return {
    store: connect(),
    connect: () => Promise.resolve(connect()),
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

testReplicaStore(
  "SQLite replica store",
  () => onFile((path) => createSqliteReplicaStore({ database: openNodeSqlite(path) })),
);

testAuthorityStore(
  "SQLite authority store",
  () => onFile((path) => createSqliteAuthorityStore({ database: openNodeSqlite(path) })),
);

testAuthorityOn("authority on SQLite", async () => {
  const fixture = await onFile((path) =>
    createSqliteAuthorityStore({ database: openNodeSqlite(path) })
  );
  return {
    nodes: [fixture.store, await fixture.connect()],
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
});
