import { ConflictResolver, type Ctx, SyncStatus } from "@vango/vango";
import { type Authority, createAuthority, createMemoryAuthorityStore } from "@vango/vango/sync";
import { assert, assertEquals } from "@std/assert";
import { openSite, shows } from "../browser/e2e_rig.ts";
import { makeApp, startServer, type TestApp } from "../server/rig.ts";
import { Browser, type Tab } from "../server/visitor.ts";

interface Todo {
  readonly title: string;
  readonly due: string;
  readonly done: boolean;
}

const ANA = { userId: "ana" };
const MILK: Todo = { title: "Milk", due: "", done: false };

/** Two writers change what both saw; the second asks. */
async function disagree(
  authority: Authority,
  key: string,
  theirs: Partial<Todo> | undefined,
  mine: Partial<Todo> | undefined,
): Promise<void> {
  const write = (by: string, op: object) =>
    authority.write(ANA, "ana", { by, ops: [{ res: "todos", key, ...op } as never] });
  const { version } = await write("a", { op: "put", value: MILK, base: 0 });
  const change = (fields: Partial<Todo> | undefined) =>
    fields ? { op: "put", value: { ...MILK, ...fields } } : { op: "delete" };
  await write("b", { ...change(theirs), base: version });
  const seen = { base: version, had: 1, ask: 1, was: MILK };
  const { status } = await write("c", { ...change(mine), ...seen });
  assertEquals(status, "conflict");
}

function Page(_: unknown, ctx: Ctx) {
  const todos = ctx.sync.collection<Todo>("todos");
  return () => (
    <main>
      <SyncStatus />
      <ConflictResolver label={(field) => field === "due" ? "Due date" : field} />
      <p id="todos">
        {todos.list().map(({ key, value }) => `${key}:${value.title},${value.due},${value.done} `)}
      </p>
    </main>
  );
}

function makeTodos(): TestApp & { authority: Authority } {
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  const made = makeApp({ sync: { authority, identify: () => ANA } });
  made.app.get("/", made.vango.page(() => <Page />));
  return { ...made, authority };
}

function badge(tab: Tab): string {
  return tab.text(".vango-sync-status");
}

Deno.test("ConflictResolver shows what differs side by side and keeps what is chosen", async () => {
  const made = makeTodos();
  await disagree(made.authority, "k", { title: "Oat milk", done: true }, { due: "2030-01-01" });
  await using server = startServer(made);
  using tab = await new Browser().open(server.origin);
  assertEquals(badge(tab), "1 conflict");
  const shown = tab.text(".vango-conflict");
  assert(shown.startsWith("Oat milk"), shown);
  // Each side of a field says whose it is; the side that changed it is suggested.
  assert(shown.includes("titleMineMilkTheirsOat milk"), shown);
  assert(shown.includes("Due dateMine2030-01-01Theirs–"), shown);
  assert(shown.includes("doneMineNoTheirsYes"), shown);
  const chosen = tab.player.findAll(".vango-conflict-side input")
    .filter((input) => input.get("checked") !== undefined)
    .map((input) => input.get("value"));
  assertEquals(chosen, ["remote", "local", "remote"]);
  // "title" is decided otherwise.
  tab.player.user.click(tab.player.findAll(".vango-conflict-side input")[0]!);
  await tab.clicked(".vango-conflict-merge");
  await tab.until(() => tab.text("#todos").trim() === "k:Milk,2030-01-01,true");
  await tab.until(() => badge(tab) === "Synced");
  assertEquals(tab.player.findAll(".vango-conflict").length, 0);
  assertEquals(made.errors, []);
});

Deno.test("ConflictResolver keeps one side as a whole, also one that was deleted", async () => {
  const made = makeTodos();
  await disagree(made.authority, "a", { title: "Theirs" }, { title: "Mine" });
  await disagree(made.authority, "b", { title: "Theirs" }, { title: "Mine" });
  await disagree(made.authority, "c", undefined, { title: "Mine" });
  await using server = startServer(made);
  using tab = await new Browser().open(server.origin);
  assertEquals(badge(tab), "3 conflicts");
  assertEquals(tab.text(".vango-conflicts-heading"), "3 changes need your decision");
  const cards = tab.player.findAll(".vango-conflict").map((card) => card.text);
  assertEquals(cards.filter((text) => text.includes("It was deleted elsewhere.")).length, 1);
  const [mine, theirs] = ["mine", "theirs"].map((side) => (index: number) => {
    tab.player.user.click(tab.player.findAll(`.vango-conflict-${side}`)[index]!);
  });
  const deleted = cards.findIndex((text) => text.includes("It was deleted elsewhere."));
  mine!(deleted);
  await tab.until(() => badge(tab) === "2 conflicts");
  mine!(0);
  await tab.until(() => badge(tab) === "1 conflict");
  theirs!(0);
  await tab.until(() => badge(tab) === "Synced");
  const titles = tab.text("#todos").trim().split(" ").map((text) => text.split(",")[0]);
  assertEquals(titles.filter((text) => text!.endsWith(":Mine")).length, 2);
  assertEquals(titles.filter((text) => text!.endsWith(":Theirs")).length, 1);
  assert(titles.includes("c:Mine"));
});

Deno.test("a decision that another tab has taken says so nowhere but in the list", async () => {
  const made = makeTodos();
  await disagree(made.authority, "k", { title: "Theirs" }, { title: "Mine" });
  await using server = startServer(made);
  using first = await new Browser().open(server.origin);
  using second = await new Browser().open(server.origin);
  await first.clicked(".vango-conflict-mine");
  await second.until(() => badge(second) === "Synced");
  assertEquals(second.text("#todos").trim(), "k:Mine,,false");
});

Deno.test("ConflictResolver works by keyboard in a browser, on a phone, under a strict policy", async () => {
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  await disagree(authority, "k", { title: "Theirs" }, { title: "Mine", done: true });
  await using site = await openSite(
    ({ app, vango }) => void app.get("/", vango.page(() => <Page />)),
    { sync: { authority, identify: () => ANA } },
  );
  const page = await site.open("/");
  await page.setViewportSize({ width: 360, height: 700 });
  const { scroll, width, sides } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: innerWidth,
    sides: [...document.querySelectorAll(".vango-conflict-side")]
      .map((side) => getComputedStyle(side).borderRadius),
  }));
  assert(scroll <= width, `${scroll} wide`);
  assert(sides.every((radius) => radius !== "0px"), "the style sheet counts");
  // The suggested side of the title is the later one: mine. The other radio button is one key away.
  await page.focus(".vango-conflict-side input:checked");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => {
    const [, theirs] = document.querySelectorAll<HTMLInputElement>(".vango-conflict-side input");
    return theirs!.checked && document.activeElement === theirs;
  });
  await page.focus(".vango-conflict-merge");
  await page.keyboard.press("Enter");
  await shows(page, "#todos", "k:Theirs,,true ");
  // What was written and what is still in conflict come one after the other.
  await page.waitForSelector(".vango-conflict", { state: "detached" });
  assertEquals(site.complaints, []);
});
