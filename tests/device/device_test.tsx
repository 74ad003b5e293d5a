import { createDevice, type Device } from "@vango/vango/deno";
import { createAuthority, createMemoryAuthorityStore, SyncError } from "@vango/vango/sync";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Hono } from "hono";
import { sendRaw, startServer } from "../server/rig.ts";
import { Browser, eventually, type Tab } from "../server/visitor.ts";
import { makeNotes, NOBODY_LISTENS, TOKEN } from "./notes_app.tsx";

const ANA = { userId: "ana" };

async function openDevice(database: string, server: string): Promise<Device> {
  return await createDevice({
    app: makeNotes().app,
    database,
    user: "ana",
    server,
    token: TOKEN,
    onListen: () => {},
  });
}

/** A browser that was let in, as the owner's is, and its page. */
async function visit(device: Device): Promise<Tab> {
  const browser = new Browser();
  const { origin } = new URL(device.url);
  const entered = await browser.fetch(device.url, { redirect: "manual" });
  assertEquals(entered.status, 303);
  assertEquals(entered.headers.get("location"), "/");
  return await browser.open(origin);
}

async function temporaryFile(): Promise<{ path: string } & AsyncDisposable> {
  const directory = await Deno.makeTempDir();
  return {
    path: `${directory}/data/notes.db`,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

Deno.test("a device works without a network, keeps its data, and sends it when there is one", async () => {
  await using file = await temporaryFile();
  {
    await using device = await openDevice(file.path, NOBODY_LISTENS);
    using tab = await visit(device);
    assertEquals(tab.text("#user"), "ana");
    await tab.clicked("#add");
    await tab.clicked("#add");
    await tab.until(() => tab.text("#count") === "2");
    assertEquals(tab.text("#status"), "pending");
    assertEquals(device.status.pending, 2);
  }
  assertEquals((await Deno.stat(file.path)).mode! & 0o077, 0);
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  await using server = startServer(makeNotes({ authority }));
  await using device = await openDevice(file.path, server.origin);
  using tab = await visit(device);
  // Its rows are in the first answer already.
  assert(tab.html.includes(">2</p>"));
  await eventually(() => device.status.pending === 0);
  assertEquals((await authority.rows(ANA, "ana", "notes")).rows.length, 2);

  // What a page of the server writes is told to the device's page, and the other way round.
  const elsewhere = new Browser();
  await (await elsewhere.fetch(`${server.origin}/login`)).text();
  using other = await elsewhere.open(server.origin);
  assertEquals(other.text("#count"), "2");
  await other.clicked("#add");
  await tab.until(() => tab.text("#count") === "3");
  await tab.clicked("#add");
  await other.until(() => other.text("#count") === "4");
  await tab.until(() => tab.text("#status") === "synced");
  await eventually(() => device.status.phase === "idle");
});

Deno.test("a device lets in only the owner's browser, and only by this machine's name", async () => {
  await using device = await openDevice(":memory:", NOBODY_LISTENS);
  const { origin } = new URL(device.url);
  const stranger = await fetch(origin);
  assertEquals([stranger.status, await stranger.text()], [
    403,
    "Open the address that the device has shown",
  ]);
  const wrong = await fetch(`${origin}/?vango-key=${crypto.randomUUID()}`);
  assertEquals(wrong.status, 403);
  await wrong.body?.cancel();
  // A name that was pointed here afterwards.
  const rebound = await sendRaw(
    device.port,
    `GET / HTTP/1.1\r\nHost: evil.example:${device.port}\r\n\r\n`,
  );
  assert(rebound.startsWith("HTTP/1.1 400"), rebound);
  const handshake = await sendRaw(
    device.port,
    `GET /_vango/live HTTP/1.1\r\nHost: localhost:${device.port}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  assert(handshake.startsWith("HTTP/1.1 403"), handshake);
  const cookie = (await fetch(device.url, { redirect: "manual" })).headers.get("set-cookie")!;
  assert(/HttpOnly; SameSite=Strict/.test(cookie), cookie);
});

Deno.test("createDevice says what is wrong with an app or a file", async () => {
  const options = { database: ":memory:", user: "ana", server: NOBODY_LISTENS, token: TOKEN };
  await assertRejects(
    () => createDevice({ ...options, app: new Hono() }),
    Error,
    "was not given to createVango",
  );
  await using file = await temporaryFile();
  await (await openDevice(file.path, NOBODY_LISTENS)).close();
  await assertRejects(
    () => createDevice({ ...options, app: makeNotes().app, database: file.path, user: "bob" }),
    SyncError,
    "another user",
  );
  // The file was closed again: its owner can open it.
  await (await openDevice(file.path, NOBODY_LISTENS)).close();
});

Deno.test("a device that signs out sends first, and gives up what cannot be sent only when told", async () => {
  await using file = await temporaryFile();
  const device = await openDevice(file.path, NOBODY_LISTENS);
  using tab = await visit(device);
  await tab.clicked("#add");
  await tab.until(() => tab.text("#count") === "1");
  assertEquals(await device.signOut(), 1);
  await tab.clicked("#add");
  await tab.until(() => tab.text("#count") === "2");
  assertEquals(await device.signOut({ discard: true }), 0);
  assertEquals([...Deno.readDirSync(file.path.replace(/\/[^/]*$/, ""))], []);
  {
    await using again = await openDevice(file.path, NOBODY_LISTENS);
    using empty = await visit(again);
    assertEquals(empty.text("#count"), "0");
  }
  // With a network nothing is left to be given up.
  await using server = startServer(makeNotes());
  await using other = await createDevice({
    app: makeNotes().app,
    database: ":memory:",
    user: "ana",
    server: server.origin,
    token: TOKEN,
    onListen: () => {},
  });
  using last = await visit(other);
  await last.clicked("#add");
  assertEquals(await other.signOut(), 0);
});
