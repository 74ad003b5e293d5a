import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  createVango,
  type Ctx,
  ErrorBoundary,
  type Page,
  type Renderable,
  signal,
} from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { mount, type View } from "@vango/vango/testing";
import { Hono } from "hono";
import { type DefaultTreeAdapterMap, parse, serializeOuter } from "parse5";

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

interface Served {
  readonly app: Hono;
  readonly errors: unknown[];
}

function createApp(page: Page, development: boolean): Served {
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
  return { app, errors };
}

async function show(
  page: Page,
  development: boolean,
): Promise<{ readonly view: View; readonly errors: readonly unknown[] }> {
  const { app, errors } = createApp(page, development);
  return { view: await mount(app, "/"), errors };
}

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

/** The elements below a node, in document order. */
function elements(node: Node, tag?: string): Element[] {
  if (!("childNodes" in node)) return [];
  return node.childNodes.flatMap((child) => [
    ..."tagName" in child && (tag === undefined || child.tagName === tag) ? [child] : [],
    ...elements(child, tag),
  ]);
}

/** A region fails in a boundary that has no view of its own. */
const inBoundary: Fails = (ctx, as) => <ErrorBoundary>{later(ctx, as)}</ErrorBoundary>;

function Broken(): Renderable {
  throw new Error("no rows");
}

/** A component fails while the page is made. */
const component: Fails = () => (
  <ErrorBoundary>
    <Broken />
  </ErrorBoundary>
);

async function Rejected(): Promise<Renderable> {
  await undefined;
  throw new Error("no rows");
}

/** The same, with nothing around it that would catch it. */
const asyncComponent: Fails = () => <Rejected />;

const CARDS: readonly (readonly [place: string, path: string])[] = [
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

function everywhere(fails: Fails): Page {
  return (ctx) => (
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
}

function mustShowCards(html: (place: string) => string, development: boolean): void {
  for (const [place, path] of CARDS) {
    const text = html(place);
    const tags = [...text.matchAll(/<(\w+)/g)].map(([, tag]) => tag).join(">");
    assert(tags === path || tags.startsWith(`${path}>strong`), text);
    assertStringIncludes(text, "This part of the page could not be shown.");
    assertEquals(text.includes("no rows"), development);
  }
}

function mustTellAll(errors: readonly unknown[]): void {
  assertEquals(errors.length, CARDS.length);
  for (const error of errors) assertMatch(String(error), /no rows/);
}

const FAILURES: Readonly<Record<string, Fails>> = {
  "a region that fails at once": atOnce,
  "a region that fails later": later,
  "a region that fails in a boundary": inBoundary,
  "a component that fails in a boundary": component,
  "an async component that fails": asyncComponent,
};

for (const development of [true, false]) {
  const mode = development ? "development" : "production";
  for (const [what, fails] of Object.entries(FAILURES)) {
    Deno.test(`the card of ${what} stands where the parser leaves it, in ${mode}`, async () => {
      const { view, errors } = await show(everywhere(fails), development);
      await using _view = view;
      mustShowCards((place) => view.html(place), development);
      mustTellAll(errors);
    });
  }

  Deno.test(`the card of a component that fails in a later update fits, too, in ${mode}`, async () => {
    const broken = signal(false);
    const Fragile = () => () => broken.value ? <Broken /> : "well";
    const { view, errors } = await show(everywhere(() => <Fragile />), development);
    await using _view = view;
    assertEquals(errors, []);
    broken.value = true;
    await view.settle();
    mustShowCards((place) => view.html(place), development);
    mustTellAll(errors);
  });
}

Deno.test("the HTML parser leaves every card of a page where it was written", async () => {
  for (const fails of [inBoundary, component, asyncComponent]) {
    const { app, errors } = createApp(everywhere(fails), true);
    const html = await (await app.request("/?_vango=whole")).text();
    const [body] = elements(parse(html), "body");
    mustShowCards((place) => {
      const isPlace = (element: Element) =>
        place.startsWith("#")
          ? element.attrs.some(({ name, value }) => name === "id" && value === place.slice(1))
          : element.tagName === place;
      const found = elements(body!).filter(isPlace);
      assertEquals(found.length, 1, place);
      return serializeOuter(found[0]!);
    }, true);
    mustTellAll(errors);
  }
});

Deno.test("a region whose error card may not stand where it is ends with nothing, not for ever", async () => {
  const page = (ctx: Ctx) => <table>{later(ctx, "caption")}</table>;
  const { view, errors } = await show(page, true);
  await using _view = view;
  assertEquals(view.html("table"), "<table></table>");
  assertEquals(errors.length, 1);
  assertMatch(String(errors[0]), /no rows/);
});
