import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { TemplateError } from "@vango/vango";
import { placeholderTag } from "../../src/tree/async_slot.ts";
import { settled } from "../live/rig.ts";
import { plain, Source, sources, startAsync } from "./fixture.tsx";

Deno.test("ctx.async.render writes the shell with the fallback in a placeholder, then the content", async () => {
  const slow = new Source();
  const rig = startAsync((ctx) => (
    <main>
      <h1>Orders</h1>
      {ctx.async.render(<p>Loading…</p>, slow.run)}
    </main>
  ));
  assertStringIncludes(
    rig.html,
    `<!--v1--><div data-async-id="1" class="vango-async-placeholder" aria-busy="true">` +
      `<p v>Loading…</p></div><!--/v1-->`,
  );
  const next = rig.read();
  await slow.resolve(<b>12</b>);
  assertEquals(
    await next,
    `<template data-vango="1"><b v>12</b></template><vango-async></vango-async>`,
  );
  assertEquals(await rig.read(), undefined);
  rig.live.end();
});

Deno.test("ctx.async.render sends regions in the order in which they finish", async () => {
  const [a, b, c] = sources(3) as [Source, Source, Source];
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render("a…", a.run)}
      {ctx.async.render("b…", b.run)}
      {ctx.async.render("c…", c.run)}
    </main>
  ));
  const order: string[] = [];
  for (const [source, name] of [[c, "c"], [a, "a"], [b, "b"]] as const) {
    const next = rig.read();
    await source.resolve(<i>{name}</i>);
    order.push(plain((await next)!).match(/<i>(.)<\/i>/)![1]!);
  }
  assertEquals(order, ["c", "a", "b"]);
  assertEquals(await rig.read(), undefined);
  rig.live.end();
});

Deno.test("ctx.async.render takes what its function returns without a promise, too", async () => {
  const rig = startAsync((ctx) => <p>{ctx.async.render("…", () => <b>now</b>)}</p>);
  assertStringIncludes((await rig.read())!, "<b v>now</b>");
  rig.live.end();
});

Deno.test("ctx.async.renderWithError shows its view of the error that was thrown", async () => {
  const slow = new Source();
  const seen: unknown[] = [];
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.renderWithError("…", slow.run, (error) => {
        seen.push(error);
        return <em>Sorry: {(error as Error).message}</em>;
      })}
    </main>
  ));
  const next = rig.read();
  const boom = new Error("no stock");
  await slow.reject(boom);
  assertEquals(plain((await next)!).match(/<em>.*<\/em>/)![0], "<em>Sorry: no stock</em>");
  assertEquals(seen, [boom]);
  assertEquals(rig.errors, []);
  rig.live.end();
});

Deno.test("ctx.async.render gives a placeholder the tag, classes and transition of its options", () => {
  const rig = startAsync((ctx) => (
    <section>
      {ctx.async.render("…", new Source().run, {
        as: "section",
        class: `h-48 "wide"`,
        transition: true,
      })}
    </section>
  ));
  assertStringIncludes(
    rig.html,
    `<section data-async-id="1" class="vango-async-placeholder h-48 &quot;wide&quot;" ` +
      `aria-busy="true" data-async-transition>`,
  );
  rig.live.end();
});

Deno.test("ctx.async.render refuses a placeholder whose tag is no name of an element", () => {
  const error = assertThrows(
    () => startAsync((ctx) => <p>{ctx.async.render("…", new Source().run, { as: "a b" })}</p>),
    Error,
  );
  assert(error.cause === undefined || error.cause instanceof TemplateError);
  assertMatch(error.message, /cannot make a placeholder <a b>/);
});

Deno.test("ctx.async.render makes the placeholder that its parent allows", () => {
  const rig = startAsync((ctx) => {
    const region = () => ctx.async.render("…", new Source().run);
    return (
      <main>
        <table>
          <tbody>{region()}</tbody>
        </table>
        <ul>{[1, 2].map(region)}</ul>
        <p>{region()}</p>
        <dl>{region()}</dl>
        <svg>{region()}</svg>
        <select>{region()}</select>
        <article>{region()}</article>
      </main>
    );
  });
  const tags = [...rig.html.matchAll(/<(\w+) data-async-id/g)].map((match) => match[1]);
  assertEquals(tags, ["tr", "li", "li", "span", "div", "g", "option", "div"]);
  rig.live.end();
});

Deno.test("ctx.async.render in a component without an element looks at what is around the component", () => {
  function Rows(_: unknown, ctx: import("@vango/vango").Ctx) {
    return <>{ctx.async.render("…", new Source().run)}</>;
  }
  const rig = startAsync(() => (
    <table>
      <tbody>
        <Rows />
      </tbody>
    </table>
  ));
  assertStringIncludes(rig.html, "<tr data-async-id");
  rig.live.end();
});

Deno.test("placeholderTag knows where a div would end what is around it", () => {
  assertEquals(
    ["p", "button", "td", "tr", "ol", "main", ""].map(placeholderTag),
    ["span", "span", "div", "td", "li", "div", "div"],
  );
});

Deno.test("ctx.async.render nests: an inner region is a placeholder in the outer one's content", async () => {
  const [outer, inner] = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => <main>{ctx.async.render("outer…", outer.run)}</main>);
  assertEquals(inner.calls, 0);
  const first = rig.read();
  const { async } = ctxOf(rig);
  await outer.resolve(<section>{async.render("inner…", inner.run)}</section>);
  assertEquals(
    (await first)!,
    `<template data-vango="1"><section v><!--v3--><div data-async-id="3" ` +
      `class="vango-async-placeholder" aria-busy="true">inner…</div><!--/v3--></section>` +
      `</template><vango-async></vango-async>`,
  );
  assertEquals(inner.calls, 1);
  const second = rig.read();
  await inner.resolve("deep");
  assertEquals(
    await second,
    `<template data-vango="3">deep</template><vango-async></vango-async>`,
  );
  assertEquals(await rig.read(), undefined);
  const player = await rig.connect();
  assertEquals(player.text, "deep");
  assertEquals(player.welcome?.mode, "adopted");
  assertEquals(player.patches, []);
  rig.live.end();
});

Deno.test("ctx.async.render runs fifty regions side by side", async () => {
  const many = sources(50);
  const rig = startAsync((ctx) => (
    <ul>{many.map((source, i) => ctx.async.render(`${i}…`, source.run))}</ul>
  ));
  assertEquals(many.map(({ calls }) => calls), Array(50).fill(1));
  const shuffled = many.map((_, i) => (i * 7) % 50);
  let text = "";
  for (const i of shuffled) {
    const next = rig.read();
    await many[i]!.resolve(<li>{i}</li>);
    text += plain((await next)!).match(/<li>(\d+)<\/li>/)![1] + " ";
  }
  assertEquals(text.trim(), shuffled.join(" "));
  assertEquals(await rig.read(), undefined);
  const player = await rig.connect();
  assertEquals(player.text, many.map((_, i) => i).join(""));
  rig.live.end();
});

Deno.test("ctx.async.render stops the work of a page that ends (THREATS 32)", async () => {
  const [slow, other] = sources(2) as [Source, Source];
  const rig = startAsync((ctx) => (
    <main>
      {ctx.async.render("…", slow.run)}
      {ctx.async.render("…", other.run)}
    </main>
  ));
  const next = rig.read();
  rig.live.end();
  assertEquals(await next, undefined);
  assert(slow.signal!.aborted && other.signal!.aborted);
  // Late results are dropped (THREATS 31).
  await slow.resolve(<b>late</b>);
  await other.reject(new Error("late"));
  await settled();
  assertEquals(rig.live.tree.running, []);
  assertEquals(rig.live.tree.stale, false);
  assertEquals(rig.errors, []);
});

function ctxOf(rig: { live: { ctx: unknown } }): import("@vango/vango").Ctx {
  return rig.live.ctx as import("@vango/vango").Ctx;
}
