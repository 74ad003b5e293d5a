/**
 * The part on SQLite: writes that survive a power failure, ours beside the same two inserts by
 * `node:sqlite` alone, one by one and all at once.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { openNodeSqlite } from "../../src/adapters/sqlite/node_driver.ts";
import { createSqliteReplicaStore } from "../../src/adapters/sqlite/sync_store.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { median } from "../measure.ts";
import { type Item, itemOf } from "./contender.ts";

/** One way to write, on a database of its own. */
interface Writer {
  /** One write after the other, each durable before the next begins. */
  single(items: readonly Item[]): Promise<void>;
  /** All of them begun at once. */
  batched(items: readonly Item[]): Promise<void>;
  close(): Promise<void>;
}

/** Writes a second of both, and the median of each round's ratio. */
export interface SqliteFigures {
  readonly raw: number;
  readonly ours: number;
  readonly ratio: number;
}

const COUNTS = { single: 200, batched: 10_000 };
const ROUNDS = 15;
const WARM_UP = 2;

/** The record, and that it is to be sent, in one transaction. */
function openRaw(path: string): Writer {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE item (id TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
  db.exec("CREATE TABLE queue (seq INTEGER PRIMARY KEY, entry TEXT)");
  const keep = db.prepare("INSERT OR REPLACE INTO item VALUES (?, ?)");
  const queue = db.prepare("INSERT INTO queue (entry) VALUES (?)");
  const write = (items: readonly Item[]): void => {
    db.exec("BEGIN IMMEDIATE");
    for (const item of items) {
      keep.run(item.id, JSON.stringify(item));
      const op = { op: "put", res: "todos", key: item.id, value: item };
      queue.run(JSON.stringify({ mid: crypto.randomUUID(), at: Date.now(), ops: [op] }));
    }
    db.exec("COMMIT");
  };
  return {
    async single(items) {
      for (const item of items) await write([item]);
    },
    async batched(items) {
      await write(items);
    },
    close: () => Promise.resolve(db.close()),
  };
}

async function openOurs(path: string): Promise<Writer> {
  const store = createSqliteReplicaStore({ database: openNodeSqlite(path) });
  const replica = await openReplica({ store, user: "ana" });
  await replica.load("todos");
  const write = (item: Item): Promise<void> =>
    replica.write([{ res: "todos", key: item.id, op: "put", value: item }]).durable;
  return {
    async single(items) {
      for (const item of items) await write(item);
    },
    async batched(items) {
      await Promise.all(items.map(write));
    },
    close: () => replica.close(),
  };
}

/** Measures in turns, each round on new files. */
export async function measureSqlite(kind: keyof typeof COUNTS): Promise<SqliteFigures> {
  const folder = await Deno.makeTempDir();
  const count = COUNTS[kind];
  const items = Array.from({ length: count }, (_, i) => itemOf(i));
  const contenders = [openRaw, openOurs];
  const speeds: [raw: number, ours: number][] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const speed: [number, number] = [0, 0];
    for (let turn = 0; turn < 2; turn++) {
      const who = (turn + round + WARM_UP) % 2;
      const writer = await contenders[who]!(`${folder}/${kind}-${round}-${who}.db`);
      const start = performance.now();
      await writer[kind](items);
      speed[who] = count / (performance.now() - start) * 1000;
      await writer.close();
    }
    if (round >= 0) speeds.push(speed);
  }
  await Deno.remove(folder, { recursive: true });
  return {
    raw: median(speeds.map(([raw]) => raw)),
    ours: median(speeds.map(([, ours]) => ours)),
    ratio: median(speeds.map(([raw, ours]) => ours / raw)),
  };
}
