import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ConfigError, createVango, signal, Title } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { Hono } from "hono";
import { makeApp, SECRET, startServer, Visitor } from "./rig.ts";

function Counter() {
  const count = signal(0);
  return () => (
    <main>
      <Title>{count.value} clicks</Title>
      <button type="button" onclick={() => count.value++}>Clicked {count} times</button>
    </main>
  );
}

Deno.test("page answers app.request() with a whole document", async () => {
  const { app, vango } = makeApp({ title: "App" });
  app.get("/", vango.page(() => <p>hello</p>));
  const response = await app.request("/");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "private, no-store");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  const html = await response.text();
  assertMatch(html, /^<!doctype html><html lang="en"><head>/);
  assertStringIncludes(html, "<title>App</title>");
  assertStringIncludes(html, "<!--v0--><p v>hello</p><!--/v0-->");
  assertMatch(html, /<\/body><\/html>$/);
  await vango.shutdown();
});

Deno.test("page goes live over a real socket and answers events", async () => {
  const test = makeApp();
  test.app.get("/", test.vango.page(Counter));
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/");
  assertEquals(tab.welcome?.mode, "adopted");
  assertEquals(test.vango.stats().live, 1);
  await tab.act("click", "button");
  assertEquals(tab.text, "Clicked 1 times");
  assertEquals(tab.page.title, "1 clicks");
  assertEquals(test.errors, []);
});

Deno.test("page's token goes with one session only, its markup is the same for two visitors", async () => {
  const test = makeApp();
  test.app.get("/", test.vango.page(() => <p>same</p>));
  await using server = startServer(test);
  const a = await new Visitor(server).open("/");
  const b = await new Visitor(server).open("/");
  assertNotEquals(a.token, b.token);
  const plain = ({ html, token }: typeof a) =>
    html.replace(token, "").replace(/nonce="[^"]*"/g, "");
  assertEquals(plain(a), plain(b));
});

Deno.test("page answers HEAD with the headers of GET and keeps nothing", async () => {
  const test = makeApp();
  test.app.get("/", test.vango.page(Counter));
  await using server = startServer(test);
  const response = await fetch(server.origin, { method: "HEAD" });
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(await response.text(), "");
  assertEquals(test.vango.stats().waiting, 0);
});

Deno.test("page without a platform renders and stays static", async () => {
  const app = new Hono();
  const vango = createVango({ app, secrets: [SECRET] });
  app.get("/", vango.page(Counter));
  const html = await (await app.request("/")).text();
  assertStringIncludes(html, "Clicked");
  assert(!html.includes("<script"));
  assert(!html.includes(`name="vango"`));
  const { waiting, live, detached } = vango.stats();
  assertEquals([waiting, live, detached], [0, 0, 0]);
  await vango.shutdown();
});

Deno.test("page redirects during the GET, within the site only", async () => {
  const test = makeApp();
  const { app, vango } = test;
  app.get(
    "/old",
    vango.page((ctx) => {
      ctx.redirect("/new?from=old#top");
      return <p>gone</p>;
    }),
  );
  app.get(
    "/evil",
    vango.page((ctx) => {
      ctx.redirect("//evil.example/");
      return <p>gone</p>;
    }),
  );
  const response = await app.request("/old");
  assertEquals([response.status, response.headers.get("location")], [302, "/new?from=old#top"]);
  assertEquals(await response.text(), "");
  const refused = await app.request("/evil");
  assertEquals([refused.status, refused.headers.get("location")], [500, null]);
  assertEquals(vango.stats().waiting, 0);
  await refused.body?.cancel();
  await vango.shutdown();
});

Deno.test("page passes route, params, query and nonce to its component", async () => {
  const test = makeApp({ csp: true });
  const { app, vango } = test;
  app.get(
    "/orders/:id",
    vango.page((ctx) => (
      <p>{`${ctx.route} ${ctx.params.id} ${ctx.url.searchParams.get("q")} ${ctx.nonce.length}`}</p>
    )),
  );
  const html = await (await app.request("/orders/a%20b?q=%C3%B6")).text();
  assertStringIncludes(html, ">/orders/:id a b ö 22</p>");
  await vango.shutdown();
});

Deno.test("page keeps events that its set-up emitted until the player is there", async () => {
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page((ctx) => {
      ctx.emit("toast", { text: "hi" });
      // A function is no data; it must not harm the page.
      ctx.emit("odd", () => {});
      return <p>page</p>;
    }),
  );
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/");
  await tab.until(() => tab.emitted.length === 2);
  assertEquals(tab.emitted, [["toast", { text: "hi" }], ["odd", undefined]]);
});

Deno.test("page's error is shown to a developer with its components, to a user by an id (THREATS 30)", async () => {
  function Inner(): never {
    throw new Error("password=hunter2 <script>alert(1)</script>");
  }
  for (const development of [true, false]) {
    const test = makeApp({ development });
    test.app.get(
      "/",
      test.vango.page(() => (
        <main>
          <Inner />
        </main>
      )),
    );
    const response = await test.app.request("/");
    const html = await response.text();
    assertEquals(response.status, 500);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(response.headers.get("set-cookie"), null);
    assertEquals(html.includes("hunter2"), development);
    assertEquals(html.includes("in &lt;Inner&gt;"), development);
    assert(!html.includes("<script>alert"));
    assertEquals(html.includes("page_test.tsx"), development);
    assertEquals(test.errors.length, 1);
    assertEquals(test.vango.stats().waiting, 0);
    await test.vango.shutdown();
  }
});

Deno.test("page's part that fails later shows a card with the id that the log has (THREATS 30)", async () => {
  const broken = signal(false);
  function Part() {
    return () => {
      if (broken.value) throw new Error("token=abc <img src=x>");
      return <b>fine</b>;
    };
  }
  const ids: string[] = [];
  const test = makeApp({ onError: (_, id) => void ids.push(id) });
  test.app.get(
    "/",
    test.vango.page(() => (
      <main>
        <i>kept</i>
        <Part />
      </main>
    )),
  );
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/");
  broken.value = true;
  await tab.until(() => tab.errors.length > 0 && tab.text.includes("Error"));
  assertEquals(ids.length, 1);
  assertStringIncludes(tab.text, `Error ${ids[0]}`);
  assertStringIncludes(tab.text, "kept");
  assertEquals(tab.errors.map(({ code, id, message }) => [code, id, message]), [
    ["handler", ids[0], undefined],
  ]);
});

Deno.test("an app without a secret does not start in production, and says what to do", () => {
  const platform = { ...deno(), development: false, env: () => undefined };
  const error = assertThrows(() => createVango({ app: new Hono(), platform }), ConfigError);
  assertEquals(error.code, "config");
  assertStringIncludes(error.message, "VANGO_SECRET");
});

Deno.test("page takes its secrets from the environment, the first signs", async () => {
  const env = (name: string) => name === "VANGO_SECRET" ? ` ${SECRET}1 , ${SECRET}2 ` : undefined;
  const before = makeApp({ secrets: [`${SECRET}2`] });
  const after = makeApp({ secrets: [], platform: { ...deno(), env } });
  for (const { app, vango } of [before, after]) {
    app.get(
      "/",
      vango.page((ctx) => {
        ctx.session.set("seen", true);
        return <p>{ctx.session.get("seen") ? "seen" : "new"}</p>;
      }),
    );
  }
  const cookie = (await before.app.request("/")).headers.get("set-cookie")!.split(";")[0]!;
  const response = await after.app.request("/", { headers: { cookie } });
  assertEquals(response.status, 200);
  await response.body?.cancel();
  await before.vango.shutdown();
  await after.vango.shutdown();
});

Deno.test("page survives a log that throws", async () => {
  const test = makeApp({
    onError: () => {
      throw new Error("the log is full");
    },
  });
  const { error } = console;
  const said: unknown[] = [];
  console.error = (...args: unknown[]) => void said.push(args);
  try {
    test.app.get(
      "/",
      test.vango.page(() => (
        <button
          type="button"
          onclick={() => {
            throw new Error("handler");
          }}
        >
          x
        </button>
      )),
    );
    await using server = startServer(test);
    using tab = await new Visitor(server).live("/");
    await tab.act("click", "button");
    await tab.act("click", "button");
    assertEquals(tab.errors.length, 2);
    assertEquals(said.length, 2);
  } finally {
    console.error = error;
  }
});

Deno.test("page of a context with another signal has everything else of it", async () => {
  const test = makeApp();
  const outer = new AbortController();
  const seen: unknown[] = [];
  test.app.get(
    "/:id",
    test.vango.page((ctx) => {
      const other = ctx.withAbortSignal(outer.signal).withAbortSignal(new AbortController().signal);
      seen.push(
        other.route,
        other.params.id,
        other.url.pathname,
        other.nonce.length,
        other.session.id,
      );
      seen.push(other.abortSignal.aborted);
      outer.abort();
      seen.push(other.abortSignal.aborted, ctx.abortSignal.aborted);
      other.emit("x");
      other.redirect("/there");
      return <Title>t</Title>;
    }),
  );
  const response = await test.app.request("/7");
  assertEquals(seen.map((value) => typeof value === "string" && value.length > 40 ? "id" : value), [
    "/:id",
    "7",
    "/7",
    22,
    "id",
    false,
    true,
    false,
  ]);
  assertEquals(response.headers.get("location"), "/there");
  await test.vango.shutdown();
});

Deno.test("createVango refuses an app that is live already", () => {
  const { app } = makeApp();
  let error: unknown;
  try {
    createVango({ app });
  } catch (caught) {
    error = caught;
  }
  assertEquals((error as { code: string }).code, "config");
});

Deno.test("page's script is served under its hash, for ever", async () => {
  const { app, vango } = makeApp();
  const response = await app.request(vango.clientPath);
  assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert((await response.text()).length > 1000);
  assertEquals((await app.request("/_vango/client.0000.js")).status, 404);
});
