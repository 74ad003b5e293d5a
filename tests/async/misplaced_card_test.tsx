import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createVango, type Ctx, type Page, type Renderable } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { mount, type View } from "@vango/vango/testing";
import { Hono } from "hono";

type Fails = (ctx: Ctx, as?: string) => Renderable;

/** Fails while the page is made: its card stands in the shell. */
const atOnce: Fails = (ctx, as) =>
  ctx.async.render("…", () => {
    throw new Error("no rows");
  }, as === undefined ? {} : { as });

/** Fails when the page has been made. */
const later: Fails = (ctx, as) =>
  ctx.async.render("…", async () => {
    await new Promise((resolve) => setTimeout(resolve));
    throw new Error("no rows");
  }, as === undefined ? {} : { as });

interface Shown {
  view: View;
  errors: unknown[];
}

async function show(page: Page, development: boolean): Promise<Shown> {
  const app = new Hono();
  const errors: unknown[] = [];
  const vango = createVango({
    app,
    platform: deno(),
    // Nesting is looked at in development alone.
    development,
    secrets: ["a secret of at least 32 characters"],
    onError: (error) => {
      errors.push(error);
      assert(errors.length < 10, "it goes on for ever");
    },
  });
  app.get("/", vango.page(page));
  return { view: await mount(app, "/"), errors };
}

for (const development of [true, false]) {
  const mode = development ? "development" : "production";
  for (const [when, fails] of [["at once", atOnce], ["later", later]] as const) {
    Deno.test(`the card of a region that fails ${when} stands where the parser leaves it, in ${mode}`, async () => {
      const page = (ctx: Ctx) => (
        <main>
          <table id="rows">
            <tbody>{fails(ctx)}</tbody>
          </table>
          <table id="body">{fails(ctx)}</table>
          <table>
            <tbody>
              <tr id="row">{fails(ctx)}</tr>
            </tbody>
          </table>
          <ul>{fails(ctx)}</ul>
          <select>{fails(ctx)}</select>
          <p id="text">{fails(ctx)}</p>
          <p id="own">{fails(ctx, "b")}</p>
          <svg>{fails(ctx)}</svg>
          <section>{fails(ctx)}</section>
        </main>
      );
      const { view, errors } = await show(page, development);
      await using _view = view;
      const cards: [string, string][] = [
        ["#rows", "table>tbody>tr>td>div"],
        ["#body", "table>tbody>tr>td>div"],
        ["#row", "tr>td>div"],
        ["ul", "ul>li>div"],
        ["select", "select>option"],
        ["#text", "p>span"],
        ["#own", "p>span"],
        ["svg", "svg>text"],
        ["section", "section>div"],
      ];
      for (const [place, path] of cards) {
        const html = view.html(place);
        const tags = [...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag).join(">");
        assert(tags === path || tags.startsWith(`${path}>strong`), html);
        assertStringIncludes(html, "This part of the page could not be shown.");
        assertEquals(html.includes("no rows"), development);
      }
      assertEquals(errors.length, cards.length);
      for (const error of errors) assertMatch(String(error), /no rows/);
    });
  }
}

Deno.test("a region whose error card may not stand where it is ends with nothing, not for ever", async () => {
  const page = (ctx: Ctx) => <table>{later(ctx, "caption")}</table>;
  const { view, errors } = await show(page, true);
  await using _view = view;
  assertEquals(view.html("table"), "<table></table>");
  assertEquals(errors.length, 1);
  assertMatch(String(errors[0]), /no rows/);
});
