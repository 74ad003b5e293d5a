import { assert, assertEquals } from "@std/assert";
import { htmlStream } from "../../src/html/stream.ts";
import { settled } from "../live/rig.ts";
import { plain, Source, sources, startAsync } from "./fixture.tsx";

Deno.test("streamRegions writes no region before the response's reader asks for it", async () => {
  const [a, b] = sources(2) as [Source, Source];
  let written = 0;
  const Counted = ({ name }: { name: string }) => {
    written++;
    return <b>{name}</b>;
  };
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render("a…", a.run)}
      {ctx.async.render("b…", b.run)}
    </main>
  ));
  const reader = htmlStream(rig.live.streamRegions()).getReader();
  await a.resolve(<Counted name="a" />);
  await settled();
  assertEquals(written, 0);
  const first = await reader.read();
  assertEquals(written, 1);
  assert(new TextDecoder().decode(first.value).includes("a</b>"));
  await b.resolve(<Counted name="b" />);
  await settled();
  assertEquals(written, 1);
  await reader.read();
  assertEquals(written, 2);
  assertEquals((await reader.read()).done, true);
  rig.live.end();
});

Deno.test("streamRegions hands over what has settled together in one piece, but no piece without end", async () => {
  const small = sources(3);
  const together = startAsync((ctx) => (
    <main>{small.map((source) => ctx.async.render("…", source.run))}</main>
  ));
  for (const source of small) await source.resolve(<i>x</i>);
  assertEquals(plain((await together.read())!).match(/<i>x<\/i>/g)?.length, 3);
  assertEquals(await together.read(), undefined);
  together.live.end();

  const large = sources(3);
  const apart = startAsync((ctx) => (
    <main>{large.map((source) => ctx.async.render("…", source.run))}</main>
  ));
  for (const source of large) await source.resolve(<i>{"x".repeat(20_000)}</i>);
  for (let i = 0; i < 3; i++) {
    assertEquals((await apart.read())!.match(/<template/g)?.length, 1);
  }
  assertEquals(await apart.read(), undefined);
  apart.live.end();
});

Deno.test("streamRegions lets others pass a region whose content has a component that is not ready", async () => {
  const [held, other] = sources(2) as [Source, Source];
  const inner = Promise.withResolvers<string>();
  const Slow = async () => <i>{await inner.promise}</i>;
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render("held…", held.run)}
      {ctx.async.render("other…", other.run)}
    </main>
  ));
  let next = rig.read();
  await held.resolve(
    <section>
      <Slow />
    </section>,
  );
  await other.resolve("quick");
  assertEquals(plain((await next)!).includes("quick"), true);
  next = rig.read();
  inner.resolve("slow");
  assertEquals(plain((await next)!).includes("<section><i>slow</i></section>"), true);
  assertEquals(await rig.read(), undefined);
  const player = await rig.connect();
  assertEquals(player.text, "slowquick");
  assertEquals(player.patches, []);
  rig.live.end();
});

Deno.test("streamRegions shows the error's view when a component of the content fails after a wait", async () => {
  const [held, other] = sources(2) as [Source, Source];
  const inner = Promise.withResolvers<never>();
  const Slow = async () => <i>{await inner.promise}</i>;
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.renderWithError("held…", held.run, (error) => <em>{(error as Error).message}</em>)}
      {ctx.async.render("other…", other.run)}
    </main>
  ));
  let next = rig.read();
  await held.resolve(<Slow />);
  await other.resolve("fine");
  assert((await next)!.includes("fine"));
  next = rig.read();
  inner.reject(new Error("lost"));
  assertEquals(plain((await next)!).match(/<em>.*<\/em>/)![0], "<em>lost</em>");
  assertEquals(await rig.read(), undefined);
  rig.live.end();
});

Deno.test("streamRegions shows a card when a component gives garbage after a wait", async () => {
  const held = new Source();
  const Slow = async () => await Promise.resolve({ not: "renderable" }) as unknown as string;
  const rig = startAsync((ctx) => <main>{ctx.async.render("held…", held.run)}</main>);
  const next = rig.read();
  await held.resolve(
    <section>
      <Slow />
    </section>,
  );
  assertEquals((await next)!.includes("error e1"), true);
  assertEquals(rig.errors.length, 1);
  rig.live.end();
});

Deno.test("htmlStream ends the work when its reader goes away (THREATS 32)", async () => {
  const slow = new Source();
  const rig = startAsync((ctx) => <main>{ctx.async.render("…", slow.run)}</main>);
  const regions = rig.live.streamRegions();
  const stream = htmlStream({
    next: () => regions.next(),
    cancel() {
      rig.live.end();
      regions.cancel!();
    },
  });
  const reader = stream.getReader();
  const read = reader.read();
  await reader.cancel();
  assertEquals((await read).done, true);
  assert(slow.signal!.aborted);
  assertEquals(rig.live.state, "ended");
  assertEquals(rig.live.streaming, false);
});

Deno.test("htmlStream gives texts of every size back in their order", async () => {
  // Around what is joined and where slices end, with characters of one to four bytes.
  const sizes = [0, 1, 63, 64, 2047, 2048, 16383, 16384, 16385, 40_000];
  const texts = sizes.flatMap((size, at) =>
    ["x", "é", "…", "\u{1F600}"].map((character) =>
      `${at}`.slice(0, size) + character.repeat(Math.floor(size / character.length))
    )
  );
  for (const given of [texts, texts.toReversed()]) {
    const pieces = given.flatMap((text) => [text, "|"]);
    const expected = new TextDecoder().decode(new TextEncoder().encode(pieces.join("")));
    let piece: readonly string[] | undefined = pieces;
    const stream = htmlStream({
      next() {
        const next = piece;
        piece = undefined;
        return next;
      },
    });
    assert(await new Response(stream).text() === expected);
  }
});
