/** `/_vango/sync`: sessions, origins, programs, limits (THREATS.md, "Sync"). */
import type { Ctx, VangoSyncOptions } from "@vango/vango";
import { assert, assertEquals } from "@std/assert";
import { createMemoryReplicaStore } from "../../src/sync/memory_store.ts";
import { createReplicaSyncCtx } from "../../src/sync/ctx/replica_ctx.ts";
import { createFetchExchange } from "../../src/sync/replica/fetch_exchange.ts";
import { openReplica } from "../../src/sync/replica/replica.ts";
import { createSyncer } from "../../src/sync/replica/syncer.ts";
import { PULL } from "../sync/requests.ts";
import { addLogin, login } from "./login.tsx";
import { makeApp, startServer, type TestApp, type TestServer } from "./rig.ts";
import { Browser, eventually } from "./visitor.ts";

function Note(_: unknown, ctx: Ctx) {
  const note = ctx.sync.resource("note", { default: "" });
  return () => (
    <main>
      <p id="note">{note.current}</p>
      <button type="button" id="write" onclick={() => note.update("from the page")}>Write</button>
      <button type="button" id="out" onclick={() => ctx.session.setUserId(undefined)}>Out</button>
    </main>
  );
}

function makeNotes(sync: VangoSyncOptions | undefined): TestApp {
  const made = makeApp({ ...(sync && { sync }) });
  addLogin(made);
  made.app.get("/", made.vango.page(() => <Note />));
  return made;
}

/** A device that syncs with what these headers say. */
async function openDevice(server: TestServer, user: string, headers: Record<string, string>) {
  const replica = await openReplica({ store: createMemoryReplicaStore(), user });
  const driver = createSyncer({
    replica,
    exchange: createFetchExchange({ url: `${server.origin}/_vango/sync`, headers: () => headers }),
  });
  const sync = createReplicaSyncCtx({ replica, driver });
  const note = sync.resource("note", { default: "" });
  await note.ready;
  return {
    note,
    driver,
    async [Symbol.asyncDispose]() {
      driver.stop();
      sync.close();
      await replica.close();
    },
  };
}

async function pull(
  server: TestServer,
  headers: Record<string, string>,
  more: Record<string, unknown> = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.origin}/_vango/sync/pull`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ ...PULL, ...more }),
  });
  return { status: response.status, text: await response.text() };
}

Deno.test("a device with the session's cookie and a page of it see each other's writes", async () => {
  await using server = startServer(makeNotes({}));
  const browser = await login(server, "ana");
  using tab = await browser.open(server.origin);
  const headers = { cookie: browser.cookie, origin: server.origin };
  await using device = await openDevice(server, "ana", headers);
  await device.note.update("from the device");
  assert((await device.driver.force()).ok);
  await tab.until(() => tab.text("#note") === "from the device");

  const pokes = await fetch(`${server.origin}/_vango/sync/poke`, {
    headers: { ...headers, accept: "text/event-stream" },
  });
  assertEquals(pokes.status, 200);
  const reader = pokes.body!.pipeThrough(new TextDecoderStream()).getReader();
  await tab.clicked("#write");
  let heard = "";
  while (!heard.includes("event: poke")) heard += (await reader.read()).value ?? "";
  assert((await device.driver.force()).ok);
  assertEquals(device.note.current, "from the page");

  // The stream ends with the session.
  tab.click("#out");
  while (!(await reader.read()).done);
  assertEquals((await pull(server, headers)).status, 401);
});

Deno.test("foreign sites, strangers and other users get nothing", async () => {
  const made = makeNotes({});
  await using server = startServer(made);
  const cookie = (await login(server, "ana")).cookie;
  const { origin } = server;
  assertEquals((await pull(server, { cookie, origin })).status, 200);
  assertEquals((await pull(server, { cookie, origin: "https://evil.example" })).status, 403);
  assertEquals((await pull(server, { cookie })).status, 403);
  assertEquals((await pull(server, { origin })).status, 401);
  assertEquals((await pull(server, {})).status, 401);
  assertEquals((await pull(server, { cookie, origin }, { user: "bob" })).status, 403);
  assertEquals((await pull(server, { cookie, origin }, { scope: "bob" })).status, 403);
  assertEquals((await pull(server, { cookie, origin }, { scope: "ana" })).status, 200);
  const stream = await fetch(`${origin}/_vango/sync/poke`, {
    headers: { cookie, "sec-fetch-site": "cross-site" },
  });
  assertEquals(stream.status, 403);
  await stream.body?.cancel();
  assert(made.refused.includes("sync"));
});

Deno.test("a program is whoever the app finds behind its token", async () => {
  const made = makeNotes({
    authenticate: (request) =>
      request.headers.get("authorization") === "Bearer of-ana" ? { userId: "ana" } : undefined,
  });
  await using server = startServer(made);
  const authorization = "Bearer of-ana";
  assertEquals((await pull(server, { authorization })).status, 200);
  assertEquals((await pull(server, { authorization: "Bearer of-eve" })).status, 401);
  // A page of another site cannot send it without being asked.
  const origin = "https://evil.example";
  assertEquals((await pull(server, { authorization, origin })).status, 403);
  await using device = await openDevice(server, "ana", { authorization });
  await device.note.update("by a program");
  assert((await device.driver.force()).ok);
  using tab = await (await login(server, "ana")).open(server.origin);
  assertEquals(tab.text("#note"), "by a program");
});

Deno.test("floods are told to come back, and without the option there is no endpoint", async () => {
  await using server = startServer(makeNotes({ requests: { rate: 0.001, burst: 2 } }));
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await pull(server, {})).status);
  assertEquals(statuses, [401, 401, 429]);
  await using without = startServer(makeNotes(undefined));
  assertEquals((await pull(without, {})).status, 404);
});

Deno.test("a server that drains ends the streams of pokes", async () => {
  const server = startServer(makeNotes({}));
  const { cookie } = await login(server, "ana");
  const pokes = await fetch(`${server.origin}/_vango/sync/poke`, {
    headers: { cookie, origin: server.origin },
  });
  const [, text] = await Promise.all([server[Symbol.asyncDispose](), pokes.text()]);
  assert(text.startsWith(":"));
});

Deno.test("an app on a replica shows the device's data to everybody, and serves no devices", async () => {
  const made = makeNotes({});
  const replica = await openReplica({ store: createMemoryReplicaStore(), user: "ana" });
  const driver = createSyncer({ replica, exchange: () => Promise.reject(new Error("away")) });
  made.vango.useReplica({ replica, driver, user: "ana" });
  {
    await using server = startServer(made);
    using tab = await new Browser().open(server.origin);
    using other = await new Browser().open(server.origin);
    await tab.clicked("#write");
    await other.until(() => other.text("#note") === "from the page");
    await eventually(() => replica.view.unacked === 1);
    assertEquals((await pull(server, {})).status, 404);
  }
  driver.stop();
  await replica.close();
});
