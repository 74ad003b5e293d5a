/**
 * The tools and the badge in a real browser, on a device with a real conflict and a refused write.
 *
 * `VANGO_SCREENSHOTS` names a folder that gets a picture of each step.
 *
 * @module
 */
import { ConflictResolver, type Ctx, SyncStatus, type VangoSyncOptions } from "@vango/vango";
import { createDevice, type Device } from "@vango/vango/deno";
import { syncDevtools } from "@vango/vango/devtools";
import { createAuthority, createMemoryAuthorityStore } from "@vango/vango/sync";
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openChromium } from "../browser/chromium.ts";
import { eventually, listen, live, shows } from "../browser/e2e_rig.ts";
import { makeApp, startServer, type TestApp } from "../server/rig.ts";

const ANA = { userId: "ana" };
const DAY = 24 * 3600;

function Note(_: unknown, ctx: Ctx) {
  const note = ctx.sync.resource("note", { default: "", strategy: "ask" });
  return () => (
    <main>
      <SyncStatus />
      <ConflictResolver />
      <p id="note">{note.current}</p>
      <form onsubmit={(event) => void note.update(String(event.data.get("text")))}>
        <input id="text" name="text" />
      </form>
    </main>
  );
}

function makeNotes(sync: VangoSyncOptions): TestApp {
  const made = makeApp({
    development: true,
    sync: { identify: () => ANA, authenticate: () => ANA, ...sync },
  });
  made.app.get("/", made.vango.page(() => <Note />));
  made.app.get("/favicon.ico", (c) => c.body(null, 204));
  syncDevtools(made.app);
  return made;
}

async function write(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

/** The rows of a table, each a text. */
function rowsOf(page: Page, table: string): Promise<string[]> {
  return page.locator(`${table} tr`).allInnerTexts();
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("VANGO_SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/devtools_${name}.png`, fullPage: true });
}

Deno.test("in a browser the tools show a conflict and a refused write until somebody has settled them", async () => {
  let pushed = Promise.resolve();
  const authority = createAuthority({
    store: createMemoryAuthorityStore(),
    async authorize(_, access) {
      if (access.kind === "read") return true;
      await pushed;
      return access.value !== "forbidden words";
    },
  });
  await using server = startServer(makeNotes({ authority }));
  const folder = await Deno.makeTempDir();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const startDevice = (): Promise<Device> =>
    createDevice({
      app: makeNotes({}).app,
      database: `${folder}/notes.db`,
      user: "ana",
      server: server.origin,
      token: "any",
      onListen: () => {},
    });
  await using first = await startDevice();
  await using chromium = await openChromium();
  const complaints: string[] = [];
  const page = await chromium.newPage();
  const tools = await chromium.newPage();
  for (const each of [page, tools]) listen(each, complaints);
  const open = async ({ url }: Device): Promise<void> => {
    await page.goto(url);
    await live(page);
    await tools.goto(new URL("/_vango/sync-devtools", url).href);
    await live(tools);
  };
  await open(first);
  const confirmed = async () =>
    (await authority.rows(ANA, "ana", "note")).rows.map(([, , , value]) => value);
  const badge = (text: string) => shows(page, ".vango-sync-status", text);

  // On its way, for as long as the server takes.
  let gate = Promise.withResolvers<void>();
  pushed = gate.promise;
  await write(page, "tea");
  await shows(page, "#note", "tea");
  await badge("Syncing 1…");
  await picture(page, "syncing");
  gate.resolve();
  await badge("Synced");
  assertEquals(await confirmed(), ["tea"]);

  // Written without a network, three days ago, while somebody else changed the same.
  await tools.fill("#skew", String(-3 * DAY - 60));
  await tools.press("#skew", "Enter");
  await tools.check("#offline");
  await tools.waitForFunction(() => document.querySelector<HTMLInputElement>("#offline")!.checked);
  await write(page, "green tea");
  await shows(page, "#note", "green tea");
  await badge("Offline, 1 unsent");
  await eventually(tools, () => rowsOf(tools, "#log").then(([row]) => /waits/.test(row ?? "")));
  const { version } = await authority.rows(ANA, "ana", "note");
  const op = { res: "note", key: "", op: "put", value: "coffee", base: version } as const;
  await authority.write(ANA, "ana", { by: "another", ops: [op] });

  // The device is started anew, and the server takes its time.
  for (const each of [page, tools]) await each.goto("about:blank");
  await first.close();
  gate = Promise.withResolvers();
  pushed = gate.promise;
  await using device = await startDevice();
  await open(device);
  await badge("Unsent for 3 days");
  await picture(page, "unsent");
  gate.resolve();
  await badge("1 conflict");
  await tools.waitForSelector("h2 >> text=Conflicts: 1");
  await eventually(tools, async () => (await rowsOf(tools, "#conflicts")).length === 1);
  const [conflict] = await rowsOf(tools, "#conflicts");
  for (const part of ["tea", "green tea", "coffee"]) {
    assert(conflict?.includes(`"${part}"`), conflict);
  }
  await picture(tools, "conflict");
  await picture(page, "conflict");
  await page.click('button >> text="Keep mine"');
  await shows(page, "#note", "green tea");
  await badge("Synced");
  await shows(tools, "#conflicts", "None.");
  assertEquals(await confirmed(), ["green tea"]);

  await write(page, "forbidden words");
  await badge("1 change refused");
  // It falls out of sight, and is not lost.
  await shows(page, "#note", "green tea");
  await tools.waitForSelector("h2 >> text=Refused: 1");
  const [letter] = await rowsOf(tools, "#letters");
  assert(/forbidden/.test(letter ?? "") && /put note/.test(letter ?? ""), letter);
  await picture(tools, "refused");
  // Trying again is a write like any other: refused again, under another number.
  await tools.locator("#letters tr").evaluate((row) => row.classList.add("before"));
  await tools.click("#letters button >> text=Try again");
  await tools.waitForSelector("#letters tr:not(.before)");
  await badge("1 change refused");
  await tools.click("#letters button >> text=Dismiss");
  await eventually(tools, async () => (await rowsOf(tools, "#letters")).length === 0);
  await badge("Synced");
  assertEquals(await confirmed(), ["green tea"]);
  assertEquals(complaints, []);
});
