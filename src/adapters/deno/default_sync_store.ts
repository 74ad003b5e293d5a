/**
 * The place for synced data that fits where the app runs, so that an app need not say.
 *
 * @module
 */

import type { AuthorityStore, PokeBus } from "../../sync/ports.ts";
import { chooseStore, type DefaultStoreOptions, natsPlace, privateFile } from "./default_store.ts";

/** Where an app's synced data is: to be spread into `createVango({ sync: { ...place } })`. */
export interface SyncPlace {
  /** The store itself. */
  readonly store: AuthorityStore;
  /** How the servers of the app tell each other of changes; one server needs none. */
  readonly pokes?: PokeBus;
  /** Closes the store and its connection; to be called when the app has drained. */
  close(): Promise<void>;
}

/**
 * Opens the store for synced data that fits where the app runs:
 *
 * - `NATS_URL` is set: NATS JetStream there, and pokes over NATS; `NATS_REPLICAS` (1, 3 or 5) when
 *   the streams are made.
 * - On Deno Deploy: its Deno KV, watched for changes.
 * - Otherwise the SQLite file `sync.db` in the directory `VANGO_DATA`, or `.vango`, which is made
 *   if there is none, readable by its owner alone.
 *
 * Only the driver that is used gets loaded.
 *
 * @throws {SessionConfigError} when no file can be made there, or for a wrong `NATS_REPLICAS`
 * @throws {SyncError} `store` when the database cannot be used
 *
 * @example
 * ```ts
 * import { defaultSyncStore } from "./default_sync_store.ts";
 *
 * const directory = await Deno.makeTempDir();
 * const env = (name: string) => name === "VANGO_DATA" ? directory : undefined;
 * const place = await defaultSyncStore({ env });
 * await place.close();
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function defaultSyncStore(options: DefaultStoreOptions = {}): Promise<SyncPlace> {
  const env = options.env ?? ((name) => Deno.env.get(name));
  switch (chooseStore(env)) {
    case "nats":
      return await openNats(env);
    case "deno-kv": {
      const [{ createDenoKvAuthorityStore }, { createDenoKvPokeBus }] = await Promise.all([
        import("../deno_kv/sync_store.ts"),
        import("../deno_kv/sync_pokes.ts"),
      ]);
      const kv = await Deno.openKv();
      return { ...placeOf(createDenoKvAuthorityStore({ kv })), pokes: createDenoKvPokeBus({ kv }) };
    }
    case "sqlite": {
      const file = await privateFile(env("VANGO_DATA") || ".vango", "sync.db");
      const [{ createSqliteAuthorityStore }, { openNodeSqlite }] = await Promise.all([
        import("../sqlite/sync_store.ts"),
        import("../sqlite/node_driver.ts"),
      ]);
      return placeOf(createSqliteAuthorityStore({ database: openNodeSqlite(file) }));
    }
  }
}

function placeOf(store: AuthorityStore): SyncPlace {
  return { store, close: async () => await store.close() };
}

async function openNats(env: (name: string) => string | undefined): Promise<SyncPlace> {
  const { servers, replicas } = natsPlace(env);
  const [{ connect }, { parseServers }, { createNatsAuthorityStore }, { createNatsPokeBus }] =
    await Promise.all([
      import("@nats-io/transport-node"),
      import("../nats/servers.ts"),
      import("../nats/sync_store.ts"),
      import("../nats/sync_pokes.ts"),
    ]);
  const parsed = parseServers(servers);
  const connection = await connect({
    servers: parsed.servers,
    ...parsed.credentials,
    maxReconnectAttempts: -1,
  });
  const store = await createNatsAuthorityStore({ connection, replicas });
  return {
    store,
    pokes: createNatsPokeBus({ connection }),
    async close() {
      await store.close();
      await connection.drain();
    },
  };
}
