import { assert, assertEquals } from "@std/assert";
import { type Ctx, onCleanup, onMount, signal } from "@vango/vango";
import { settled, TestPlayer } from "../live/rig.ts";
import { pageNode, type Source, sources, startAsync } from "./fixture.tsx";

function Counter({ name }: { name: string }) {
  const count = signal(0);
  return () => <button type="button" id={name} onclick={() => count.value++}>{name} {count}
  </button>;
}

/** Three regions with a counter each, and the shell's own. */
function threeRegions() {
  const three = sources(3) as [Source, Source, Source];
  const rig = startAsync((ctx) => (
    <main>
      <Counter name="shell" />
      {three.map((source, i) => ctx.async.render(`${i}…`, source.run))}
    </main>
  ));
  return { three, rig };
}

function click(player: TestPlayer, name: string): void {
  player.fire("click", (element) => element.get("id") === name);
}

Deno.test("a region that runs when the socket connects goes on: its function is called once in the page's life", async () => {
  const { three, rig } = threeRegions();
  let next = rig.read();
  await three[1].resolve(<Counter name="b" />);
  await next;
  next = rig.read();
  const player = await rig.connect();
  // The response ends: the rest travels over the socket.
  assertEquals(await next, undefined);
  assertEquals(player.welcome?.mode, "adopted");
  assertEquals(player.patches, []);
  assertEquals(player.text, "shell 00…b 02…");

  await three[2].resolve(<Counter name="c" />);
  await three[0].resolve(<Counter name="a" />);
  assertEquals(player.text, "shell 0a 0b 0c 0");
  assertEquals(player.patches.map(({ ops }) => ops), [1, 1]);
  assertEquals(three.map(({ calls }) => calls), [1, 1, 1]);
  for (const name of ["shell", "a", "b", "c", "c"]) click(player, name);
  await settled();
  assertEquals(player.text, "shell 1a 1b 1c 2");
  assertEquals(player.errors, []);
  rig.live.end();
});

Deno.test("a region that was written but had not reached the player is sent to it, not run again", async () => {
  const { three, rig } = threeRegions();
  let next = rig.read();
  await three[0].resolve(<Counter name="a" />);
  await next;
  next = rig.read();
  await three[1].resolve(<Counter name="b" />);
  await next;
  // The player had parsed the first one only.
  const player = await rig.connect(1);
  assertEquals(player.text, "shell 0a 0b 02…");
  assertEquals(player.patches.length, 1);
  await three[2].resolve(<Counter name="c" />);
  for (const name of ["a", "b", "c"]) click(player, name);
  await settled();
  assertEquals(player.text, "shell 0a 1b 1c 1");
  assertEquals(three.map(({ calls }) => calls), [1, 1, 1]);
  rig.live.end();
});

Deno.test("regions that settled together are not lost when the socket connects between two of them", async () => {
  const big = "x".repeat(20_000);
  const two = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => (
    <main>{two.map((source, i) => ctx.async.render(`${i}…`, source.run))}</main>
  ));
  await two[0].resolve(<p>{big}</p>);
  await two[1].resolve(<p>second</p>);
  await rig.read();
  const player = await rig.connect();
  assertEquals(await rig.read(), undefined);
  assertEquals(player.text, big + "second");
  rig.live.end();
});

Deno.test("a region inside one that had not reached the player comes with it", async () => {
  const [outer, inner] = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render("outer…", async (signal) => {
        await outer.run(signal);
        return <section>{ctx.async.render("inner…", inner.run)}</section>;
      })}
    </main>
  ));
  const next = rig.read();
  await outer.resolve(undefined);
  await next;
  const player = await rig.connect(0);
  assertEquals(player.text, "inner…");
  assertEquals(player.patches.length, 1);
  await inner.resolve(<Counter name="deep" />);
  assertEquals(player.text, "deep 0");
  click(player, "deep");
  await settled();
  assertEquals(player.text, "deep 1");
  rig.live.end();
});

Deno.test("a component of a region that is held back follows over the socket", async () => {
  const [held] = sources(1) as [Source];
  const inner = Promise.withResolvers<string>();
  const Slow = async () => <i>{await inner.promise}</i>;
  const rig = startAsync((ctx) => <main>{ctx.async.render("…", held.run)}</main>);
  const next = rig.read();
  await held.resolve(
    <section>
      <b>there</b>
      <Slow />
    </section>,
  );
  const player = await rig.connect();
  assertEquals(await next, undefined);
  assertEquals(player.text, "there");
  inner.resolve("late");
  await settled();
  assertEquals(player.text, "therelate");
  rig.live.end();
});

Deno.test("a signal that changes while the page streams is patched when the socket connects", async () => {
  const shared = signal("old");
  const [slow] = sources(1) as [Source];
  const rig = startAsync((ctx) => (
    <main>
      <i>{shared}</i>
      {ctx.async.render("…", slow.run)}
    </main>
  ));
  const next = rig.read();
  await slow.resolve(<b>{shared}</b>);
  await next;
  shared.value = "new";
  const player = await rig.connect();
  assertEquals(player.text, "newnew");
  rig.live.end();
});

Deno.test("a player whose welcome was lost gets the regions once, from what was sent", async () => {
  const { three, rig } = threeRegions();
  const next = rig.read();
  await three[0].resolve(<Counter name="a" />);
  await next;
  const lost = new TestPlayer(rig.html);
  lost.acknowledges = false;
  await lost.connect(rig.live);
  lost.lose();
  await three[1].resolve(<Counter name="b" />);
  // The same page again, which has parsed the first region meanwhile and has applied no patch.
  const player = await rig.connect(1);
  assertEquals(player.welcome?.mode, "resumed");
  assertEquals(player.text, "shell 0a 0b 02…");
  await three[2].resolve(<Counter name="c" />);
  for (const name of ["a", "b", "c"]) click(player, name);
  await settled();
  assertEquals(player.text, "shell 0a 1b 1c 1");
  assertEquals(three.map(({ calls }) => calls), [1, 1, 1]);
  rig.live.end();
});

Deno.test("a region goes on while the socket is away and is there when it is back", async () => {
  const { three, rig } = threeRegions();
  const player = await rig.connect();
  player.lose();
  await three[0].resolve(<Counter name="a" />);
  assertEquals(player.text, "shell 00…1…2…");
  await player.connect(rig.live);
  assertEquals(player.welcome?.mode, "resumed");
  assertEquals(player.text, "shell 0a 01…2…");
  rig.live.end();
});

Deno.test("a fallback is alive: its handlers, and none of them answers for the content", async () => {
  const [slow] = sources(1) as [Source];
  let pressed = "";
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render(
        <button type="button" onclick={() => pressed += "fallback "}>wait</button>,
        slow.run,
      )}
    </main>
  ));
  const player = await rig.connect();
  player.fire("click", "button");
  await settled();
  await slow.resolve(<button type="button" onclick={() => pressed += "content "}>go</button>);
  player.fire("click", "button");
  await settled();
  // What was clicked before the content came must not reach it (law L4).
  player.fireAt(1, "click", undefined, 1);
  await settled();
  assertEquals(pressed, "fallback content ");
  assertEquals(rig.refused, ["dropped"]);
  rig.live.end();
});

Deno.test("a handler is looked up in its own region, whatever numbers others use", async () => {
  const pressed: string[] = [];
  const two = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => (
    <main>
      <button type="button" onclick={() => pressed.push("shell")}>shell</button>
      {two.map((source) => ctx.async.render("…", source.run))}
    </main>
  ));
  const player = await rig.connect();
  for (const [i, source] of two.entries()) {
    await source.resolve(
      <div>
        <button type="button" id={`b${i}`} onclick={() => pressed.push(`region ${i}`)}>{i}</button>
      </div>,
    );
  }
  for (let round = 0; round < 2; round++) {
    player.fire("click", (element) => element.get("id") === null || element.tag === "button");
    click(player, "b0");
    click(player, "b1");
  }
  await settled();
  assertEquals(pressed, ["shell", "region 0", "region 1", "shell", "region 0", "region 1"]);
  rig.live.end();
});

Deno.test("what a region's function sets up begins with the player and ends with the region", async () => {
  const log: string[] = [];
  const [slow] = sources(1) as [Source];
  const show = signal(true);
  function Page(ctx: Ctx) {
    return () => (
      <main>
        {show.value && ctx.async.render("…", (signal) => {
          onMount(() => void log.push("mount"));
          onCleanup(() => log.push("cleanup"));
          return slow.run(signal);
        })}
      </main>
    );
  }
  const rig = startAsync(Page);
  const next = rig.read();
  await slow.resolve("ready");
  await next;
  assertEquals(log, []);
  await rig.connect();
  assertEquals(log, ["mount"]);
  show.value = false;
  await settled();
  assertEquals(log, ["mount", "cleanup"]);
  rig.live.end();
});

Deno.test("another page takes the place of one whose regions run: they end, its own begin", async () => {
  const [first, second] = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => <main>{ctx.async.render("first…", first.run)}</main>);
  const player = await rig.connect();
  rig.live.show(pageNode((ctx) => <article>{ctx.async.render("second…", second.run)}</article>));
  await settled();
  assertEquals(player.text, "second…");
  assert(first.signal!.aborted);
  await first.resolve("late");
  await second.resolve("there");
  assertEquals(player.text, "there");
  assertEquals(rig.live.tree.regions.size, 2);
  rig.live.end();
});
