import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { type Component, type Ctx, onCleanup, type Renderable, signal } from "@vango/vango";
import { currentOwner } from "../../src/signals/owner.ts";
import { AsyncTimeoutError } from "../../src/tree/async_slot.ts";
import type { Instance } from "../../src/tree/live.ts";
import { errorCard } from "../../src/server/page_errors.ts";
import { FakeTime } from "../live/fake_time.ts";
import { settled } from "../live/rig.ts";
import { type AsyncRig, plain, Source, sources, startAsync } from "./fixture.tsx";

/** A boundary by the tree's own port, as `ErrorBoundary` is one. */
function Boundary(props: { children?: Renderable; view: (error: Error) => Renderable }) {
  const failed = signal<Error | undefined>(undefined);
  const instance = currentOwner() as Instance;
  instance.catchError = (error) => {
    failed.value = error as Error;
    return true;
  };
  instance.fallbackFor = (error) => props.view(error as Error);
  return () => failed.value ? props.view(failed.value) : <div>{props.children}</div>;
}

function Thrower(): never {
  throw new Error("at mount");
}

const HOSTILE = "javascript:alert(1)";

type Way = readonly [name: string, make: () => Renderable | Promise<Renderable>, message: RegExp];

const WAYS: readonly Way[] = [
  ["a throw", () => {
    throw new Error("sync");
  }, /sync/],
  ["a rejection", () => Promise.reject(new Error("later")), /later/],
  ["a rejection with no error", () => Promise.reject("just text"), /just text/],
  ["a plain object", () => ({ a: 1 }) as unknown as Renderable, /cannot render/],
  ["a function", () => (() => <p />) as unknown as Renderable, /cannot render/],
  ["a symbol", () => Symbol("s") as unknown as Renderable, /cannot render/],
  ["a Response", () => new Response() as unknown as Renderable, /cannot render/],
  ["a promise in a list", () => [Promise.resolve(1)] as unknown as Renderable, /cannot render/],
  ["content that throws when it is mounted", () => <Thrower />, /at mount/],
  ["an attribute that is refused", () => <a href={HOSTILE}>x</a>, /href/],
];

/** The text of the page, read from its stream or patched over the socket. */
async function textOf(rig: AsyncRig, socket: boolean): Promise<string> {
  if (socket) return (await rig.connect()).text;
  while (await rig.read() !== undefined);
  return (await rig.connect()).text;
}

for (const [what, make, message] of WAYS) {
  for (const socket of [false, true]) {
    const way = socket ? "over the socket" : "in the stream";
    Deno.test(`${what} in a region shows a card in its place alone, ${way}`, async () => {
      const rig = startAsync((ctx) => (
        <main>
          {ctx.async.render("…", make)}
          {ctx.async.render("…", () => "sibling")}
        </main>
      ));
      assertEquals(await textOf(rig, socket), "error e1sibling");
      assertEquals(rig.errors.length, 1);
      assertMatch((rig.errors[0] as Error).message, message);
      rig.live.end();
    });

    Deno.test(`${what} in a region shows its own view of errors, ${way}`, async () => {
      const rig = startAsync((ctx) => (
        <main>
          {ctx.async.renderWithError("…", make, () => <em>own</em>)}
          {ctx.async.render("…", () => "sibling")}
        </main>
      ));
      assertEquals(await textOf(rig, socket), "ownsibling");
      assertEquals(rig.errors, []);
      rig.live.end();
    });

    Deno.test(`${what} in a region shows the nearest boundary's fallback in the region's place, ${way}`, async () => {
      const rig = startAsync((ctx) => (
        <Boundary view={() => "outer"}>
          <Boundary view={(error) => <em>{error.message}</em>}>
            {ctx.async.render("…", make)}
            {ctx.async.render("…", () => "sibling")}
          </Boundary>
        </Boundary>
      ));
      const text = await textOf(rig, socket);
      assertMatch(text, message);
      assert(text.endsWith("sibling"));
      rig.live.end();
    });
  }
}

Deno.test("an error in the view of an error goes to the boundary, then to the card", async () => {
  const bad = (): never => {
    throw new Error("in the view");
  };
  const views: ((error: unknown) => Renderable)[] = [
    bad,
    () => <Thrower />,
    () => Promise.resolve("x") as unknown as Renderable,
  ];
  for (const view of views) {
    const rig = startAsync((ctx) => (
      <main>
        <Boundary view={() => "boundary"}>
          {ctx.async.renderWithError("…", () => Promise.reject(new Error("first")), view)}
        </Boundary>
        {ctx.async.renderWithError("…", () => Promise.reject(new Error("first")), view)}
        <Boundary view={bad}>
          {ctx.async.renderWithError("…", () => Promise.reject(new Error("first")), view)}
        </Boundary>
        {ctx.async.render("…", () => "sibling")}
      </main>
    ));
    assertEquals(await textOf(rig, false), "boundaryerror e1error e2sibling");
    rig.live.end();
  }
});

Deno.test("a region that never settles shows its error after its time, and its work is told to stop (THREATS 33)", async () => {
  using time = new FakeTime();
  const [slow, quick] = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render("slow…", slow.run)}
      {ctx.async.renderWithError("quick…", quick.run, (error) => <em>{(error as Error).name}</em>, {
        timeout: 800,
      })}
    </main>
  ));
  let next = rig.read();
  await time.tick(799);
  assertEquals(quick.signal!.aborted, false);
  await time.tick(1);
  assertEquals(plain((await next)!).match(/<em>.*<\/em>/)![0], "<em>AsyncTimeoutError</em>");
  assertInstanceOf(quick.signal!.reason, AsyncTimeoutError);
  assertEquals(slow.signal!.aborted, false);
  next = rig.read();
  await time.tick(29_200);
  assert((await next)!.includes("error e1"));
  assertMatch((rig.errors[0] as Error).message, /has not settled after 30000 ms/);
  assertEquals(await rig.read(), undefined);
  // What comes after all is dropped.
  await slow.resolve("late");
  await quick.resolve("late");
  assertEquals(rig.live.tree.stale, false);
  rig.live.end();
  assertEquals(time.timers, 0);
});

Deno.test("an async component in a region that never settles is given up, too", async () => {
  using time = new FakeTime();
  const Never: Component = () => new Promise<Renderable>(() => {});
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.renderWithError(
        "…",
        () => <Never />,
        (error) => <em>{(error as Error).message}</em>,
      )}
    </main>
  ));
  const next = rig.read();
  await time.tick(30_000);
  assertMatch(
    (await next)!,
    /cannot show &lt;Never&gt;|cannot show &lt;Never>|cannot show <Never>/,
  );
  rig.live.end();
  assertEquals(time.timers, 0);
});

Deno.test("a component of a region that throws when it renders again leaves siblings alone", async () => {
  const broken = signal(false);
  let cleaned = 0;
  function Fragile() {
    onCleanup(() => cleaned++);
    return () => {
      if (broken.value) throw new Error("again");
      return <i>fine</i>;
    };
  }
  for (const kind of ["card", "own view", "boundary"]) {
    broken.value = false;
    cleaned = 0;
    const region = (ctx: Ctx) =>
      kind === "own view"
        ? ctx.async.renderWithError("…", () => <Fragile />, () => <em>own</em>)
        : ctx.async.render("…", () => <section>{<Fragile />}</section>);
    const rig = startAsync((ctx) => (
      <main>
        {kind === "boundary"
          ? (
            <Boundary view={() => <em>boundary</em>}>
              {region(ctx)}
              {ctx.async.render("…", () => <b>sibling</b>)}
            </Boundary>
          )
          : [region(ctx), ctx.async.render("…", () => <b>sibling</b>)]}
      </main>
    ));
    const player = await rig.connect();
    assertEquals(player.text, "finesibling");
    const sibling = [...player.page.body.descendants()].find(({ tag }) => tag === "b");
    broken.value = true;
    await settled();
    const place = { card: /^error e\d/, "own view": /^own/, boundary: /^boundary/ }[kind]!;
    assertMatch(player.text, place);
    assert(player.text.endsWith("sibling"));
    const after = [...player.page.body.descendants()].find(({ tag }) => tag === "b");
    assert(after === sibling, "the sibling's nodes stay");
    if (kind !== "card") assertEquals(cleaned, 1);
    rig.live.end();
  }
});

Deno.test("numbers of a content that failed are not used again (law L4)", async () => {
  const broken = signal(false);
  const pressed: string[] = [];
  function Fragile() {
    return () => {
      if (broken.value) throw new Error("again");
      return <button type="button" onclick={() => pressed.push("content")}>go</button>;
    };
  }
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.renderWithError("…", () => <Fragile />, () => (
        <button
          type="button"
          onclick={() => pressed.push("view")}
        >
          retry
        </button>
      ))}
    </main>
  ));
  const player = await rig.connect();
  player.acknowledges = false;
  broken.value = true;
  await settled();
  // Clicked before the patch had come.
  player.fireAt(1, "click", undefined, 2);
  player.fire("click", "button");
  await settled();
  assertEquals(pressed, ["view"]);
  rig.live.end();
});

Deno.test("an async component of a region that rejects later shows the region's view", async () => {
  const inner = Promise.withResolvers<Renderable>();
  const Slow: Component = () => inner.promise;
  const slow = new Source();
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.renderWithError("…", slow.run, () => <em>own</em>)}
      <b>sibling</b>
    </main>
  ));
  const player = await rig.connect();
  await slow.resolve(
    <section>
      there <Slow />
    </section>,
  );
  assertEquals(player.text.trim(), "there sibling");
  inner.reject(new Error("late"));
  await settled();
  assertEquals(player.text, "ownsibling");
  rig.live.end();
});

Deno.test("the card of a production page shows an id and nothing of the error (THREATS 30)", async () => {
  const secret = "password=<b>hunter2</b>";
  const rig = startAsync(
    (ctx) => <main>{ctx.async.render("…", () => Promise.reject(new Error(secret)))}</main>,
    { errorCard: (error, id) => errorCard(error, id, false) },
  );
  const html = (await rig.read())!;
  assert(!html.includes("hunter2"));
  assert(plain(html).includes(`<p>Error e1</p>`));
  assertMatch((rig.errors[0] as Error).message, /hunter2/);
  rig.live.end();

  const developed = startAsync(
    (ctx) => <main>{ctx.async.render("…", () => Promise.reject(new Error(secret)))}</main>,
    { errorCard: (error, id) => errorCard(error, id, true) },
  );
  assertMatch((await developed.read())!, /password=&lt;b(>|&gt;)hunter2/);
  developed.live.end();
});

Deno.test("a region that fails after its session died is not reported (THREATS 31)", async () => {
  const slow = new Source();
  const rig = startAsync((ctx) => <main>{ctx.async.render("…", slow.run)}</main>);
  const player = await rig.connect();
  rig.live.end();
  await slow.reject(new Error("late"));
  assertEquals(rig.errors, []);
  assertEquals(player.text, "…");
});

Deno.test("markup that the parser would move is found in a region, too, in development", async () => {
  const table = (ctx: Ctx, fallback: Renderable, content: Renderable) => (
    <table>
      <tbody>{ctx.async.render(fallback, () => content)}</tbody>
    </table>
  );
  const cell = <td>cell</td>;
  const row = <tr>{<td>row</td>}</tr>;
  for (const [fallback, content, text] of [[cell, row, "row"], [cell, cell, "error e1"]] as const) {
    const rig = startAsync((ctx) => table(ctx, fallback, content), { development: true });
    assertEquals(await textOf(rig, false), text);
    rig.live.end();
  }
  assertThrows(
    () => startAsync((ctx) => table(ctx, row, row), { development: true }),
    Error,
    "cannot put <tr> straight in <tr>",
  );
});
