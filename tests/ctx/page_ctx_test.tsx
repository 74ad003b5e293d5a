import { assert, assertEquals } from "@std/assert";
import { createVango } from "@vango/vango";
import { Hono } from "hono";
import { makeApp, SECRET, startServer, until, Visitor } from "../server/rig.ts";
import { startPage } from "./start_page.tsx";

Deno.test("ctx.abortSignal ends with the live session, not with its socket", async () => {
  const test = startPage(undefined, { resumeWindow: 200 });
  await using server = test.server;
  using tab = await new Visitor(server).live("/");
  const { abortSignal } = test.ctx;
  await tab.close();
  await until(() => test.vango.stats().detached === 1);
  assert(!abortSignal.aborted);
  await until(() => test.vango.stats().detached === 0);
  assert(abortSignal.aborted);
});

Deno.test("ctx.abortSignal ends with the response when no player can come", async () => {
  const signals: AbortSignal[] = [];
  const app = new Hono();
  const vango = createVango({ app, secrets: [SECRET] });
  app.get(
    "/",
    vango.page((ctx) => {
      signals.push(ctx.abortSignal);
      assert(!ctx.abortSignal.aborted);
      return <p>page</p>;
    }),
  );
  await (await app.request("/")).text();
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  await vango.shutdown();
});

Deno.test("ctx.withAbortSignal ends when either ends, and changes nothing for others", async () => {
  const test = startPage();
  await using server = test.server;
  using tab = await new Visitor(server).live("/");
  const mine = new AbortController();
  const { ctx } = test;
  const derived = ctx.withAbortSignal(mine.signal);
  const other = ctx.withAbortSignal(new AbortController().signal);
  mine.abort(new Error("enough"));
  assertEquals([derived.abortSignal.aborted, other.abortSignal.aborted], [true, false]);
  assertEquals((derived.abortSignal.reason as Error).message, "enough");
  assert(!ctx.abortSignal.aborted);
  await tab.close();
  await test.vango.shutdown({ spread: 0 });
  assert(other.abortSignal.aborted);
});

Deno.test("ctx follows a live navigation: route, params and address are those of the page shown", async () => {
  const seen: string[] = [];
  const test = makeApp();
  const page = test.vango.page((ctx) => {
    seen.push(`${ctx.route} ${ctx.params.id ?? "-"} ${ctx.url.pathname}${ctx.url.search}`);
    return <p>{ctx.url.pathname}</p>;
  });
  test.app.get("/", page);
  test.app.get("/items/:id", page);
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/");
  await tab.navigate("/items/a%2Fb?x=1");
  await tab.navigate("/");
  assertEquals(seen, ["/ - /", "/items/:id a/b /items/a%2Fb?x=1", "/ - /"]);
});
