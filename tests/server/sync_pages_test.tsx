import type { Ctx, Signal, VangoSyncOptions } from "@vango/vango";
import { createAuthority, createMemoryAuthorityStore } from "@vango/vango/sync";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { addLogin, login } from "./login.tsx";
import { makeApp, startServer, type TestApp } from "./rig.ts";
import { Browser, eventually } from "./visitor.ts";

interface Todo {
  readonly title: string;
  readonly done: boolean;
}

/** The specification's todo list: one resource, shown and changed. */
function Todos(_: unknown, ctx: Ctx) {
  const todos = ctx.sync.resource<Todo[]>("todos", { default: [], strategy: "lww" });
  const add = () => todos.update([...todos.current, { title: "milk", done: false }]);
  return () => (
    <main>
      <ul id="list">{todos.current.map(({ title }, i) => <li key={i}>{title}</li>)}</ul>
      <p id="status">{todos.status}</p>
      <p id="loaded">{String(todos.loaded)}</p>
      <button type="button" id="add" onclick={add}>Add</button>
      <button type="button" id="out" onclick={() => ctx.session.setUserId(undefined)}>
        Log out
      </button>
    </main>
  );
}

function Home(_: unknown, ctx: Ctx) {
  return () => ctx.session.isAuthenticated ? <Todos /> : <p id="nobody">Nobody</p>;
}

function makeTodos(sync: VangoSyncOptions | undefined): TestApp {
  const made = makeApp({ ...(sync && { sync }), title: "Todos" });
  const { app, vango } = made;
  addLogin(made);
  app.get("/", vango.page((ctx) => <Home key={ctx.session.userId ?? ""} />));
  app.get("/todos", vango.page(() => <Todos />));
  return made;
}

Deno.test("two pages of one user see each other's writes live, and the GET has the data", async () => {
  const made = makeTodos({});
  await using server = startServer(made);
  const [phone, laptop] = [await login(server, "ana"), await login(server, "ana")];
  using first = await phone.open(server.origin);
  using second = await laptop.open(server.origin);
  assertEquals(first.text("#list"), "");
  await first.clicked("#add");
  await second.until(() => second.text("#list") === "milk");
  await second.clicked("#add");
  await first.until(() => first.text("#list") === "milkmilk");
  await first.until(() => first.text("#status") === "synced");

  using third = await phone.open(server.origin);
  assertStringIncludes(third.html, ">milk</li>");
  assertEquals(third.text("#loaded"), "true");
  assertEquals(third.text("#list"), "milkmilk");
  await third.clicked("#add");
  await first.until(() => first.text("#list") === "milkmilkmilk");
  assertEquals(made.errors, []);
});

Deno.test("another user sees nothing of it, and after a log-out the page shows nothing", async () => {
  const made = makeTodos({});
  await using server = startServer(made);
  const [ana, bob] = [await login(server, "ana"), await login(server, "bob")];
  using hers = await ana.open(server.origin);
  using his = await bob.open(server.origin);
  await hers.clicked("#add");
  await his.clicked("#add");
  await his.clicked("#add");
  await hers.until(() => hers.text("#list") === "milk");
  await his.until(() => his.text("#list") === "milkmilk");
  hers.click("#out");
  await hers.until(() => hers.player.findAll("#list").every(({ text }) => text === ""));
  const again = await ana.fetch(server.origin + "/");
  assert(!(await again.text()).includes("milk"));
});

Deno.test("users with one scope work on the same data", async () => {
  await using server = startServer(makeTodos({ scope: () => "home" }));
  const [ana, bob] = [await login(server, "ana"), await login(server, "bob")];
  using hers = await ana.open(server.origin);
  using his = await bob.open(server.origin);
  await hers.clicked("#add");
  await his.until(() => his.text("#list") === "milk");
});

Deno.test("ctx.sync without a user or without the option says what to do", async () => {
  for (
    const [sync, way] of [[{}, "sign the visitor in"], [undefined, "createVango({ sync"]] as const
  ) {
    const made = makeTodos(sync);
    await using server = startServer(made);
    const response = await new Browser().fetch(server.origin + "/todos");
    assertEquals(response.status, 500);
    assert(!(await response.text()).includes("ctx.sync"));
    assertStringIncludes(String(made.errors[0]), way);
  }
});

Deno.test("a value that the app's policy refuses falls back, and the handler hears why", async () => {
  const made = makeTodos({ authorize: (_, { kind }) => kind === "read" });
  await using server = startServer(made);
  const browser = await login(server, "ana");
  using tab = await browser.open(server.origin);
  await tab.clicked("#add");
  await eventually(() => made.errors.length > 0);
  assertStringIncludes(String(made.errors[0]), "Cannot write");
  await tab.until(() => tab.text("#list") === "");
});

Deno.test("an authority of one's own is shared with whatever else writes to it", async () => {
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  await using server = startServer(makeTodos({ authority }));
  const browser = await login(server, "ana");
  using tab = await browser.open(server.origin);
  const value = [{ title: "from a script", done: false }];
  await authority.write({ userId: "ana" }, "ana", {
    by: "a-script",
    ops: [{ res: "todos", key: "", op: "put", value, base: 0 }],
  });
  await tab.until(() => tab.text("#list") === "from a script");
});

Deno.test("a page whose user goes to another part of the data shows and writes that", async () => {
  const made = makeApp({
    sync: {
      identify: (session) => ({ userId: String(session.get("team") ?? "red") }),
      scope: ({ userId }) => `team ${userId}`,
    },
  });
  const { app, vango } = made;
  app.get(
    "/",
    vango.page((ctx) => {
      const team = ctx.session.signal("team", "red");
      return (
        <main>
          <button type="button" id="go" onclick={() => team.value = "blue"}>{team}</button>
          <Team name={team} />
        </main>
      );
    }),
  );
  await using server = startServer(made);
  using tab = await new Browser().open(server.origin);
  await tab.clicked("#add");
  await tab.until(() => tab.text("#list") === "milk");
  await tab.clicked("#go");
  await tab.until(() => tab.text("#list") === "");
  await tab.clicked("#add");
  await tab.clicked("#add");
  await tab.until(() => tab.text("#list") === "milkmilk");
  assertEquals(made.errors, []);
});

/** The todos of a team; another team's are another component. */
function Team({ name }: { name: Signal<string> }) {
  return () => <Todos key={name.value} />;
}
