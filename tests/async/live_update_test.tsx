import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Ctx, signal } from "@vango/vango";
import { Op } from "../../src/protocol/codes.ts";
import { type PatchOp, readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { settled, type TestPlayer } from "../live/rig.ts";
import { Source, startAsync } from "./fixture.tsx";

/** The operations that a player was sent, frame by frame. */
function operations(player: TestPlayer): PatchOp[][] {
  const words = new WireVocabulary();
  return player.transport.sent.filter((bytes) => bytes[0] === Frame.PATCH)
    .map((bytes) => [...readPatch(bytes, words).ops]);
}

Deno.test("a region in a live update: the placeholder is a patch, the content is 0x40", async () => {
  const open = signal(false);
  const slow = new Source();
  function Page(ctx: Ctx) {
    return () => (
      <main>
        {open.value &&
          ctx.async.render(<p>Loading…</p>, slow.run, { class: "tall", transition: true })}
      </main>
    );
  }
  const rig = startAsync(Page);
  const player = await rig.connect();
  open.value = true;
  await settled();
  assertEquals(player.text, "Loading…");
  const placeholder = [...player.page.body.descendants()]
    .find((element) => element.get("data-async-id") !== undefined)!;
  assertEquals(placeholder.tag, "div");
  assertEquals(placeholder.get("class"), "vango-async-placeholder tall");
  assertEquals(placeholder.get("aria-busy"), "true");
  assertEquals(placeholder.get("data-async-transition"), "");
  await slow.resolve(<b>there</b>);
  assertEquals(player.text, "there");
  assertEquals(Op.ASYNC_REPLACE, 0x40);
  assertEquals(operations(player).map((ops) => ops.map(({ op }) => op)), [
    ["replace"],
    ["transition", "async-replace"],
  ]);
  rig.live.end();
});

Deno.test("a parent that renders again keeps a region; another key starts it anew", async () => {
  const id = signal(1);
  const noise = signal("a");
  const runs: { id: number; signal: AbortSignal; done: PromiseWithResolvers<string> }[] = [];
  function Page(ctx: Ctx) {
    return () => (
      <main title={noise.value}>
        {ctx.async.render("…", (signal) => {
          const done = Promise.withResolvers<string>();
          runs.push({ id: id.peek(), signal, done });
          return done.promise;
        }, { key: id.value })}
      </main>
    );
  }
  const rig = startAsync(Page);
  const player = await rig.connect();
  noise.value = "b";
  await settled();
  assertEquals(runs.length, 1);
  runs[0]!.done.resolve("one");
  await settled();
  noise.value = "c";
  await settled();
  assertEquals([runs.length, player.text], [1, "one"]);
  id.value = 2;
  await settled();
  assertEquals([runs.length, player.text], [2, "…"]);
  id.value = 3;
  await settled();
  assert(runs[1]!.signal.aborted);
  runs[1]!.done.resolve("two");
  await settled();
  assertEquals(player.text, "…");
  runs[2]!.done.resolve("three");
  await settled();
  assertEquals(player.text, "three");
  rig.live.end();
});

/** A list of regions by name, and what each was given. */
function startList(first: readonly string[]) {
  const names = signal(first);
  const runs = new Map<string, Source>();
  function Page(ctx: Ctx) {
    return () => (
      <ul>
        {names.value.map((name) =>
          ctx.async.render(`${name}…`, (signal) => {
            const source = new Source();
            assert(!runs.has(name), `${name} runs twice`);
            runs.set(name, source);
            return source.run(signal);
          }, { key: name })
        )}
      </ul>
    );
  }
  return { names, runs, rig: startAsync(Page) };
}

Deno.test("regions in a list move with their keys, running or shown; what leaves is stopped", async () => {
  const { names, runs, rig } = startList(["a", "b", "c", "d"]);
  const player = await rig.connect();
  await runs.get("b")!.resolve(<li>B</li>);
  assertEquals(player.text, "a…Bc…d…");
  const shown = [...player.page.body.descendants()].find((element) => element.text === "B");
  names.value = ["d", "c", "b", "a"];
  await settled();
  assertEquals(player.text, "d…c…Ba…");
  names.value = ["b", "e", "d"];
  await settled();
  assertEquals(player.text, "Be…d…");
  assert([...player.page.body.descendants()].includes(shown!), "its nodes are the same");
  assert(runs.get("a")!.signal!.aborted && runs.get("c")!.signal!.aborted);
  await runs.get("a")!.resolve("A");
  await runs.get("d")!.resolve(<li>D</li>);
  await runs.get("e")!.resolve(<li>E</li>);
  assertEquals(player.text, "BED");
  assertEquals(player.errors, []);
  rig.live.end();
});

Deno.test("regions of one list cannot have the same key", async () => {
  const { names, rig } = startList(["a"]);
  const player = await rig.connect();
  names.value = ["b", "b"];
  await settled();
  assertMatch(player.text, /^error e\d$/);
  assertMatch((rig.errors[0] as Error).message, /two items have the key "b"/);
  rig.live.end();
});

Deno.test("a region in a list that the page streams comes as an item of its own", async () => {
  const { runs, rig, names } = startList(["a", "b"]);
  let next = rig.read();
  await runs.get("b")!.resolve(<li>B</li>);
  await next;
  const player = await rig.connect();
  assertEquals(player.text, "a…B");
  names.value = ["b", "a"];
  next = rig.read();
  await settled();
  assertEquals(player.text, "Ba…");
  assertEquals(await next, undefined);
  await runs.get("a")!.resolve(<li>A</li>);
  assertEquals(player.text, "BA");
  rig.live.end();
});

Deno.test("a region that settles while its parent goes away is not sent", async () => {
  const open = signal(true);
  const slow = new Source();
  function Page(ctx: Ctx) {
    return () => <main>{open.value ? ctx.async.render("…", slow.run) : "closed"}</main>;
  }
  const rig = startAsync(Page);
  const player = await rig.connect();
  const settling = slow.resolve("there");
  open.value = false;
  await settling;
  assertEquals(player.text, "closed");
  assertEquals(rig.live.tree.regions.size, 1);
  rig.live.end();
});

Deno.test("a thousand regions one after the other leave nothing behind", async () => {
  const key = signal(0);
  function Page(ctx: Ctx) {
    return () => <main>{ctx.async.render("…", () => <b>{key.peek()}</b>, { key: key.value })}
    </main>;
  }
  const rig = startAsync(Page);
  const player = await rig.connect();
  for (let i = 1; i <= 1000; i++) {
    key.value = i;
    await settled();
  }
  assertEquals(player.text, "1000");
  assertEquals(rig.live.tree.regions.size, 2);
  assertEquals(Object.keys(player.page.regions.counts()).length, 2);
  rig.live.end();
});
