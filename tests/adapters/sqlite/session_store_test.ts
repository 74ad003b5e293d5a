import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { SqliteDatabase, SqliteParameter } from "../../../src/adapters/sqlite/driver.ts";
import { openNodeSqlite } from "../../../src/adapters/sqlite/node_driver.ts";
import { createSqliteSessionStore } from "../../../src/adapters/sqlite/session_store.ts";
import { SessionStoreError } from "../../../src/session/errors.ts";
import type { SessionSave, SessionStore } from "../../../src/session/store.ts";
import { testSessionStore } from "../../contracts/session_store.ts";

const HOUR = 3_600_000;

/** A directory for database files that is removed at the end. */
function openDirectory(): Disposable & { readonly file: string } {
  const directory = Deno.makeTempDirSync();
  return {
    file: `${directory}/sessions.db`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

testSessionStore("sqlite", () => {
  const directory = openDirectory();
  let time = 1_700_000_000_000;
  function open(): SessionStore {
    const database = openNodeSqlite(directory.file);
    return createSqliteSessionStore({ database, now: () => time, pollInterval: 2 });
  }
  const store = open();
  return Promise.resolve({
    store,
    connect: () => Promise.resolve(open()),
    advance: (ms: number) => void (time += ms),
    now: () => time,
    async [Symbol.asyncDispose]() {
      await store.close();
      directory[Symbol.dispose]();
    },
  });
});

Deno.test("sqlite: what was saved is there for the next process", async () => {
  using directory = openDirectory();
  const first = createSqliteSessionStore({ database: openNodeSqlite(directory.file) });
  const expiresAt = Date.now() + HOUR;
  const data = Uint8Array.of(1, 2, 3);
  const revision = await first.save("a", data, { expiresAt, revision: undefined });
  await first.close();
  const second = createSqliteSessionStore({ database: openNodeSqlite(directory.file) });
  assertEquals(await second.load("a"), { data, revision, expiresAt });
  await second.close();
});

Deno.test("sqlite: kill -9 in the middle of writing loses no confirmed save and tears none", async () => {
  using directory = openDirectory();
  const writer = new URL("./killed_writer.ts", import.meta.url);
  for (let round = 0; round < 3; round++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", writer.href, directory.file],
      stdout: "piped",
    }).spawn();
    // Each line says that a save was confirmed: the session's id, and what all its bytes are.
    const confirmed = new Map<string, number>();
    let lines = 0;
    let rest = "";
    let isKilled = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const [id = "", fill] = part.split(" ");
        confirmed.set(id, Number(fill));
      }
      lines += parts.length;
      if (isKilled || lines < 400 + round * 137) continue;
      child.kill("SIGKILL");
      isKilled = true;
    }
    assertEquals((await child.status).signal, "SIGKILL");
    assert(confirmed.size === 5, `${confirmed.size} sessions were written`);

    const database = openNodeSqlite(directory.file);
    const [check] = database.prepare("PRAGMA integrity_check").all();
    assertEquals({ ...check as object }, { integrity_check: "ok" });
    const store = createSqliteSessionStore({ database });
    for (const [id, fill] of confirmed) {
      const data = (await store.load(id))?.data;
      assert(data?.length === 20_000);
      assert(data.every((byte) => byte === data[0]), "a torn save");
      const steps = (data[0]! - fill + 256) % 256;
      assert(steps <= 1, `${id}: confirmed ${fill}, found ${data[0]}`);
    }
    await store.close();
  }
});

Deno.test("sqlite: two processes' writes exclude each other, and wait", async () => {
  using directory = openDirectory();
  const [one, two] = [1, 2].map(() =>
    createSqliteSessionStore({ database: openNodeSqlite(directory.file), busyTimeout: 10 })
  ) as [SessionStore, SessionStore];
  const options = { expiresAt: Date.now() + HOUR, revision: undefined };
  const other = openNodeSqlite(directory.file);
  other.exec("BEGIN IMMEDIATE");
  const error = await assertRejects(
    () => one.save("a", new Uint8Array(), options),
    SessionStoreError,
  );
  assertEquals(error.code, "busy");
  assertEquals(await two.load("a"), undefined, "reading does not wait for a writer");
  other.exec("ROLLBACK");
  other.close();
  await one.save("a", new Uint8Array(), options);
  assert(await two.load("a"));
  await Promise.all([one.close(), two.close()]);
});

Deno.test("sqlite: expired sessions are swept away as others are saved", async () => {
  using directory = openDirectory();
  let time = 0;
  const database = openNodeSqlite(directory.file);
  const store = createSqliteSessionStore({ database, now: () => time });
  const saves = new Map<string, SessionSave>();
  for (let i = 0; i < 1200; i++) {
    const expiresAt = i % 2 ? 1000 : 1_000_000;
    saves.set(`id${i}`, { data: new Uint8Array(10), expiresAt, revision: undefined });
  }
  await store.saveAll(saves);
  time = 2000;
  let revision: string | undefined;
  for (let i = 0; i < 400; i++) {
    revision = await store.save("busy", new Uint8Array(), { expiresAt: 1_000_000, revision });
  }
  const row = database.prepare("SELECT count(*) AS n FROM vango_sessions").get() as { n: number };
  assertEquals(row.n, 601);
  await store.close();
});

Deno.test("sqlite: a full disk fails what does not fit, typed and listed, and keeps the rest", async () => {
  using directory = openDirectory();
  const database = openNodeSqlite(directory.file);
  const store = createSqliteSessionStore({ database });
  const expiresAt = Date.now() + HOUR;
  const before = await store.save("old", new Uint8Array(100), { expiresAt, revision: undefined });
  database.exec("PRAGMA max_page_count = 40");
  const saves = new Map<string, SessionSave>();
  for (let i = 0; i < 40; i++) {
    saves.set(`id${i}`, { data: new Uint8Array(10_000), expiresAt, revision: undefined });
  }
  const { saved, failed } = await store.saveAll(saves);
  assertEquals(saved.size + failed.size, 40);
  assert(saved.size > 2 && failed.size > 2, `${saved.size} saved, ${failed.size} failed`);
  for (const [id, revision] of saved) assertEquals((await store.load(id))?.revision, revision);
  for (const [id, error] of failed) {
    assertEquals(await store.load(id), undefined);
    assertEquals(error instanceof SessionStoreError && error.code, "full");
  }
  assertEquals((await store.load("old"))?.revision, before);
  database.exec("PRAGMA max_page_count = 1000");
  const again = new Map([...saves].filter(([id]) => failed.has(id)));
  assertEquals((await store.saveAll(again)).failed.size, 0);
  await store.close();
});

Deno.test("sqlite: a file that is not a database is refused with a typed error", () => {
  using directory = openDirectory();
  Deno.writeTextFileSync(directory.file, "x".repeat(5000));
  const database = openNodeSqlite(directory.file);
  const error = assertThrows(
    () => createSqliteSessionStore({ database }),
    SessionStoreError,
    "Cannot use the session database",
  );
  assertEquals(error.code, "unavailable");
  database.close();
});

Deno.test("sqlite: any driver with the same methods will do, its views and numbers copied", async () => {
  using directory = openDirectory();
  const real = openNodeSqlite(directory.file);
  // Like a driver that hands out its own memory and overwrites it at the next call.
  const memory = new Uint8Array(100);
  const database: SqliteDatabase = {
    exec: (sql) => real.exec(sql),
    close: () => real.close(),
    prepare(sql) {
      const statement = real.prepare(sql);
      return {
        run: (...parameters: SqliteParameter[]) => statement.run(...parameters),
        all: (...parameters: SqliteParameter[]) => statement.all(...parameters),
        get(...parameters: SqliteParameter[]) {
          const row = statement.get(...parameters) as { data?: Uint8Array } | undefined;
          if (!row?.data) return row;
          memory.set(row.data);
          return { ...row, data: memory.subarray(0, row.data.length) };
        },
      };
    },
  };
  const store = createSqliteSessionStore({ database });
  const expiresAt = Date.now() + HOUR;
  await store.save("a", Uint8Array.of(1, 2), { expiresAt, revision: undefined });
  await store.save("b", Uint8Array.of(3, 4), { expiresAt, revision: undefined });
  const a = await store.load("a");
  await store.load("b");
  assertEquals(a?.data, Uint8Array.of(1, 2));
  await store.close();
});
