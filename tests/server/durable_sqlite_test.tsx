import { assertEquals } from "@std/assert";
import { type Page, signal } from "@vango/vango";
import { createSqliteSessionStore, openNodeSqlite } from "../../src/adapters/sqlite/mod.ts";
import { startNode } from "./node.ts";
import { Browser } from "./visitor.ts";

const page = (() => {
  const count = signal(0);
  return () => <button type="button" id="n" onclick={() => count.value++}>{count.value}</button>;
}) as unknown as Page;

Deno.test("a page goes on over a SQLite file, without a word about it in the options", async () => {
  const directory = await Deno.makeTempDir();
  const open = (): ReturnType<typeof createSqliteSessionStore> =>
    createSqliteSessionStore({ database: openNodeSqlite(`${directory}/s.db`) });
  const stores = [open(), open()];
  try {
    await using first = startNode({ "/": page }, { store: stores[0]! });
    await using second = startNode({ "/": page }, { store: stores[1]! });
    let { origin } = first;
    using tab = await new Browser().open(() => origin);
    for (let i = 0; i < 3; i++) await tab.clicked("#n");
    origin = second.origin;
    await first.server.shutdown();
    await tab.until(() => tab.player.recordsOf("welcome").length === 2);
    assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "restored");
    await tab.clicked("#n");
    assertEquals(tab.text("#n"), "4");
  } finally {
    for (const store of stores) await store.close();
    await Deno.remove(directory, { recursive: true });
  }
});
