/**
 * The part over HTTP: one device writes, another has it; both on SQLite files, as is the server,
 * which runs in a process of its own.
 *
 * @module
 */
import { openNodeSqlite } from "../../src/adapters/sqlite/node_driver.ts";
import { createSqliteReplicaStore } from "../../src/adapters/sqlite/sync_store.ts";
import { createFetchExchange } from "../../src/sync/replica/fetch_exchange.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { createSyncer } from "../../src/sync/replica/syncer.ts";
import { median } from "../measure.ts";
import { itemOf } from "./contender.ts";

/** Mutations of one round. */
export const MUTATIONS = 10_000;

const ROUNDS = 5;
const WARM_UP = 1;

/** Milliseconds of one round. */
export interface HttpFigures {
  /** Until the server has confirmed all of them, one transaction each. */
  readonly push: number;
  /** Until the other device has them. */
  readonly pull: number;
}

async function startServer(path: string): Promise<{ url: string; stop(): Promise<void> }> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", new URL("server.ts", import.meta.url).href, path],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    url: `http://127.0.0.1:${value.trim()}/_vango/sync`,
    async stop() {
      process.kill();
      await process.status;
      await reader.cancel();
    },
  };
}

async function openDevice(path: string, url: string, user: string) {
  const store = createSqliteReplicaStore({ database: openNodeSqlite(path) });
  const replica = await openReplica({ store, user });
  await replica.load("todos");
  const exchange = createFetchExchange({ url, headers: () => ({ authorization: user }) });
  return { replica, syncer: createSyncer({ replica, exchange }) };
}

type Device = Awaited<ReturnType<typeof openDevice>>;

async function timed(device: Device): Promise<number> {
  const start = performance.now();
  const { ok, error } = await device.syncer.force();
  if (!ok) throw new Error(`cannot measure: ${error?.message}`);
  const { view } = device.replica;
  if (view.unacked > 0 || view.size("todos") !== MUTATIONS) {
    throw new Error(`cannot measure: ${view.size("todos")} rows, ${view.unacked} wait`);
  }
  return performance.now() - start;
}

/** Measures; each round is a new user with two new devices. */
export async function measureHttp(): Promise<HttpFigures> {
  const folder = await Deno.makeTempDir();
  const server = await startServer(`${folder}/server.db`);
  const rounds: HttpFigures[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const user = `user${round + WARM_UP}`;
    const one = await openDevice(`${folder}/${user}-one.db`, server.url, user);
    const other = await openDevice(`${folder}/${user}-other.db`, server.url, user);
    await Promise.all(Array.from({ length: MUTATIONS }, (_, i) => {
      const item = itemOf(i);
      return one.replica.write([{ res: "todos", key: item.id, op: "put", value: item }]).durable;
    }));
    const push = await timed(one);
    const pull = await timed(other);
    if (round >= 0) rounds.push({ push, pull });
    await one.replica.close();
    await other.replica.close();
  }
  await server.stop();
  await Deno.remove(folder, { recursive: true });
  return {
    push: median(rounds.map(({ push }) => push)),
    pull: median(rounds.map(({ pull }) => pull)),
  };
}
