import type { VangoSyncOptions } from "@vango/vango";
import { createDevice, type Device } from "@vango/vango/deno";
import { syncDevtools } from "@vango/vango/devtools";
import { createAuthority, createMemoryAuthorityStore } from "@vango/vango/sync";
import { assert, assertEquals } from "@std/assert";
import { Note } from "../server/note_page.tsx";
import { makeApp, startServer, type TestApp } from "../server/rig.ts";
import { Browser, eventually, type Tab } from "../server/visitor.ts";

const PATH = "/_vango/sync-devtools";
const ANA = { userId: "ana" };

function makeNotes(sync: VangoSyncOptions, development = true): TestApp {
  const made = makeApp({
    development,
    sync: { identify: () => ANA, authenticate: () => ANA, ...sync },
  });
  made.app.get("/", made.vango.page(() => <Note />));
  syncDevtools(made.app);
  return made;
}

function openDevice(server: string): Promise<Device> {
  return createDevice({
    app: makeNotes({}).app,
    database: ":memory:",
    user: "ana",
    server,
    token: "any",
    onListen: () => {},
  });
}

function check(tab: Tab, selector: string): Promise<void> {
  return tab.clicked(selector);
}

Deno.test("the tools of a server show its rows and devices, and nothing in production", async () => {
  const store = createMemoryAuthorityStore();
  await using server = startServer(makeNotes({ store }));
  using page = await new Browser().open(server.origin);
  await page.clicked("#write");
  using tools = await new Browser().open(server.origin, PATH);
  await tools.until(() => tools.player.findAll("#rows tr").length === 1);
  assert(/^notev\d+"x"$/.test(tools.text("#rows")), tools.text("#rows"));
  await page.clicked("#write");
  await tools.until(() => tools.text("#rows").endsWith('"xx"'));

  await using live = startServer(makeNotes({ store }, false));
  const response = await new Browser().fetch(live.origin + PATH);
  assertEquals(response.status, 404);
  await response.body?.cancel();
});

Deno.test("the tools of a device show its log, cut its line and lose answers; nothing counts twice", async () => {
  const authority = createAuthority({
    store: createMemoryAuthorityStore(),
    authorize: (_, access) => access.kind === "read" || access.value !== "xxx",
  });
  await using server = startServer(makeNotes({ authority }));
  await using device = await openDevice(server.origin);
  const browser = new Browser();
  await browser.fetch(device.url, { redirect: "manual" });
  const { origin } = new URL(device.url);
  using page = await browser.open(origin);
  using tools = await browser.open(origin, PATH);
  const confirmed = async () =>
    (await authority.rows(ANA, "ana", "note")).rows.map(([, , , value]) => value);

  await check(tools, "#offline");
  await page.clicked("#write");
  await tools.until(() => tools.text("#log").includes("waits"));
  assert(tools.text("#log").endsWith('put note "x"'), tools.text("#log"));
  await tools.until(() => tools.text("#exchanges").includes("offline"));
  assertEquals(await confirmed(), []);

  await check(tools, "#loses");
  await check(tools, "#offline");
  tools.click("#force");
  await tools.until(() => tools.text("#exchanges").includes("lost"));
  // It took effect, and the device does not know.
  assertEquals(await confirmed(), ["x"]);
  assertEquals(device.status.pending, 1);

  await check(tools, "#loses");
  tools.click("#force");
  await eventually(() => device.status.pending === 0);
  assertEquals(await confirmed(), ["x"]);
  await tools.until(() => /notev\d+"x"$/.test(tools.text("#base")));
  await tools.until(() => tools.text("#log") === "");

  // A clock that is six hours ahead is seen, and harms nothing.
  tools.player.user.fill("#skew", String(6 * 3600));
  await page.clicked("#write");
  tools.click("#force");
  await tools.until(() => /ahead by2\d{7} ms/.test(tools.text("#status")));
  await eventually(async () => (await confirmed())[0] === "xx");

  // What the server refuses is shown with its reason, until it is dismissed.
  await page.clicked("#write");
  await tools.until(() => tools.text("#letters").includes("forbidden"));
  tools.click("#letters button + button");
  await tools.until(() => tools.text("#letters") === "");
  assertEquals(await confirmed(), ["xx"]);
});

Deno.test("the tools of a server cut and lose for all devices", async () => {
  const store = createMemoryAuthorityStore();
  await using server = startServer(makeNotes({ store }));
  await using device = await openDevice(server.origin);
  await eventually(() => device.status.phase === "idle");
  using tools = await new Browser().open(server.origin, PATH);
  await check(tools, "#offline");
  device.resume();
  await eventually(() => device.status.phase === "waiting");
  await tools.until(() => tools.text("#exchanges").includes("offline"));
  await check(tools, "#offline");
  await check(tools, "#loses");
  device.resume();
  await tools.until(() => tools.text("#exchanges").includes("lost"));
  await check(tools, "#loses");
  device.resume();
  await eventually(() => device.status.phase === "idle");
});
