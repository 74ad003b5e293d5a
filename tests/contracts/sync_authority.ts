/** What the whole engine must do on any authority store. */
import { assert, assertEquals } from "@std/assert";
import { createAuthority } from "../../src/sync/authority/authority.ts";
import type { AuthorityStore } from "../../src/sync/ports.ts";
import { createRandom } from "../sync/simulator/scheduler.ts";
import { makeDevice } from "../sync/wire.ts";

export interface AuthorityNodesFixture extends AsyncDisposable {
  /** The same data, as each of two nodes has it. */
  readonly nodes: readonly [AuthorityStore, AuthorityStore];
}

/** Registers the engine's tests for one kind of authority store. */
export function testAuthorityOn(name: string, open: () => Promise<AuthorityNodesFixture>): void {
  Deno.test(`${name}: three devices on two nodes, all writing at once, end equal (L7)`, async () => {
    await using fixture = await open();
    const nodes = fixture.nodes.map((store) => createAuthority({ store }));
    const random = createRandom(11);
    const devices = [];
    for (let i = 0; i < 3; i++) {
      devices.push(await makeDevice(nodes[i % 2]!, { random, pageRows: 5 }));
    }
    for (const { replica } of devices) await replica.load("todos");
    for (let round = 0; round < 6; round++) {
      for (const [d, { replica }] of devices.entries()) {
        for (let i = 0; i < 12; i++) {
          const key = `k${Math.floor(random() * 20)}`;
          const value = { by: d, round, i, text: "ü".repeat(Math.floor(random() * 200)) };
          if (random() < 0.15) replica.write([{ res: "todos", key, op: "delete" }]);
          else replica.write([{ res: "todos", key, op: "put", value }]);
        }
      }
      const outcomes = await Promise.all(devices.map(({ syncer }) => syncer.force()));
      for (const { ok, error } of outcomes) assert(ok, error?.message);
    }
    for (const { syncer } of devices) assert((await syncer.force()).ok);
    const states = devices.map(({ replica }) =>
      [...replica.view.list("todos")]
        .map(({ key, value }) => [key, value])
    );
    const { rows } = await nodes[1]!.rows({ userId: "ana" }, "home", "todos");
    const truth = rows.map(([, key, , value]) => [key, value]);
    for (const [i, state] of states.entries()) {
      assertEquals(state, truth);
      assertEquals(devices[i]!.replica.view.unacked, 0);
      await devices[i]![Symbol.asyncDispose]();
    }
  });

  Deno.test(`${name}: large values, large transactions and a collection pass through`, async () => {
    await using fixture = await open();
    const [here, there] = fixture.nodes.map((store) => createAuthority({ store }));
    await using one = await makeDevice(here!);
    await using two = await makeDevice(there!);
    await two.replica.load("todos");
    const big = "x".repeat(200_000);
    await one.replica.write([{ res: "todos", key: "big", op: "put", value: big }]).durable;
    await one.replica.write(Array.from({ length: 200 }, (_, i) => ({
      res: "todos",
      key: `many${i}`,
      op: "put" as const,
      value: { i, text: "y".repeat(500) },
    }))).durable;
    assert((await one.syncer.force()).ok);
    assertEquals(one.replica.letters, []);
    assert((await two.syncer.force()).ok);
    assertEquals(two.replica.view.size("todos"), 201);
    assertEquals(two.replica.view.get("todos", "big"), big);
    await there!.collect({ retentionMs: -60_000 });
    await one.replica.write([{ res: "todos", key: "big", op: "delete" }]).durable;
    assert((await one.syncer.force()).ok);
    assert((await two.syncer.force()).ok);
    assertEquals(two.replica.view.size("todos"), 200);
  });
}
