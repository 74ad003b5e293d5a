/** A device that writes and synchronises until it is killed. Run by kill_test.ts. */
import { openNodeSqlite } from "../../../src/adapters/sqlite/node_driver.ts";
import { createSqliteReplicaStore } from "../../../src/adapters/sqlite/sync_store.ts";
import { createFetchExchange } from "../../../src/sync/replica/fetch_exchange.ts";
import { openReplica } from "../../../src/sync/replica/replica.ts";
import { createSyncer } from "../../../src/sync/replica/syncer.ts";

const [path = "", url = "", run = "0"] = Deno.args;
const store = createSqliteReplicaStore({ database: openNodeSqlite(path) });
const replica = await openReplica({ store, user: "ana" });
await replica.load("todos");
const exchange = createFetchExchange({ url, headers: () => ({ authorization: "Bearer ana" }) });
const syncer = createSyncer({ replica, exchange, interval: 50, timeout: 2_000 });
syncer.start();

const encoder = new TextEncoder();
const say = (text: string) => Deno.stdout.writeSync(encoder.encode(text + "\n"));
say("ready");
for (let i = 0; run !== "drain"; i++) {
  const keys = Array.from(
    { length: 1 + Math.floor(Math.random() * 5) },
    (_, n) => `${run}.${i}.${n}`,
  );
  await Promise.all(keys.map(async (key) => {
    await replica.write([{ res: "todos", key, op: "put", value: { key } }]).durable;
    // Only now may it be relied upon.
    say(`durable ${key}`);
  }));
  if (Math.random() < 0.3) await new Promise((resolve) => setTimeout(resolve));
}
// The last run sends what is left, and says what it sees.
while (!(await syncer.force()).ok || replica.view.unacked > 0) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
say(`sees ${replica.view.size("todos")} ${replica.letters.length}`);
syncer.stop();
await replica.close();
