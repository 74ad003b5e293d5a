import { assert, assertEquals } from "@std/assert";
import { type Batch, type Ctx, signal } from "@vango/vango";
import { FakeTime } from "../live/fake_time.ts";
import { settled } from "../live/rig.ts";
import { plain, type Source, sources, startAsync } from "./fixture.tsx";

/** A page with a batch of one task and two regions, which its set-up makes. */
function startBatch() {
  const [task, a, b] = sources(3) as [Source, Source, Source];
  const log: string[] = [];
  let batch: Batch | undefined;
  function Page(ctx: Ctx) {
    const total = signal(0);
    batch = ctx.async.batch("figures", async () => {
      const sum = await task.run(ctx.abortSignal) as number;
      return () => {
        log.push("apply");
        total.value = sum;
      };
    }).onComplete(() => log.push("complete"));
    return () => (
      <main>
        <b>{total}</b>
        {ctx.async.render("a…", a.run, { batch: batch! })}
        {ctx.async.render("b…", b.run, { batch: batch! })}
      </main>
    );
  }
  const rig = startAsync(Page);
  return { rig, task, a, b, log, batch: () => batch! };
}

Deno.test("ctx.async.batch starts its tasks at once and shows everything together, in one frame", async () => {
  const { rig, task, a, b, log, batch } = startBatch();
  const player = await rig.connect();
  assertEquals([task.calls, a.calls, b.calls], [1, 1, 1]);
  await a.resolve("A");
  await task.resolve(42);
  assertEquals(player.text, "0a…b…");
  assertEquals(log, []);
  await b.resolve("B");
  await batch().wait();
  await settled();
  assertEquals(player.text, "42AB");
  assertEquals(player.patches.length, 1);
  assertEquals(player.patches[0]!.ops, 3);
  assertEquals(log, ["apply", "complete"]);
  rig.live.end();
});

Deno.test("ctx.async.batch sends its regions in one piece while the page streams", async () => {
  const { rig, task, a, b } = startBatch();
  const next = rig.read();
  await b.resolve(<i>B</i>);
  await task.resolve(1);
  await a.resolve(<i>A</i>);
  assertEquals(plain((await next)!).match(/<i>.<\/i>/g), ["<i>A</i>", "<i>B</i>"]);
  const player = await rig.connect();
  assertEquals(player.text, "1AB");
  rig.live.end();
});

Deno.test("ctx.async.batch is completed by failures, too; what failed shows its error alone", async () => {
  const { rig, task, a, b, log } = startBatch();
  const player = await rig.connect();
  await task.reject(new Error("no sum"));
  await a.reject(new Error("no A"));
  await b.resolve("B");
  assertEquals(player.text, "0error e2B");
  assertEquals(player.patches.length, 1);
  assertEquals(log, ["complete"]);
  assertEquals(rig.errors.length, 2);
  rig.live.end();
});

Deno.test("ctx.async.batch runs onComplete at once when everything is done, and wait resolves", async () => {
  const { rig, task, a, b, batch } = startBatch();
  await rig.connect();
  for (const source of [task, a, b]) await source.resolve(1);
  let ran = 0;
  batch().onComplete(() => ran++);
  await batch().wait();
  assertEquals(ran, 1);
  assertEquals(batch().name, "figures");
  rig.live.end();
});

Deno.test("ctx.async.batch without anything in it completes", async () => {
  let done = false;
  const rig = startAsync((ctx) => {
    ctx.async.batch("empty").onComplete(() => done = true);
    return <p />;
  });
  await settled();
  assert(done);
  rig.live.end();
});

Deno.test("a region of a batch whose task never settles is shown when its own time is up (THREATS 33)", async () => {
  using time = new FakeTime();
  const { rig, a, b } = startBatch();
  const player = await rig.connect();
  await a.resolve("A");
  await time.tick(29_000);
  assertEquals(player.text, "0a…b…");
  await time.tick(2_000);
  // One was ready and only waited; the other one never came.
  assertEquals(player.text, "0Aerror e1");
  assert(b.signal!.aborted);
  rig.live.end();
  assertEquals(time.timers, 0);
});

Deno.test("a region that leaves the page does not hold its batch back", async () => {
  const [a, b] = sources(2) as [Source, Source];
  const withB = signal(true);
  let batch: Batch | undefined;
  function Page(ctx: Ctx) {
    batch = ctx.async.batch("two");
    return () => (
      <main>
        {ctx.async.render("a…", a.run, { batch: batch! })}
        {withB.value && ctx.async.render("b…", b.run, { batch: batch! })}
      </main>
    );
  }
  const rig = startAsync(Page);
  const player = await rig.connect();
  await a.resolve("A");
  assertEquals(player.text, "a…b…");
  withB.value = false;
  await settled();
  assertEquals(player.text, "A");
  assert(b.signal!.aborted);
  rig.live.end();
});

Deno.test("a function of a batch that throws is reported and harms no other", async () => {
  const rig = startAsync((ctx) => {
    ctx.async.batch("bad", () => () => {
      throw new Error("apply");
    }, () => {
      throw new Error("task");
    }).onComplete(() => {
      throw new Error("complete");
    });
    return <p>{ctx.async.render("…", () => "fine")}</p>;
  });
  const player = await rig.connect();
  assertEquals(player.text, "fine");
  assertEquals(rig.errors.map((error) => (error as Error).message).sort(), [
    "apply",
    "complete",
    "task",
  ]);
  rig.live.end();
});
