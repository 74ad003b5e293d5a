import { createDenoKvAuthorityStore } from "../../../src/adapters/deno_kv/sync_store.ts";
import type { AuthorityStore } from "../../../src/sync/ports.ts";
import { testAuthorityOn } from "../../contracts/sync_authority.ts";
import { testAuthorityStore } from "../../contracts/sync_store.ts";

async function onFile() {
  const directory = await Deno.makeTempDir();
  const stores: AuthorityStore[] = [];
  const connect = async () => {
    const kv = await Deno.openKv(`${directory}/kv.db`);
    const store = createDenoKvAuthorityStore({ kv });
    stores.push(store);
    return store;
  };
  return {
    store: await connect(),
    connect,
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

testAuthorityStore("Deno KV authority store", onFile, { rounds: 30 });

testAuthorityOn("authority on Deno KV", async () => {
  const fixture = await onFile();
  return {
    nodes: [fixture.store, await fixture.connect()],
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
});
