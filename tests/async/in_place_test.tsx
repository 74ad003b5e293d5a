/**
 * Regions that have settled before their page's shell is read.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Ctx, ErrorBoundary, type Page, signal } from "@vango/vango";
import { type Node, startNode } from "../server/node.ts";
import { plain, Source } from "./fixture.tsx";
import { Visitor } from "./visitor.ts";

function startSite(page: Page): Node {
  return startNode({ "/": page });
}

/** What stands between the marks of the page, without them. */
function contentOf(html: string): string {
  return plain(html.slice(html.indexOf("<!--v0-->"), html.indexOf("<!--/v0-->")));
}

function Counter({ id }: { id: string }) {
  const count = signal(0);
  return () => <button type="button" id={id} onclick={() => count.value++}>{count}</button>;
}

Deno.test("GET: regions that settle at once stand in their place, between those that do not", async () => {
  const slow = new Source();
  await using site = startSite((ctx: Ctx) => (
    <main>
      <p>first</p>
      {ctx.async.render("a…", async () => <Counter id={await Promise.resolve("a")} />)}
      {ctx.async.render("b…", slow.run)}
      {ctx.async.render("c…", () => <Counter id="c" />)}
      <p>last</p>
    </main>
  ));
  await using visitor = await Visitor.open(site.origin, "/");
  await visitor.until("<!--/v0-->");
  const content = contentOf(visitor.html);
  const button = (id: string) => `<button type="button" id="${id}">0</button>`;
  assert(content.startsWith(`<main><p>first</p>${button("a")}<div data-async-id`), content);
  assert(content.endsWith(`</div>${button("c")}<p>last</p></main>`), content);
  await slow.resolve(<Counter id="b" />);
  assertEquals((await visitor.rest()).match(/<template/g)?.length, 1);
  await visitor.connect();
  assertEquals(visitor.welcome!.mode, "adopted");
  for (const id of ["a", "b", "b", "c", "c", "c"]) visitor.click(id);
  await visitor.waitFor(() => visitor.page!.body.text.includes("123"));
  assertEquals(slow.calls, 1);
});

Deno.test("GET: a region that settles at once may hold one that does not, and one that waits follows", async () => {
  const slow = new Source();
  const inner = Promise.withResolvers<string>();
  const Waits = async () => <i>{await inner.promise}</i>;
  await using site = startSite((ctx: Ctx) => (
    <main>
      {ctx.async.render("a…", () => <div>outer {ctx.async.render("inner…", slow.run)}</div>)}
      {ctx.async.render("held…", () => <Waits />)}
    </main>
  ));
  await using visitor = await Visitor.open(site.origin, "/");
  await visitor.until("<!--/v0-->");
  const content = contentOf(visitor.html);
  assert(content.startsWith("<main><div>outer <div data-async-id"), content);
  assert(content.includes(">held…</div>"), content);
  await slow.resolve(<Counter id="x" />);
  inner.resolve("waited");
  assertEquals((await visitor.rest()).match(/<template/g)?.length, 2);
  await visitor.connect();
  assertEquals(visitor.welcome!.mode, "adopted");
  visitor.click("x");
  await visitor.waitFor(() => visitor.page!.body.text === "outer 1waited");
});

Deno.test("GET: options of a select are not taken apart; what fails at once shows its error's view", async () => {
  const chosen: string = "2";
  await using site = startSite((ctx: Ctx) => (
    <main>
      <select value={chosen}>
        {ctx.async.render(<option>…</option>, () => <option value="2">two</option>)}
      </select>
      {ctx.async.renderWithError(
        "…",
        () => Promise.reject(new Error("no")),
        () => <b>failed</b>,
      )}
      <ErrorBoundary fallback={() => <i>caught</i>}>
        {ctx.async.render(<Throws />, () => <u>never</u>)}
      </ErrorBoundary>
      {ctx.async.render(ctx.async.render("…", new Source().run), () => <s>outer</s>)}
    </main>
  ));
  await using visitor = await Visitor.open(site.origin, "/");
  const html = await visitor.rest();
  const content = contentOf(html);
  assert(content.endsWith("</select><b>failed</b><i>caught</i><s>outer</s></main>"), content);
  assertEquals(html.match(/<template/g)?.length, 1);
  await visitor.connect();
  assertEquals(visitor.welcome!.mode, "adopted");
});

function Throws(): never {
  throw new Error("a fallback that fails");
}
