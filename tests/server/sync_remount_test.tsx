import { type Ctx, type Page, signal } from "@vango/vango";
import { createAuthority, createMemoryAuthorityStore, createPokeBus } from "@vango/vango/sync";
import { assertEquals } from "@std/assert";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { startNode } from "./node.ts";
import { Browser } from "./visitor.ts";

/** A row with a state of its own, which stands in no store. */
function Row({ id, title }: { id: string; title: string }, ctx: Ctx) {
  const clicks = signal(0);
  const items = ctx.sync.collection<{ title: string }>("items");
  const click = async () => {
    clicks.value++;
    await items.patch(id, { title: title + "!" });
  };
  return () => (
    <li>
      <button type="button" id={id} onclick={click}>{items.get(id)?.title} {clicks.value}</button>
    </li>
  );
}

function Items(_: unknown, ctx: Ctx) {
  const items = ctx.sync.collection<{ title: string }>("items");
  return () =>
    items.loaded
      ? (
        <ul id="items">
          {items.list().map(({ key, value }) => <Row key={key} id={key} title={value.title} />)}
        </ul>
      )
      : <p>Loading</p>;
}

const pages: Record<string, Page> = {
  "/": (() => <Items />) as unknown as Page,
};

Deno.test("a page on synced rows goes on at another node, with its rows and their state", async () => {
  const place = { store: createMemoryAuthorityStore(), pokes: createPokeBus() };
  const options = {
    store: createMemorySessionStore(),
    durable: true,
    sync: { ...place, identify: () => ({ userId: "ana" }) },
  };
  const put = { res: "items", op: "put", base: 0 } as const;
  await createAuthority(place).write({ userId: "ana" }, "ana", {
    by: "a-script",
    ops: [
      { ...put, key: "a", value: { title: "milk" } },
      { ...put, key: "b", value: { title: "bread" } },
    ],
  });
  const first = startNode(pages, options);
  let origin = first.origin;
  await using second = startNode(pages, options);
  using tab = await new Browser().open(() => origin);
  await tab.until(() => tab.text("#items") === "milk 0bread 0");
  await tab.clicked("#b");
  await tab.until(() => tab.text("#b") === "bread! 1" && tab.player.kept === 0);
  origin = second.origin;
  await first[Symbol.asyncDispose]();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "restored");
  assertEquals(tab.text("#items"), "milk 0bread! 1");
  await tab.clicked("#b");
  await tab.until(() => tab.text("#b") === "bread!! 2");
  assertEquals([...first.errors, ...second.errors], []);
});
