/**
 * A first load that breaks off again and again: 20,000 rows here, a million with `VANGO_SOAK=1`.
 */
import { assert, assertEquals } from "@std/assert";
import { createMemoryReplicaStore } from "../../src/sync/memory_store.ts";
import type { Exchange } from "../../src/sync/ports.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { createSyncer } from "../../src/sync/replica/syncer.ts";
import { makeAuthority, makeWire } from "./wire.ts";

const IS_LONG = Deno.env.get("VANGO_SOAK") === "1";
const ROWS = IS_LONG ? 1_000_000 : 20_000;
const PAGE = 1_000;

/** Pages that arrive before an answer breaks off. */
const PAGES_EACH = 3;

function keyOf(i: number): string {
  return `k${String(i).padStart(7, "0")}`;
}

Deno.test(`a load of ${ROWS} rows that breaks off every few pages goes on where it was, also in another process`, async () => {
  const authority = makeAuthority();
  const ana = { userId: "ana" };
  for (let from = 0; from < ROWS; from += 500) {
    const ops = Array.from({ length: 500 }, (_, i) => {
      const value = { n: from + i };
      return { res: "todos", key: keyOf(from + i), op: "put" as const, base: 0, value };
    });
    await authority.write(ana, "home", { by: "seed", ops });
  }
  const wire = makeWire(authority);
  let arrived = 0;
  const broken: Exchange = async (path, body, signal) => {
    const reply = await wire.exchange(path, body, signal);
    return {
      ...reply,
      async *lines() {
        let lines = 0;
        for await (const line of reply.lines()) {
          if (path === "pull" && lines++ >= PAGES_EACH) throw new Error("the network is gone");
          arrived++;
          yield line;
        }
      },
    };
  };
  const store = createMemoryReplicaStore();
  let attempts = 0;
  for (let isDone = false; !isDone; attempts++) {
    assert(attempts < ROWS / PAGE, "it does not get on");
    const replica = await openReplica({ store, user: "ana" });
    const syncer = createSyncer({ replica, exchange: broken, pullRows: PAGE });
    const { ok } = await syncer.force();
    isDone = ok;
    // Nothing is shown before all of it is there: half a list would look like a list.
    await replica.load("todos");
    assertEquals(replica.view.size("todos"), ok ? ROWS : 0);
    if (ok) assertEquals(replica.view.get("todos", keyOf(ROWS - 1)), { n: ROWS - 1 });
    // The process is gone; its store is what the next one finds.
  }
  // No page came twice but the one that each break cut off, and the last, empty one.
  assert(arrived <= ROWS / PAGE + attempts + 1, `${arrived} pages arrived`);
  if (IS_LONG) console.log(`soak: load of ${ROWS} rows in ${attempts} attempts, ${arrived} pages`);
});
