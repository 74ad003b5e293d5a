/**
 * The stores, and beside each its bare driver doing the same: read a session, write it back if
 * nobody else has.
 *
 * @module
 */
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { DatabaseSync } from "node:sqlite";
import { createDenoKvSessionStore } from "../../src/adapters/deno_kv/mod.ts";
import { createNatsSessionStore } from "../../src/adapters/nats/mod.ts";
import { createSqliteSessionStore, openNodeSqlite } from "../../src/adapters/sqlite/mod.ts";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import type { SessionStore } from "../../src/session/store.ts";

/** A turn with one session: load it, and save it on what was loaded. */
export interface Contender extends AsyncDisposable {
  /** Makes a session. */
  create(id: string, data: Uint8Array): Promise<void>;
  /** Loads and saves it. */
  turn(id: string, data: Uint8Array): Promise<void>;
}

/** A store and its bare driver. */
export interface Pair {
  readonly name: string;
  /** Turns under way at the same time. */
  readonly parallel: number;
  open(): Promise<readonly [store: Contender, raw: Contender]>;
}

const LIFE = 3_600_000;

function ofStore(store: SessionStore): Contender {
  return {
    async create(id, data) {
      await store.save(id, data, { expiresAt: Date.now() + LIFE, revision: undefined });
    },
    async turn(id, data) {
      const stored = await store.load(id);
      await store.save(id, data, { expiresAt: Date.now() + LIFE, revision: stored!.revision });
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** A map with copies of what is stored: as much as a store in memory cannot do without. */
function bareMap(): Contender {
  const map = new Map<string, { data: Uint8Array; revision: number; expiresAt: number }>();
  return {
    async create(id, data) {
      await map.set(id, { data: data.slice(), revision: 0, expiresAt: Date.now() + LIFE });
    },
    async turn(id, data) {
      const { revision } = await { ...map.get(id)!, data: map.get(id)!.data.slice() };
      if (map.get(id)!.revision !== revision) throw new Error("conflict");
      const next = { data: data.slice(), revision: revision + 1, expiresAt: Date.now() + LIFE };
      await map.set(id, next);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function bareSqlite(file: string): Contender {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec(
    "CREATE TABLE t (id TEXT PRIMARY KEY, data BLOB NOT NULL, revision INTEGER NOT NULL, " +
      "expires_at REAL NOT NULL) STRICT",
  );
  const insert = database.prepare("INSERT INTO t VALUES (?, ?, 0, ?)");
  const select = database.prepare("SELECT data, revision FROM t WHERE id = ?");
  const update = database.prepare(
    "UPDATE t SET data = ?, revision = revision + 1, expires_at = ? WHERE id = ? AND revision = ?",
  );
  return {
    async create(id, data) {
      await insert.run(id, data, Date.now() + LIFE);
    },
    async turn(id, data) {
      const row = await select.get(id) as { revision: number };
      const { changes } = await update.run(data, Date.now() + LIFE, id, row.revision);
      if (Number(changes) !== 1) throw new Error("conflict");
    },
    async [Symbol.asyncDispose]() {
      await database.close();
    },
  };
}

function bareKv(kv: Deno.Kv): Contender {
  return {
    async create(id, data) {
      await kv.set(["t", id], { data, expiresAt: Date.now() + LIFE }, { expireIn: LIFE });
    },
    async turn(id, data) {
      const entry = await kv.get(["t", id]);
      const { ok } = await kv.atomic().check(entry)
        .set(["t", id], { data, expiresAt: Date.now() + LIFE }, { expireIn: LIFE }).commit();
      if (!ok) throw new Error("conflict");
    },
    async [Symbol.asyncDispose]() {
      await kv.close();
    },
  };
}

async function bareNats(url: string): Promise<Contender> {
  const connection = await connect({ servers: url.slice("nats://".length) });
  const kv = await new Kvm(jetstream(connection)).create("bare", {
    ttl: LIFE,
    history: 1,
    allow_direct: false,
  });
  return {
    async create(id, data) {
      await kv.create(id, data);
    },
    async turn(id, data) {
      const entry = await kv.get(id);
      await kv.update(id, data, entry!.revision);
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** @param directory Where files are made. @param nats A server's address, if there is one. */
export function pairs(directory: string, nats: string | undefined): Pair[] {
  const all: Pair[] = [
    {
      name: "memory, beside a map",
      parallel: 1,
      open: () => Promise.resolve([ofStore(createMemorySessionStore()), bareMap()]),
    },
    {
      name: "SQLite, beside node:sqlite",
      parallel: 1,
      open: () => {
        const database = openNodeSqlite(`${directory}/store.db`);
        const store = createSqliteSessionStore({ database });
        return Promise.resolve([ofStore(store), bareSqlite(`${directory}/bare.db`)]);
      },
    },
    {
      name: "Deno KV, beside Deno.Kv",
      parallel: 16,
      open: async () => {
        const kv = await Deno.openKv(`${directory}/store_kv.db`);
        return [
          ofStore(createDenoKvSessionStore({ kv })),
          bareKv(await Deno.openKv(`${directory}/bare_kv.db`)),
        ];
      },
    },
  ];
  if (nats === undefined) return all;
  return [...all, {
    name: "NATS JetStream, beside @nats-io/kv",
    parallel: 16,
    open: async () => [ofStore(createNatsSessionStore({ servers: nats })), await bareNats(nats)],
  }];
}
