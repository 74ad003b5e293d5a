/** The specification's 16.4 usage example: a todo list, on the server and on a device. */
import { assert, assertEquals } from "@std/assert";
import { Badge, ConflictResolver, type Ctx, type SyncStrategy } from "@vango/vango";
import { createDevice, type Device } from "@vango/vango/deno";
import { startServer } from "../server/rig.ts";
import { Browser, eventually, type Tab } from "../server/visitor.ts";
import type { TestApp } from "../server/rig.ts";
import { exampleApp } from "./rig.ts";

/** A todo. */
type Todo = { readonly id: string; readonly title: string; readonly done: boolean };

const TODOS: Todo[] = [
  { id: "1", title: "Milk", done: false },
  { id: "2", title: "Bread", done: false },
];

const TOKEN = "the token of ada, as long as a token should be";
const NOBODY_LISTENS = "http://127.0.0.1:9";

function TodoItem({ todo, onupdate }: { todo: Todo; onupdate: (updated: Todo) => void }) {
  return (
    <li>
      <label>
        <input
          type="checkbox"
          id={`todo-${todo.id}`}
          checked={todo.done}
          onchange={({ checked }) => onupdate({ ...todo, done: checked })}
        />
        {todo.title}
      </label>
    </li>
  );
}

function TodoList({ strategy }: { strategy: SyncStrategy<readonly Todo[]> }, ctx: Ctx) {
  const { sync } = ctx;
  const todos = sync.resource<readonly Todo[]>("todos", { default: TODOS, strategy });
  const update = (updated: Todo) =>
    todos.update(todos.current.map((todo) => todo.id === updated.id ? updated : todo));
  return () => {
    const { online, pending } = sync.status;
    if (todos.conflicts.length > 0) return <ConflictResolver conflicts={todos.conflicts} />;
    return (
      <section>
        <header>
          <h1>My Todos</h1>
          {!online
            ? <Badge variant="outline">Offline</Badge>
            : pending > 0
            ? <Badge variant="secondary">Syncing {pending}...</Badge>
            : null}
        </header>
        <ul>
          {todos.current.map((todo) => <TodoItem key={todo.id} todo={todo} onupdate={update} />)}
        </ul>
        <output>{todos.current.filter(({ done }) => done).length} done, {todos.status}</output>
      </section>
    );
  };
}

/** The same app for the server and for devices. */
function todoApp(strategy: SyncStrategy<readonly Todo[]> = "lww"): TestApp {
  const made = exampleApp(() => (
    <main>
      <TodoList strategy={strategy} />
    </main>
  ), {
    sync: {
      authenticate: (request) =>
        request.headers.get("authorization") === `Bearer ${TOKEN}` ? { userId: "ada" } : undefined,
    },
  });
  made.app.get(
    "/login",
    made.vango.page((ctx) => {
      ctx.session.setUserId("ada");
      return <p>Welcome</p>;
    }),
  );
  return made;
}

/** A page of the server, logged in. */
async function visit(origin: string): Promise<Tab> {
  const browser = new Browser();
  await (await browser.fetch(`${origin}/login`)).text();
  return await browser.open(origin);
}

/** The app on a device, and its page. */
async function open(app: TestApp, database: string, server: string): Promise<[Device, Tab]> {
  const device = await createDevice({
    app: app.app,
    database,
    user: "ada",
    server,
    token: TOKEN,
    interval: 50,
    onListen: () => {},
  });
  const browser = new Browser();
  await (await browser.fetch(device.url, { redirect: "manual" })).body?.cancel();
  return [device, await browser.open(new URL(device.url).origin)];
}

const badge = (tab: Tab): string =>
  tab.player.findAll(".vango-badge").map(({ text }) => text).join();

Deno.test("the todo list shows its default, and what is ticked in one tab is ticked in the other", async () => {
  const made = todoApp();
  await using server = startServer(made);
  using one = await visit(server.origin);
  using two = await visit(server.origin);
  assertEquals(one.text("h1"), "My Todos");
  assertEquals(one.text("ul"), "MilkBread");
  assertEquals([one.text("output"), badge(one)], ["0 done, synced", ""]);
  one.click("#todo-1");
  await two.until(() => two.text("output") === "1 done, synced");
  two.click("#todo-2");
  await one.until(() => one.text("output") === "2 done, synced");
  assertEquals(made.errors, []);
});

Deno.test("on a device without a network the list is used all the same, and synced when there is one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      const [device, tab] = await open(todoApp(), `${folder}/todos.db`, NOBODY_LISTENS);
      await using _ = device;
      using _tab = tab;
      await tab.until(() => badge(tab) === "Offline");
      tab.click("#todo-2");
      await tab.until(() => tab.text("output") === "1 done, pending");
      assertEquals(device.status.pending, 1);
    }
    const made = todoApp();
    await using server = startServer(made);
    using page = await visit(server.origin);
    const [device, tab] = await open(todoApp(), `${folder}/todos.db`, server.origin);
    await using _ = device;
    using _tab = tab;
    await tab.until(() => tab.text("output") === "1 done, synced" && badge(tab) === "");
    await page.until(() => page.text("output") === "1 done, synced");
    assertEquals(made.errors, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a conflict takes the list's place until somebody decides, and then the list is back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      const [device, tab] = await open(todoApp("ask"), `${folder}/todos.db`, NOBODY_LISTENS);
      await using _ = device;
      using _tab = tab;
      tab.click("#todo-1");
      await tab.until(() => tab.text("output") === "1 done, pending");
    }
    const made = todoApp("ask");
    await using server = startServer(made);
    using page = await visit(server.origin);
    page.click("#todo-1");
    page.click("#todo-2");
    await page.until(() => page.text("output") === "2 done, synced");

    // Neither saw the other's.
    const [device, tab] = await open(todoApp("ask"), `${folder}/todos.db`, server.origin);
    await using _ = device;
    using _tab = tab;
    await tab.until(() => tab.player.findAll(".vango-conflict").length === 1);
    assert(tab.player.findAll("ul").length === 0);
    tab.click(".vango-conflict-mine");
    await tab.until(() => tab.player.findAll("ul").length === 1);
    await tab.until(() => tab.text("output") === "1 done, synced");
    await page.until(() => page.text("output") === "1 done, synced");
    await eventually(() => device.status.pending === 0);
    assertEquals(made.errors, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
