import { assert, assertEquals } from "@std/assert";
import { createAuthority } from "../../src/sync/authority/authority.ts";
import { SharedReads } from "../../src/sync/authority/shared_reads.ts";
import { createSyncCtx } from "../../src/sync/ctx/sync_ctx.ts";
import { createMemoryAuthorityStore } from "../../src/sync/memory_store.ts";
import type { AuthorityStore } from "../../src/sync/ports.ts";
import { eventually } from "../server/visitor.ts";

/** A store that counts its reading transactions. */
function counting(): { store: AuthorityStore; reads: () => number } {
  const store = createMemoryAuthorityStore();
  let reads = 0;
  return {
    reads: () => reads,
    store: {
      ...store,
      limits: store.limits,
      scopes: () => store.scopes(),
      close: () => store.close(),
      tx(scope, mode, fn) {
        if (mode === "read") reads++;
        return store.tx(scope, mode, fn);
      },
    },
  };
}

const put = (value: number) => ({ res: "note", key: "", op: "put", value, base: 0 }) as const;

Deno.test("a hundred pages that hear of a write read it from the store together", async () => {
  const { store, reads } = counting();
  const authority = createAuthority({ store });
  const write = (value: number) =>
    authority.write({ userId: "ana" }, "home", { by: "a-script", ops: [put(value)] });
  await write(1);
  const pages = Array.from({ length: 100 }, (_, i) => {
    const sync = createSyncCtx({ authority, identity: { userId: `user ${i}` }, scope: "home" });
    return { sync, note: sync.resource("note", { default: 0 }) };
  });
  await Promise.all(pages.map(({ sync }) => sync.loading));
  const before = reads();
  await write(7);
  await eventually(() => pages.every(({ note }) => note.current === 7));
  // Two of them are the write's own.
  assert(reads() - before < 6, `${reads() - before} reads`);
  for (const { sync } of pages) sync.close();
});

Deno.test("SharedReads: who asks after a read has begun is told what came since", async () => {
  const { store, reads } = counting();
  const authority = createAuthority({ store });
  const write = (value: number) =>
    authority.write({ userId: "ana" }, "home", { by: "a-script", ops: [put(value)] });
  const { version: first = 0 } = await write(1);
  await write(2);
  const shared = new SharedReads(store);
  const before = reads();
  const [a, b] = await Promise.all([
    shared.changedSince("home", first),
    shared.changedSince("home", first),
  ]);
  assertEquals(reads() - before, 1);
  assertEquals(a?.rows.map(({ value }) => value), [2]);
  assertEquals(b, a);
  await write(3);
  const later = await shared.changedSince("home", first);
  assertEquals(later?.rows.map(({ value }) => value), [3]);
  assertEquals((await shared.changedSince("home", later!.version))?.rows, []);
  assertEquals(await shared.changedSince("home", later!.version + 1), undefined);
  assertEquals(await shared.changedSince("nowhere", 0), undefined);
});

Deno.test("changesSince says so when tombstones of that time were collected", async () => {
  let now = Date.UTC(2026, 5, 1);
  const authority = createAuthority({ store: createMemoryAuthorityStore(), now: () => now });
  const ana = { userId: "ana" };
  const { version = 0 } = await authority.write(ana, "home", { by: "a", ops: [put(1)] });
  await authority.write(ana, "home", {
    by: "a",
    ops: [{ res: "note", key: "", op: "delete", base: version }],
  });
  now += 60 * 24 * 3_600_000;
  await authority.collect();
  assertEquals(await authority.changesSince(ana, "home", version), undefined);
});
