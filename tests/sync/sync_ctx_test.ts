import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { effect } from "@preact/signals-core";
import type { StandardSchema } from "../../src/contract/sync.ts";
import type { Authority } from "../../src/sync/authority/authority.ts";
import { createSyncCtx, type OwnedSyncCtx } from "../../src/sync/ctx/sync_ctx.ts";
import { SyncError } from "../../src/sync/errors.ts";
import { makeAuthority, makeDevice } from "./wire.ts";

interface Todo {
  readonly title: string;
  readonly done: boolean;
}

const ANA = { userId: "ana" };
const BOB = { userId: "bob" };

function onServer(authority: Authority, identity = ANA): OwnedSyncCtx {
  return createSyncCtx({ authority, identity, scope: "home" });
}

interface Side extends AsyncDisposable {
  readonly sync: OwnedSyncCtx;
  /** Brings it together with the authority. */
  exchange(): Promise<void>;
}

/** `ctx.sync` in both of its modes. */
const SIDES: [name: string, make: (authority: Authority, user?: string) => Promise<Side>][] = [
  ["on the server", async (authority, userId = "ana") => {
    const sync = createSyncCtx({ authority, identity: { userId }, scope: "home" });
    await sync.forceSync();
    return {
      sync,
      async exchange() {
        assert((await sync.forceSync()).ok);
      },
      [Symbol.asyncDispose]() {
        sync.close();
        return Promise.resolve();
      },
    };
  }],
  ["on a device", async (authority, user = "ana") => {
    const device = await makeDevice(authority, { user });
    const sync = createSyncCtx({ replica: device.replica, driver: device.syncer });
    return {
      sync,
      async exchange() {
        await device.replica.flushed();
        assert((await device.syncer.force()).ok);
        await device.replica.flushed();
      },
      async [Symbol.asyncDispose]() {
        sync.close();
        await device[Symbol.asyncDispose]();
      },
    };
  }],
];

for (const [name, make] of SIDES) {
  Deno.test(`${name}: a resource has its default, its value, and its default again`, async () => {
    const authority = makeAuthority();
    await using side = await make(authority);
    const todos = side.sync.resource<Todo[]>("todos", { default: [] });
    assertEquals(todos.current, []);
    await todos.ready;
    assert(todos.loaded);
    await todos.update([{ title: "milk", done: false }]);
    assertEquals(todos.current[0]?.title, "milk");
    await side.exchange();
    assertEquals(todos.status, "synced");
    assertEquals((await authority.rows(ANA, "home", "todos")).rows.length, 1);
    await todos.delete();
    assertEquals(todos.current, []);
    assertStrictEquals(side.sync.resource("todos", { default: [] }), todos);
  });

  Deno.test(`${name}: patch changes fields, and makes a resource from its default`, async () => {
    await using side = await make(makeAuthority());
    const settings = side.sync.resource("settings", { default: { dark: false, size: 12 } });
    await settings.ready;
    await settings.patch({ size: 14 });
    await settings.patch({ dark: true });
    assertEquals(settings.current, { dark: true, size: 14 });
  });

  Deno.test(`${name}: a collection lists by prefix, from a key on, in order`, async () => {
    await using side = await make(makeAuthority());
    const todos = side.sync.collection<number>("todos");
    await todos.ready;
    for (const key of ["b/2", "a/1", "b/1", "c", "b/3", "ü"]) await todos.put(key, 1);
    const keys = (records: readonly { key: string }[]) => records.map(({ key }) => key);
    assertEquals(keys(todos.list()), ["ü", "a/1", "b/1", "b/2", "b/3", "c"]);
    assertEquals(keys(todos.list({ prefix: "b/" })), ["b/1", "b/2", "b/3"]);
    assertEquals(keys(todos.list({ prefix: "b/", after: "b/1", limit: 1 })), ["b/2"]);
    await side.exchange();
    assertEquals(keys(await todos.page({ prefix: "b/", after: "b/1" })), ["b/2", "b/3"]);
    await todos.delete("b/2");
    assertEquals([todos.size, todos.has("b/2"), todos.get("c")], [5, false, 1]);
  });

  Deno.test(`${name}: what is not plain data is refused at update, with the path to it`, async () => {
    await using side = await make(makeAuthority());
    const todos = side.sync.resource<unknown>("todos", { default: null });
    await todos.ready;
    const error = assertThrows(() => todos.update({ list: [{ due: new Date() }] }), SyncError);
    assertEquals([error.code, error.path], ["not-plain", "list[0].due"]);
    assertEquals(todos.current, null);
    assertEquals(side.sync.status.pending, 0);
  });

  Deno.test(`${name}: a schema refuses at update, and its answer is what is written`, async () => {
    const schema: StandardSchema<Todo> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate(value) {
          const { title, done = false } = value as Partial<Todo>;
          return typeof title === "string"
            ? { value: { title, done } }
            : { issues: [{ message: "must be text", path: ["title"] }] };
        },
      },
    };
    await using side = await make(makeAuthority());
    const todos = side.sync.collection("todos", { schema });
    await todos.ready;
    const error = assertThrows(() => todos.put("a", { title: 1 } as unknown as Todo), SyncError);
    assertEquals([error.code, error.path], ["invalid", "title"]);
    await todos.put("a", { title: "A" } as Todo);
    assertEquals(todos.get("a"), { title: "A", done: false });
    const bad = { title: 2 } as unknown as Todo;
    assertEquals(assertThrows(() => todos.patch("a", bad), SyncError).code, "invalid");
    const later = side.sync.resource("later", {
      default: "",
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) => Promise.resolve({ value: String(value) }),
        },
      },
    });
    assertThrows(() => later.update("x"), TypeError);
  });

  Deno.test(`${name}: a transaction is one, or nothing`, async () => {
    const authority = makeAuthority({
      authorize: (_, access) => access.kind === "read" || access.key !== "forbidden",
    });
    await using side = await make(authority);
    const todos = side.sync.collection<{ n: number }>("todos");
    await todos.ready;
    await side.sync.transaction(() => {
      todos.put("a", { n: 1 });
      todos.patch("a", { n: 2 });
      assertEquals(todos.get("a"), { n: 2 });
      todos.put("b", { n: 3 });
    });
    await side.exchange();
    const { rows } = await authority.rows(ANA, "home", "todos");
    assertEquals(rows.map(([, key, , value]) => [key, value]), [["a", { n: 2 }], ["b", { n: 3 }]]);
    assertEquals(rows[0]?.[2], rows[1]?.[2]);
    await side.sync.transaction(() => {
      todos.delete("a");
      todos.put("forbidden", { n: 4 });
    }).catch((error) => assertEquals(error.code, "forbidden"));
    await side.exchange();
    assertEquals(todos.get("a"), { n: 2 });
    const oops = new Error("oops");
    assertStrictEquals(
      assertThrows(() => {
        side.sync.transaction(() => {
          todos.delete("b");
          throw oops;
        });
      }),
      oops,
    );
    assertThrows(
      () => side.sync.transaction((async () => await Promise.resolve()) as () => void),
      TypeError,
    );
    assertEquals(todos.get("b"), { n: 3 });
  });

  Deno.test(`${name}: what somebody else writes comes by itself to whoever read it`, async () => {
    const authority = makeAuthority();
    await using side = await make(authority);
    const note = side.sync.resource("note", { default: "" });
    await note.ready;
    const seen: string[] = [];
    const stop = effect(() => void seen.push(note.current));
    const other = onServer(authority, BOB);
    await other.resource("note", { default: "" }).update("from bob");
    await side.exchange();
    stop();
    other.close();
    assertEquals(seen, ["", "from bob"]);
  });

  Deno.test(`${name}: a conflict shows both versions, and each decision settles it`, async () => {
    for (const decision of ["local-wins", "remote-wins", { merge: "both" }] as const) {
      const authority = makeAuthority();
      await using side = await make(authority);
      const note = side.sync.resource("note", { default: "", strategy: "ask" });
      await note.ready;
      await note.update("start");
      await side.exchange();
      const base = note.version;
      const other = onServer(authority, BOB);
      const theirs = other.resource("note", { default: "" });
      await theirs.ready;
      await theirs.update("theirs");
      await note.update("mine", { base });
      await side.exchange();
      assertEquals([note.status, note.current, side.sync.status.conflicts], [
        "conflict",
        "theirs",
        1,
      ]);
      const [conflict] = note.conflicts;
      assert(conflict);
      assertEquals([conflict.localValue, conflict.remoteValue], ["mine", "theirs"]);
      assert(conflict.localTime instanceof Date && conflict.remoteTime instanceof Date);
      await note.resolveConflict(conflict.id, decision);
      await side.exchange();
      const expected = decision === "local-wins"
        ? "mine"
        : decision === "remote-wins"
        ? "theirs"
        : "both";
      assertEquals([note.current, note.status, note.conflicts], [expected, "synced", []]);
      const error = await assertRejects(
        () => note.resolveConflict(conflict.id, "local-wins"),
        SyncError,
      );
      assertEquals(error.code, "no-conflict");
      other.close();
    }
  });

  Deno.test(`${name}: a merge function settles what nobody saw`, async () => {
    const authority = makeAuthority();
    await using side = await make(authority);
    const union = (
      _: string[] | undefined,
      local: string[] = [],
      remote: string[] = [],
    ) => [...new Set([...remote, ...local])];
    const tags = side.sync.resource<string[]>("tags", { default: [], strategy: { merge: union } });
    await tags.ready;
    await tags.update(["a"]);
    await side.exchange();
    const base = tags.version;
    const other = onServer(authority, BOB);
    const theirs = other.resource<string[]>("tags", { default: [] });
    await theirs.ready;
    await theirs.update(["a", "theirs"]);
    await tags.update(["a", "mine"], { base });
    await side.exchange();
    await side.exchange();
    await side.exchange();
    assertEquals([tags.current, tags.conflicts], [["a", "theirs", "mine"], []]);
    other.close();
  });
}

Deno.test("on the server the history has the version that a later write replaced unseen", async () => {
  let now = Date.UTC(2026, 0, 1);
  const authority = makeAuthority({ now: () => now });
  const ana = onServer(authority);
  const bob = onServer(authority, BOB);
  const hers = ana.resource("note", { default: "" });
  const his = bob.resource("note", { default: "" });
  await hers.ready;
  await his.ready;
  const base = his.version;
  await hers.update("hers");
  now += 60_000;
  await his.update("his", { base });
  await ana.forceSync();
  assertEquals(hers.current, "his");
  const [lost] = await hers.history();
  assertEquals([lost?.value, lost?.time], ["hers", new Date(now - 60_000)]);
  ana.close();
  bob.close();
});

Deno.test("on the server an update is synced when it returns, and a refusal is thrown", async () => {
  const authority = makeAuthority({ authorize: (_, { kind }) => kind !== "delete" });
  const sync = onServer(authority);
  const note = sync.resource("note", { default: "" });
  await note.ready;
  const update = note.update("hello");
  assertEquals([note.current, note.status], ["hello", "pending"]);
  await update;
  assertEquals([note.current, note.status, sync.status.pending], ["hello", "synced", 0]);
  const error = await assertRejects(() => note.delete(), SyncError);
  assertEquals([error.code, note.current], ["forbidden", "hello"]);
  sync.close();
  assertEquals(assertThrows(() => note.update("x"), SyncError).code, "closed");
});

Deno.test("a thousand sessions that show one resource hear of a change, and of nothing when closed", async () => {
  const authority = makeAuthority();
  const sessions = Array.from({ length: 1_000 }, () => onServer(authority));
  const notes = sessions.map((sync) => sync.resource("note", { default: "" }));
  await Promise.all(notes.map(({ ready }) => ready));
  sessions[7]!.close();
  await notes[0]!.update("hello");
  for (const sync of sessions.slice(8)) await sync.forceSync();
  assertEquals(notes.filter(({ current }) => current === "hello").length, 999);
  for (const sync of sessions) sync.close();
});

Deno.test("on a device the status says what waits, how long, and what went wrong", async () => {
  const authority = makeAuthority();
  await using device = await makeDevice(authority);
  const sync = createSyncCtx({ replica: device.replica, driver: device.syncer });
  const note = sync.resource("note", { default: "" });
  await note.ready;
  const seen: number[] = [];
  const stop = effect(() => void seen.push(sync.status.pending));
  await note.update("hello");
  assertEquals([note.status, sync.status.pending, sync.status.online], ["pending", 1, false]);
  assert((sync.status.oldestPendingAge ?? -1) >= 0);
  device.wire.bend = () => {
    throw new TypeError("no network");
  };
  assertEquals((await sync.forceSync()).ok, false);
  assertEquals(sync.status.lastError?.code, "network");
  device.wire.bend = () => undefined;
  assertEquals(await sync.forceSync(), { ok: true, pushed: 1, pulled: 1, error: undefined });
  const { status } = sync;
  assertEquals([note.status, status.pending, status.online, status.lastError], [
    "synced",
    0,
    true,
    undefined,
  ]);
  assert(status.lastSync instanceof Date && Math.abs(status.skewMs ?? 1e9) < 60_000);
  assertEquals(seen.at(-1), 0);
  stop();
  sync.close();
});

Deno.test("on a device a refused write is dead, its resource in error, until it is dismissed", async () => {
  const authority = makeAuthority({ authorize: (_, { kind }) => kind === "read" });
  await using device = await makeDevice(authority);
  const sync = createSyncCtx({ replica: device.replica, driver: device.syncer });
  const note = sync.resource("note", { default: "nothing" });
  await note.ready;
  await note.update("hello");
  await sync.forceSync();
  assertEquals([note.current, note.status, sync.status.dead], ["nothing", "error", 1]);
  const [letter] = sync.dead;
  assertEquals([letter?.reason, letter?.writes[0]?.value], ["forbidden", "hello"]);
  await sync.dismiss(letter!.id);
  assertEquals([note.status, sync.dead], ["synced", []]);
  sync.close();
});

Deno.test("a person who began before another's change is asked, not overwritten unseen", async () => {
  const authority = makeAuthority();
  const ana = onServer(authority);
  const bob = onServer(authority, BOB);
  const hers = ana.resource("note", { default: "" });
  const his = bob.resource("note", { default: "" });
  await hers.ready;
  await his.ready;
  await hers.update("start");
  await bob.forceSync();
  // Bob's form stands open at this version while Ana writes.
  const base = his.version;
  await hers.update("hers");
  await bob.forceSync();
  await his.update("his", { base });
  assertEquals([his.conflicts.length, hers.current], [1, "hers"]);
  assertEquals(ana.conflicts, []);
  ana.close();
  bob.close();
});
