/**
 * The contracts of {@linkcode ReplicaStore} and {@linkcode AuthorityStore}, as tests. A store's own
 * test file calls one of them with a way to make it.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AuthorityStore, ReplicaStore, StoreMode, StoreTx } from "../../src/sync/ports.ts";

/** One map with transactions, however it is reached. */
interface MapUnderTest {
  tx<T>(mode: StoreMode, fn: (tx: StoreTx) => Promise<T>): Promise<T>;
}

export interface ReplicaStoreFixture extends AsyncDisposable {
  readonly store: ReplicaStore;
  /** Another tab or process on the same data, where that makes sense. */
  connect?(): Promise<ReplicaStore>;
}

export interface AuthorityStoreFixture extends AsyncDisposable {
  readonly store: AuthorityStore;
  /** Another node on the same data. */
  connect?(): Promise<AuthorityStore>;
}

/** Fewer rounds against stores beyond a network. */
export interface ContractOptions {
  readonly rounds?: number;
}

/** Registers the contract's tests for one kind of replica store. */
export function testReplicaStore(
  name: string,
  open: () => Promise<ReplicaStoreFixture>,
  options: ContractOptions = {},
): void {
  testMap(name, options, async () => {
    const fixture = await open();
    return {
      map: fixture.store,
      other: fixture.connect && (await fixture.connect()),
      [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
    };
  });
}

/** Registers the contract's tests for one kind of authority store. */
export function testAuthorityStore(
  name: string,
  open: () => Promise<AuthorityStoreFixture>,
  options: ContractOptions = {},
): void {
  const scoped = (store: AuthorityStore, scope: string): MapUnderTest => ({
    tx: (mode, fn) => store.tx(scope, mode, fn),
  });
  testMap(name, options, async () => {
    const fixture = await open();
    const other = await fixture.connect?.();
    return {
      map: scoped(fixture.store, "a scope/ü.*>"),
      other: other && scoped(other, "a scope/ü.*>"),
      [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
    };
  });

  Deno.test(`${name}: scopes are apart, and are listed`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    await store.tx("one", "write", (tx) => Promise.resolve(tx.put("k", 1)));
    await store.tx("two", "write", (tx) => Promise.resolve(tx.put("k", 2)));
    await store.tx("tw", "write", (tx) => Promise.resolve(tx.put("k", 3)));
    assertEquals(await store.tx("one", "read", (tx) => tx.get("k")), 1);
    assertEquals(await store.tx("two", "read", (tx) => tx.get("k")), 2);
    assertEquals((await store.scopes()).sort(), ["one", "tw", "two"]);
  });

  Deno.test(`${name}: a transaction at the limits commits`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const writes = Math.min(store.limits.writes, 2_000);
    const each = "x".repeat(Math.min(100, Math.floor(store.limits.length / writes) - 60));
    await store.tx("s", "write", (tx) => {
      for (let i = 0; i < writes; i++) tx.put(`k${i}`, each);
      return Promise.resolve();
    });
    const all = await store.tx("s", "read", (tx) => tx.range({ from: "k", before: "l" }));
    assertEquals(all.length, writes);
  });

  Deno.test(`${name}: a value as large as the engine makes comes back whole`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const value = { text: "ü€😀".repeat(60_000), list: Array.from({ length: 100 }, (_, i) => i) };
    await store.tx("s", "write", (tx) => Promise.resolve(tx.put("big", value)));
    assertEquals(await store.tx("s", "read", (tx) => tx.get("big")), value);
    assertEquals(
      await store.tx("s", "read", (tx) => tx.range({ from: "a", before: "z" })),
      [["big", value]],
    );
    await store.tx("s", "write", (tx) => Promise.resolve(tx.put("big", "small")));
    await store.tx("s", "write", (tx) => Promise.resolve(tx.put("bigger", 1)));
    assertEquals(
      await store.tx("s", "read", (tx) => tx.range({ from: "a", before: "z" })),
      [["big", "small"], ["bigger", 1]],
    );
    await store.tx("s", "write", (tx) => Promise.resolve(tx.delete("big")));
    assertEquals(await store.tx("s", "read", (tx) => tx.get("big")), undefined);
  });
}

interface MapFixture extends AsyncDisposable {
  readonly map: MapUnderTest;
  readonly other: MapUnderTest | undefined;
}

function testMap(
  name: string,
  options: ContractOptions,
  open: () => Promise<MapFixture>,
): void {
  const rounds = options.rounds ?? 100;
  function test(law: string, run: (fixture: MapFixture) => Promise<void>): void {
    Deno.test(`${name}: ${law}`, async () => {
      await using fixture = await open();
      await run(fixture);
    });
  }

  test("get gives nothing for a key that is not there", async ({ map }) => {
    assertEquals(await map.tx("read", (tx) => tx.get("none")), undefined);
    await map.tx("write", (tx) => Promise.resolve(tx.delete("none")));
  });

  test("what was put comes back as the same data", async ({ map }) => {
    const values = [0, -1.5, "", "ü\u0000\ud83d\ude00", true, false, [], {}, [[1, { a: "b" }]]];
    await map.tx("write", (tx) => {
      values.forEach((value, i) => tx.put(`k${i}`, value));
      return Promise.resolve();
    });
    for (const [i, value] of values.entries()) {
      assertEquals(await map.tx("read", (tx) => tx.get(`k${i}`)), value);
    }
  });

  test("what was read cannot change what is stored", async ({ map }) => {
    const value = { list: [1] };
    await map.tx("write", (tx) => Promise.resolve(tx.put("k", Object.freeze(value))));
    const read = await map.tx("read", (tx) => tx.get("k")) as { list: number[] };
    assertEquals(read, { list: [1] });
  });

  test("a transaction reads what it wrote itself", async ({ map }) => {
    await map.tx("write", (tx) => Promise.resolve(tx.put("a", 1)));
    await map.tx("write", async (tx) => {
      tx.put("b", 2);
      tx.delete("a");
      assertEquals(await tx.get("a"), undefined);
      assertEquals(await tx.get("b"), 2);
      assertEquals(await tx.range({ from: "a", before: "z" }), [["b", 2]]);
      tx.put("a", 3);
      assertEquals(await tx.range({ from: "a", before: "z" }), [["a", 3], ["b", 2]]);
    });
    assertEquals(await map.tx("read", (tx) => tx.range({ from: "a", before: "z" })), [
      ["a", 3],
      ["b", 2],
    ]);
  });

  test("a transaction that throws leaves nothing behind", async ({ map }) => {
    await map.tx("write", (tx) => Promise.resolve(tx.put("a", 1)));
    const failure = new Error("no");
    const error = await assertRejects(() =>
      map.tx("write", async (tx) => {
        tx.put("a", 2);
        tx.put("b", 2);
        await tx.get("a");
        throw failure;
      })
    );
    assertEquals(error, failure);
    assertEquals(await map.tx("read", (tx) => tx.get("a")), 1);
    assertEquals(await map.tx("read", (tx) => tx.get("b")), undefined);
  });

  test("a range is sorted, bounded, limited, and can be read from its end", async ({ map }) => {
    const keys = ["b/2", "a", "b/10", "b", "c", "b/1\x7e", "b/ "];
    await map.tx("write", (tx) => {
      for (const key of keys) tx.put(key, key);
      return Promise.resolve();
    });
    const read = (range: Parameters<StoreTx["range"]>[0]) =>
      map.tx("read", async (tx) => (await tx.range(range)).map(([key]) => key));
    assertEquals(await read({ from: "a", before: "d" }), [...keys].sort());
    assertEquals(await read({ from: "b/", before: "b/\x7f" }), ["b/ ", "b/10", "b/1~", "b/2"]);
    assertEquals(await read({ from: "b/", before: "b/\x7f", limit: 2 }), ["b/ ", "b/10"]);
    assertEquals(await read({ from: "b/10\x01", before: "b/\x7f" }), ["b/1~", "b/2"]);
    assertEquals(
      await read({ from: "b/", before: "b/\x7f", limit: 1, reverse: true }),
      ["b/2"],
    );
    assertEquals(
      await read({ from: "a", before: "b/2\x01", limit: 3, reverse: true }),
      ["b/2", "b/1~", "b/10"],
    );
    assertEquals(await read({ from: "x", before: "y" }), []);
  });

  test("a range of a thousand keys is whole", async ({ map }) => {
    const count = 1_000;
    for (let start = 0; start < count; start += 250) {
      await map.tx("write", (tx) => {
        for (let i = start; i < start + 250; i++) tx.put(`k${String(i).padStart(4, "0")}`, i);
        return Promise.resolve();
      });
    }
    const all = await map.tx("read", (tx) => tx.range({ from: "k", before: "l" }));
    assertEquals(all.map(([, value]) => value), Array.from({ length: count }, (_, i) => i));
    const last = await map.tx(
      "read",
      (tx) => tx.range({ from: "k", before: "l", limit: 300, reverse: true }),
    );
    assertEquals(last.length, 300);
    assertEquals(last[0]?.[1], 999);
  });

  test("concurrent transactions count one after the other", async ({ map, other }) => {
    const add = (on: MapUnderTest) =>
      on.tx("write", async (tx) => {
        const n = (await tx.get("n") ?? 0) as number;
        const [entry] = await tx.range({ from: "n", before: "o" });
        assertEquals((entry?.[1] ?? 0) as number, n);
        tx.put("n", n + 1);
      });
    await Promise.all(Array.from({ length: rounds }, (_, i) => add(i % 2 ? other ?? map : map)));
    assertEquals(await map.tx("read", (tx) => tx.get("n")), rounds);
    if (other) assertEquals(await other.tx("read", (tx) => tx.get("n")), rounds);
  });

  test("a reader sees all of a transaction or none of it", async ({ map, other }) => {
    let torn = 0;
    let done = false;
    const writer = (async () => {
      for (let i = 0; i < rounds; i++) {
        await map.tx("write", (tx) => {
          tx.put("x", i);
          tx.put("y", i);
          return Promise.resolve();
        });
      }
      done = true;
    })();
    let reads = 0;
    while (!done) {
      const [x, y] = await (other ?? map).tx(
        "read",
        async (tx) => [await tx.get("x"), await tx.get("y")],
      );
      if (x !== y) torn++;
      reads++;
      await new Promise((resolve) => setTimeout(resolve));
    }
    await writer;
    assert(reads > 0);
    assertEquals(torn, 0);
  });

  test("a failed transaction does not hold up the next one", async ({ map }) => {
    const failing = map.tx("write", () => Promise.reject(new Error("no")));
    const next = map.tx("write", (tx) => Promise.resolve(tx.put("a", 1)));
    await assertRejects(() => failing);
    await next;
    assertEquals(await map.tx("read", (tx) => tx.get("a")), 1);
  });
}
