import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async";
import { Browser, eventually, type Tab } from "../../server/visitor.ts";
import { Child } from "./child.ts";

const APP = new URL("./drain_app.tsx", import.meta.url).pathname;

async function start(file: string): Promise<{ child: Child; origin: string }> {
  const child = new Child(["run", "-A", "--no-check", APP, file], { PORT: "0" });
  const [, port] = await child.says(/listening on (\d+)/);
  return { child, origin: `http://127.0.0.1:${port}` };
}

Deno.test("SIGTERM: a node saves every page and session, lets its players go one by one, and ends", async () => {
  const directory = await Deno.makeTempDir();
  const [one, two] = await Promise.all([start(`${directory}/s.db`), start(`${directory}/s.db`)]);
  await using first = one.child;
  await using _second = two.child;
  let { origin } = one;
  /** When the first and the last player were let go. */
  const gone: number[] = [];
  const tabs: Tab[] = [];
  try {
    while (tabs.length < 30) {
      const tab = await new Browser().open(() => origin, "/", (record) => {
        if (record.kind === "state" && record.state === "connecting" && tabs.length === 30) {
          gone.push(Date.now());
        }
      });
      tabs.push(tab);
    }
    for (const tab of tabs) {
      for (let i = 0; i < 3; i++) tab.click("#own");
      tab.click("#shared");
    }
    // Acknowledged, and for the most part not saved.
    await eventually(() => tabs.every(({ player }) => player.waiting === 0));
    origin = two.origin;
    const began = Date.now();
    const status = await first.end("SIGTERM");
    const time = Date.now() - began;
    assertEquals([status.code, status.signal], [0, null]);
    assertStringIncludes(first.output, "finished");
    // What serve promises is 4.5 seconds; a busy machine may be late to notice.
    assert(time < 10_000, `it took ${time} ms`);
    await deadline(
      eventually(() => tabs.every(({ player }) => player.recordsOf("welcome").length === 2)),
      20_000,
    );
    for (const tab of tabs) {
      await tab.until(() => tab.text("#own") === "3" && tab.text("#shared") === "1");
      assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "restored");
      assertEquals(tab.player.recordsOf("error"), []);
    }
    const spread = Math.max(...gone) - Math.min(...gone);
    assert(spread > 300, `all were let go within ${spread} ms`);
    console.log(`30 pages drained in ${time} ms, let go over ${spread} ms`);
  } finally {
    for (const tab of tabs) tab[Symbol.dispose]();
    await first[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  }
});
