import { assert, assertEquals, assertRejects } from "@std/assert";
import { createDenoKvSessionStore } from "../../../src/adapters/deno_kv/session_store.ts";
import { createSessionId } from "../../../src/internal/ids.ts";
import { SessionConflictError, SessionStoreError } from "../../../src/session/errors.ts";
import { createSessionManager } from "../../../src/session/manager.ts";
import type { SessionStore } from "../../../src/session/store.ts";
import { testSessionStore } from "../../contracts/session_store.ts";
import { SECRET, TestBrowser, until } from "../../session/fixture.ts";

const HOUR = 3_600_000;

async function openKv() {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.db`;
  let time = Date.now();
  async function connect(): Promise<SessionStore> {
    return createDenoKvSessionStore({ kv: await Deno.openKv(path), now: () => time });
  }
  const store = await connect();
  return {
    store,
    path,
    connect,
    isRemote: true,
    tellsOfSaves: false,
    advance: (ms: number) => void (time += ms),
    now: () => time,
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

testSessionStore("deno kv", openKv);

async function keysOf(path: string): Promise<string[]> {
  const kv = await Deno.openKv(path);
  const keys: string[] = [];
  for await (const { key } of kv.list({ prefix: ["vango_sessions"] })) {
    if (key[1] === "head" || key[1] === "part") keys.push(key.slice(1).join("/"));
  }
  kv.close();
  return keys;
}

Deno.test("deno kv: a large session lies in parts, and leaves none when it shrinks or ends", async () => {
  await using fixture = await openKv();
  const { store, path } = fixture;
  const expiresAt = fixture.now() + HOUR;
  const save = (length: number, revision: string | undefined) =>
    store.save("a", new Uint8Array(length), { expiresAt, revision });
  let revision = await save(200_000, undefined);
  assertEquals(await keysOf(path), ["head/a", "part/a/0", "part/a/1", "part/a/2", "part/a/3"]);
  revision = await save(70_000, revision);
  assertEquals(await keysOf(path), ["head/a", "part/a/0", "part/a/1"]);
  revision = await save(10, revision);
  assertEquals(await keysOf(path), ["head/a"]);
  await save(790_000, revision);
  assertEquals((await keysOf(path)).length, 14);
  await store.delete("a");
  assertEquals(await keysOf(path), []);
});

Deno.test("deno kv: a session beyond an atomic write is refused, and nothing is changed", async () => {
  await using fixture = await openKv();
  const { store } = fixture;
  const expiresAt = fixture.now() + HOUR;
  const revision = await store.save("a", Uint8Array.of(1), { expiresAt, revision: undefined });
  const error = await assertRejects(
    () => store.save("a", new Uint8Array(800_000), { expiresAt, revision }),
    SessionStoreError,
  );
  assertEquals(error.code, "too_large");
  assertEquals((await store.load("a"))?.data, Uint8Array.of(1));
});

Deno.test("deno kv: a reader never sees two writers' parts mixed", async () => {
  await using fixture = await openKv();
  const reader = await fixture.connect();
  const expiresAt = fixture.now() + HOUR;
  const bytes = (turn: number) => new Uint8Array(150_000 + turn * 5000).fill(turn);
  let revision = await fixture.store.save("a", bytes(0), { expiresAt, revision: undefined });
  let isWriting = true;
  const writing = (async () => {
    for (let turn = 1; turn <= 40; turn++) {
      revision = await fixture.store.save("a", bytes(turn), { expiresAt, revision });
    }
    isWriting = false;
  })();
  let reads = 0;
  while (isWriting) {
    const stored = await reader.load("a").catch((error) => {
      // Overtaken too often is an answer, too.
      assertEquals(error.code, "busy");
    });
    if (!stored) continue;
    reads++;
    const turn = stored.data[0]!;
    assertEquals(stored.data.length, 150_000 + turn * 5000);
    assert(stored.data.every((byte) => byte === turn), `mixed parts in turn ${turn}`);
  }
  await writing;
  assert(reads > 0);
  await reader.close();
});

Deno.test("deno kv: a reader that a writer overtakes between head and parts reads again", async () => {
  await using fixture = await openKv();
  const expiresAt = fixture.now() + HOUR;
  const bytes = (turn: number) => new Uint8Array(150_000).fill(turn);
  let revision = await fixture.store.save("a", bytes(0), { expiresAt, revision: undefined });
  let overtakes = 2;
  const kv = await Deno.openKv(fixture.path);
  const overtaken = new Proxy(kv, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...parameters: unknown[]) => {
        if (name === "getMany" && overtakes-- > 0) {
          revision = await fixture.store.save("a", bytes(9 - overtakes), { expiresAt, revision });
        }
        return await member.apply(target, parameters);
      };
    },
  });
  const store = createDenoKvSessionStore({ kv: overtaken, now: fixture.now });
  const stored = await store.load("a");
  assertEquals([stored?.revision, stored?.data], [revision, bytes(9)]);
  kv.close();
});

Deno.test("deno kv: a revision that is not one of ours is a conflict", async () => {
  await using fixture = await openKv();
  const expiresAt = fixture.now() + HOUR;
  await fixture.store.save("a", new Uint8Array(), { expiresAt, revision: undefined });
  for (const revision of ["", "x", "1.2", "00000000000000000000.0.99999999999999"]) {
    await assertRejects(
      () => fixture.store.save("a", new Uint8Array(1), { expiresAt, revision }),
      SessionConflictError,
    );
  }
});

Deno.test("deno kv: many log-outs at once are all heard of by another instance", async () => {
  await using fixture = await openKv();
  const other = await fixture.connect();
  const ids = new Set(Array.from({ length: 50 }, createSessionId));
  const heard = new Set<string>();
  let isOn = false;
  other.watch!((change) => {
    if (change.type === "gap") isOn = true;
    if (change.type === "deleted") heard.add(change.id);
  });
  await until(() => isOn);
  await Promise.all([...ids].map((id) => fixture.store.delete(id)));
  await until(() => heard.size === 50);
  assertEquals(heard, ids);
  await other.close();
});

Deno.test("deno kv: the manager's log-out on one instance closes a tab on another", async () => {
  await using fixture = await openKv();
  const second = await fixture.connect();
  const [a, b] = [fixture.store, second].map((store) =>
    createSessionManager({ store, secrets: [SECRET] })
  );
  const browser = new TestBrowser();
  await browser.visit(a!, (session) => session.setUserId("u"));
  const tab = await b!.open(browser.request());
  assertEquals(tab.userId, "u");
  await browser.visit(a!, (session) => session.destroy());
  await until(() => tab.end !== undefined);
  await Promise.all([a!.close(), b!.close()]);
  await second.close();
});
