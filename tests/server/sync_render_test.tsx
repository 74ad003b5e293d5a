/** Pages whose data comes while they are rendered: what leaves is whole, and the player adopts it. */
import { type Ctx, signal, Title } from "@vango/vango";
import {
  type AuthorityStore,
  createAuthority,
  createMemoryAuthorityStore,
} from "@vango/vango/sync";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeApp, startServer, type TestApp } from "./rig.ts";
import { Browser } from "./visitor.ts";

/** A store whose reads take this long, or fail. */
function slow(milliseconds: number, fails = () => false): AuthorityStore {
  const store = createMemoryAuthorityStore();
  return {
    limits: store.limits,
    scopes: () => store.scopes(),
    close: () => store.close(),
    async tx(scope, mode, fn) {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (fails()) throw new Error("the store is away");
      return await store.tx(scope, mode, fn);
    },
  };
}

interface Item {
  readonly next: string;
}

/** Shows one item, and asks for the next collection once it is there: data that leads to data. */
function Chain({ name }: { name: string }, ctx: Ctx) {
  const items = ctx.sync.collection<Item>(name);
  const clicks = signal(0);
  return () => {
    const [first] = items.list();
    return (
      <section>
        <button type="button" id={name} onclick={() => clicks.value++}>{clicks}</button>
        {first ? <p class={name}>{first.value.next}</p> : <i>none</i>}
        {first && first.value.next !== "" && <Chain name={first.value.next} />}
      </section>
    );
  };
}

function Page(_: unknown, ctx: Ctx) {
  return () => (
    <main>
      <Title>{`Items: ${ctx.sync.collection("first").size}`}</Title>
      <Chain name="first" />
      {ctx.async.render(<em>quick</em>, () => Promise.resolve(<b id="quick">Quick</b>))}
      {ctx.async.render(<em>slow</em>, async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return <b id="slow">Slow</b>;
      })}
    </main>
  );
}

function makePages(store: AuthorityStore): TestApp {
  const made = makeApp({ sync: { store, identify: () => ({ userId: "ana" }) } });
  made.app.get("/", made.vango.page(() => <Page />));
  made.app.get(
    "/empty",
    made.vango.page((ctx) => {
      const items = ctx.sync.collection("nothing");
      return <p id="loaded">{String(items.loaded)}</p>;
    }),
  );
  return made;
}

Deno.test("a page leaves with its data, also data that other data led to, and is adopted", async () => {
  const store = slow(15);
  const made = makePages(store);
  await using server = startServer(made);
  {
    using seed = await new Browser().open(server.origin);
    assertEquals(seed.text("i"), "none");
  }
  const authority = createAuthority({ store });
  const put = { op: "put", key: "k", base: 0 } as const;
  await authority.write({ userId: "ana" }, "ana", {
    by: "a-script",
    ops: [
      { ...put, res: "first", value: { next: "second" } },
      { ...put, res: "second", value: { next: "" } },
    ],
  });
  using tab = await new Browser().open(server.origin);
  assertStringIncludes(tab.html, "<title>Items: 1</title>");
  assertStringIncludes(tab.html, '"first">second</p>');
  assert(!tab.html.includes("none</i>"));
  assertEquals(tab.player.recordsOf("welcome").map(({ mode }) => mode), ["adopted"]);
  await tab.until(() => tab.player.findAll("#slow, #quick").length === 2);
  // Places are counted alike: clicks find their handlers, patches their texts.
  await tab.clicked("#second");
  await tab.clicked("#first");
  await tab.clicked("#second");
  await tab.until(() => tab.text("#second") === "2" && tab.text("#first") === "1");
  assertEquals(tab.player.recordsOf("mismatch"), []);
  assertEquals(made.errors, []);
});

Deno.test("a page whose store is away leaves without its data, and the log says why", async () => {
  let isAway = false;
  const made = makePages(slow(1, () => isAway));
  await using server = startServer(made);
  isAway = true;
  const response = await new Browser().fetch(server.origin + "/empty");
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), ">false</p>");
  assert(made.errors.some((error) => String(error).includes("the store is away")));
});
