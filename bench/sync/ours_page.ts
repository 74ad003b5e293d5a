/** Our replica on IndexedDB, through `ctx.sync` as an app uses it. */
import { openIndexedDbStore } from "../../client/sync/indexeddb_store.ts";
import { deleteIndexedDbStore } from "../../client/sync/mod.ts";
import { createReplicaSyncCtx } from "../../src/sync/ctx/replica_ctx.ts";
import { createFetchExchange } from "../../src/sync/replica/fetch_exchange.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { createSyncer } from "../../src/sync/replica/syncer.ts";
import { type Item, present } from "./contender.ts";

present({
  name: "vango",
  async open(database) {
    const open = async () =>
      await openReplica({ store: await openIndexedDbStore(database), user: "ana" });
    const replica = await open();
    await replica.load("todos");
    const exchange = createFetchExchange({ url: "/_vango/sync" });
    const syncer = createSyncer({ replica, exchange });
    const sync = createReplicaSyncCtx({ replica, driver: syncer });
    const todos = sync.collection<Item>("todos");
    await todos.ready;
    return {
      write: (item) => todos.put(item.id, item),
      async load() {
        const { ok, error } = await syncer.force();
        if (!ok) throw new Error(error?.message);
      },
      async count() {
        const again = await open();
        await again.load("todos");
        const size = again.view.size("todos");
        await again.close();
        return size;
      },
      async remove() {
        sync.close();
        await replica.close();
        await deleteIndexedDbStore(database);
      },
    };
  },
});
