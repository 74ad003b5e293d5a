import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import {
  createVango,
  type Ctx,
  type Page,
  signal,
  type Vango,
  type VangoOptions,
} from "@vango/vango";
import { type RunningServer, serve } from "@vango/vango/deno";
import { MAX_STREAMING } from "../../src/live/limits.ts";
import { FakeTime } from "../live/fake_time.ts";
import { makeApp, SECRET, type TestApp } from "../server/rig.ts";
import { plain, Source, sources } from "./fixture.tsx";
import { eventually, Visitor } from "./visitor.ts";

interface Site extends AsyncDisposable {
  readonly vango: Vango;
  readonly app: Hono;
  readonly origin: string;
  readonly port: number;
  readonly errors: unknown[];
}

/** An app with pages, without a server. */
function createApp(
  pages: Readonly<Record<string, Page>>,
  options: Partial<VangoOptions> = {},
): TestApp {
  const made = makeApp(options);
  for (const [path, page] of Object.entries(pages)) made.app.get(path, made.vango.page(page));
  return made;
}

/** The same, served. */
function startSite(
  pages: Readonly<Record<string, Page>>,
  options: Partial<VangoOptions> = {},
): Site {
  const made = createApp(pages, options);
  const server: RunningServer = serve(made.app, {
    port: 0,
    hostname: "127.0.0.1",
    signals: false,
    onListen: () => {},
  });
  const { port } = server;
  return {
    ...made,
    port,
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("GET: the shell comes first, then each region as it finishes, all in one response", async () => {
  const [a, b] = sources(2) as [Source, Source];
  await using site = startSite({
    "/": (ctx) => (
      <main>
        <h1>Shell</h1>
        {ctx.async.render("a…", a.run)}
        {ctx.async.render("b…", b.run)}
      </main>
    ),
  });
  await using visitor = await Visitor.open(site.origin, "/");
  await visitor.until("<!--/v0-->");
  assertStringIncludes(plain(visitor.html), "<h1>Shell</h1>");
  assert(!visitor.html.includes("</html>"));
  await b.resolve(<b>B</b>);
  await visitor.until("<vango-async>");
  assert(!visitor.html.includes("</html>"));
  await a.resolve(<b>A</b>);
  const html = plain(await visitor.rest());
  assert(html.indexOf("<b>B</b>") < html.indexOf("<b>A</b>"));
  assert(html.endsWith("</vango-async></body></html>"));
});

Deno.test("GET: headers name the client script early, with the nonce that the policy wants", async () => {
  const slow = new Source();
  await using site = startSite(
    { "/": (ctx) => <main>{ctx.async.render("…", slow.run)}</main> },
    { csp: true },
  );
  await using visitor = await Visitor.open(site.origin, "/");
  const { headers } = visitor.response;
  const policy = headers.get("content-security-policy")!;
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)![1]!;
  assertEquals(
    headers.get("link"),
    `<${site.vango.clientPath}>; rel=modulepreload; nonce="${nonce}"`,
  );
  await visitor.until("</script>");
  for (const [tag] of visitor.html.matchAll(/<(?:script|style)[^>]*>/g)) {
    assertStringIncludes(tag, `nonce="${nonce}"`);
  }
  assert(!/ on\w+=|javascript:/.test(visitor.html));
});

const CRAWLERS = [
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "facebookexternalhit/1.1",
  "Slackbot-LinkExpanding 1.0",
];

Deno.test("GET: crawlers, ?_vango=whole and the page's option get the page in one piece", async () => {
  const page: Page = (ctx: Ctx) => (
    <main>
      {ctx.async.render("…", async () => {
        await Promise.resolve();
        return <section>{ctx.async.render("…", () => <b>inner</b>)}</section>;
      })}
      {ctx.async.renderWithError("…", () => Promise.reject(new Error("x")), () => <em>sorry</em>)}
      {ctx.async.render("…", () => Promise.reject(new Error("y")))}
    </main>
  );
  const { app, vango } = createApp({ "/": page });
  app.get("/option", vango.page(page, { whole: true }));
  const asked: [string, Record<string, string>][] = [
    ["/?_vango=whole", {}],
    ["/option", {}],
    ...CRAWLERS.map((agent): [string, Record<string, string>] => ["/", { "user-agent": agent }]),
  ];
  for (const [path, headers] of asked) {
    const html = await (await app.request(path, { headers })).text();
    assertMatch(
      plain(html),
      /<main><section><b>inner<\/b><\/section><em>sorry<\/em><div class="vango-error"/,
    );
    assert(!html.includes("data-async-id") && !html.includes("<template"));
    assert(!html.includes("http-equiv"));
  }
  await vango.shutdown();
});

Deno.test("GET: a page that streams sends browsers without script to its whole form", async () => {
  const slow = new Source();
  const { app, vango } = createApp({ "/x": (ctx) => <p>{ctx.async.render("…", slow.run)}</p> });
  const response = await app.request("/x?a=1&b=%22");
  const { value } = await response.body!.getReader().read();
  assertStringIncludes(
    new TextDecoder().decode(value),
    `<noscript><meta http-equiv="refresh" content="0;url=/x?a=1&amp;b=%22&amp;_vango=whole"></noscript>`,
  );
  await vango.shutdown();
});

Deno.test("GET without a platform and POST are whole: nothing would put the regions in place", async () => {
  const page: Page = (ctx: Ctx) => <p>{ctx.async.render("…", () => Promise.resolve("there"))}</p>;
  const app = new Hono();
  const still = createVango({ app, secrets: [SECRET] });
  app.get("/", still.page(page));
  assertStringIncludes(plain(await (await app.request("/")).text()), "<p>there</p>");
  const posted = createApp({});
  posted.app.post("/", posted.vango.page(page));
  const response = await posted.app.request("/", { method: "POST" });
  const html = await response.text();
  assertStringIncludes(plain(html), "<p>there</p>");
  assert(!html.includes("<script"));
  await posted.vango.shutdown();
});

Deno.test("HEAD answers with the headers at once and stops the work", async () => {
  const slow = new Source();
  await using site = startSite({ "/": (ctx) => <p>{ctx.async.render("…", slow.run)}</p> });
  const response = await fetch(site.origin + "/", { method: "HEAD" });
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-type")!, /text\/html/);
  assertEquals(await response.text(), "");
  assert(slow.calls === 0 || slow.signal!.aborted);
  assertEquals(site.vango.stats().waiting, 0);
});

/** A reader that reads only when it is told to. */
async function rawGet(port: number, path = "/"): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  return connection;
}

Deno.test("a reader that closes its socket stops the regions of its page (THREATS 32)", async () => {
  const many = sources(3);
  await using site = startSite({
    "/": (ctx) => <main>{many.map((source) => ctx.async.render("…", source.run))}</main>,
  });
  const connection = await rawGet(site.port);
  await connection.read(new Uint8Array(64 * 1024));
  assertEquals(site.vango.stats().waiting, 1);
  connection.close();
  await eventually(() => many.every(({ signal }) => signal!.aborted));
  const { waiting, live, detached } = site.vango.stats();
  assertEquals([waiting, live, detached], [0, 0, 0]);
  assertEquals(site.errors, []);
});

Deno.test("a reader that goes away while a whole page is made stops its work", async () => {
  const slow = new Source();
  await using site = startSite({ "/": (ctx) => <p>{ctx.async.render("…", slow.run)}</p> });
  const connection = await rawGet(site.port, "/?_vango=whole");
  await eventually(() => slow.calls === 1);
  connection.close();
  await eventually(() => slow.signal!.aborted);
  assertEquals(site.errors, []);
});

Deno.test("a reader that does not read holds back the writing of regions", async () => {
  const many = sources(50);
  const megabyte = "x".repeat(1024 * 1024);
  let written = 0;
  const Large = () => {
    written++;
    return <p>{megabyte}</p>;
  };
  await using site = startSite({
    "/": (ctx) => <main>{many.map((source) => ctx.async.render("…", source.run))}</main>,
  });
  using connection = await rawGet(site.port);
  await connection.read(new Uint8Array(64 * 1024));
  for (const source of many) await source.resolve(<Large />);
  // The kernel's buffers take some; then nothing is written any more.
  let before = -1;
  await eventually(() => {
    const still = written === before && written > 0;
    before = written;
    return still;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert(written < 25, `${written} regions were written for a reader that does not read`);
  const buffer = new Uint8Array(1024 * 1024);
  let tail = "";
  while (!tail.includes("</html>")) {
    const count = await connection.read(buffer);
    assert(count !== null);
    tail = (tail + new TextDecoder().decode(buffer.subarray(0, count))).slice(-100);
  }
  assertEquals(written, 50);
});

Deno.test("a socket that connects mid-stream adopts the page: nothing runs twice, the response ends", async () => {
  const [a, b] = sources(2) as [Source, Source];
  function Counter({ id }: { id: string }) {
    const count = signal(0);
    return () => <button type="button" id={id} onclick={() => count.value++}>{count}</button>;
  }
  await using site = startSite({
    "/": (ctx) => (
      <main>
        {ctx.async.render("a…", a.run)}
        {ctx.async.render("b…", b.run)}
      </main>
    ),
  });
  await using visitor = await Visitor.open(site.origin, "/");
  await visitor.until("<!--/v0-->");
  await a.resolve(<Counter id="a" />);
  await visitor.until("<vango-async>");
  await visitor.connect();
  assertEquals(visitor.welcome!.mode, "adopted");
  assertMatch(await visitor.rest(), /<\/html>$/);
  await b.resolve(<Counter id="b" />);
  await visitor.waitFor(() => visitor.page!.body.text.includes("00"));
  visitor.click("a");
  visitor.click("b");
  visitor.click("b");
  await visitor.waitFor(() => visitor.page!.body.text.includes("12"));
  assertEquals([a.calls, b.calls], [1, 1]);
  assertEquals(site.vango.stats().adoptions, 1);
  assertEquals(site.vango.stats().remounts, 0);
});

Deno.test("a page without room to wait is rendered again when its player comes, and what had finished is reused", async () => {
  const calls: Record<string, number> = {};
  const pending = new Source();
  const count = (name: string): void => void (calls[name] = (calls[name] ?? 0) + 1);
  function Counter() {
    const clicks = signal(0);
    return () => <button type="button" id="c" onclick={() => clicks.value++}>{clicks}</button>;
  }
  await using site = startSite({
    "/": (ctx) => (
      <main>
        {ctx.async.render("…", () => {
          count("plain");
          return <b>plain {calls.plain}</b>;
        }, { key: "plain" })}
        {ctx.async.render("…", () => {
          count("no key");
          return <i>no key</i>;
        })}
        {ctx.async.render("…", () => {
          count("alive");
          return <Counter />;
        }, { key: "alive" })}
        {ctx.async.renderWithError(
          "…",
          () => {
            count("failed");
            return Promise.reject(new Error("down"));
          },
          () => <em>failed</em>,
          { key: "failed" },
        )}
        {ctx.async.render("pending…", (signal) => {
          count("pending");
          return pending.run(signal);
        }, { key: "pending" })}
      </main>
    ),
    "/other": () => <p>other</p>,
  }, { maxWaiting: 1 });
  await using visitor = await Visitor.open(site.origin, "/");
  await visitor.until("failed</em>");
  assertEquals(calls, { plain: 1, "no key": 1, alive: 1, failed: 1, pending: 1 });
  await using other = await Visitor.open(site.origin, "/other");
  await other.rest();
  assertEquals(pending.signal!.aborted, true);
  assertMatch(await visitor.rest(), /<\/html>$/);
  const connected = visitor.connect();
  await eventually(() => pending.calls === 2);
  await pending.resolve("done");
  await connected;
  assertEquals(visitor.welcome!.mode, "mounted");
  await visitor.waitFor(() => visitor.page!.body.text.includes("done"));
  assertStringIncludes(visitor.page!.body.text, "plain 1no key0faileddone");
  assertEquals(calls, { plain: 1, "no key": 2, alive: 2, failed: 2, pending: 2 });
  visitor.click("c");
  await visitor.waitFor(() => visitor.page!.body.text.includes("no key1failed"));
  const { adoptions, remounts, reused } = site.vango.stats();
  assertEquals({ adoptions, remounts, reused }, { adoptions: 0, remounts: 1, reused: 1 });
});

Deno.test("pages wait for their players for a bounded time; one that still streams has not begun to wait", async () => {
  using time = new FakeTime();
  const slow = new Source();
  const { app, vango } = createApp({
    "/slow": (ctx) => <p>{ctx.async.render("…", slow.run, { timeout: 100_000 })}</p>,
    "/quick": () => <p>quick</p>,
  });
  await (await app.request("/quick")).text();
  const reader = (await app.request("/slow")).body!.getReader();
  await reader.read();
  const rest = reader.read();
  assertEquals(vango.stats().waiting, 2);
  await time.tick(31_000);
  assertEquals(vango.stats().waiting, 1);
  await time.tick(60_000);
  assertEquals(slow.signal!.aborted, false);
  await slow.resolve("there");
  assertStringIncludes(new TextDecoder().decode((await rest).value), "there");
  while (!(await reader.read()).done);
  assertEquals(vango.stats().waiting, 1);
  await time.tick(31_000);
  assertEquals(vango.stats().waiting, 0);
  await vango.shutdown();
});

Deno.test("a page whose reader never reads on is given up in the end", async () => {
  using time = new FakeTime();
  const slow = new Source();
  const { app, vango } = createApp({ "/": (ctx) => <p>{ctx.async.render("…", slow.run)}</p> });
  const reader = (await app.request("/")).body!.getReader();
  await reader.read();
  const rest = reader.read();
  await slow.resolve("there");
  await rest;
  // The next piece is never asked for.
  await time.tick(MAX_STREAMING - 1_000);
  await time.tick(32_000);
  assertEquals(vango.stats().waiting, 0);
  await vango.shutdown();
});

Deno.test("the pool of waiting pages is bounded: the oldest goes first", async () => {
  const many = sources(5);
  let next = 0;
  const { app, vango } = createApp(
    { "/": (ctx) => <p>{ctx.async.render("…", many[next++]!.run)}</p> },
    { maxWaiting: 3 },
  );
  const readers = [];
  for (let i = 0; i < 5; i++) {
    const reader = (await app.request("/")).body!.getReader();
    await reader.read();
    readers.push(reader);
  }
  assertEquals(vango.stats().waiting, 3);
  assertEquals(many.map(({ signal }) => signal!.aborted), [true, true, false, false, false]);
  for (const reader of readers) await reader.cancel();
  assertEquals(vango.stats().waiting, 0);
  await vango.shutdown();
});

Deno.test("a page that ends with a redirect or an error stops its regions", async () => {
  const slow = new Source();
  const { app, vango, errors } = createApp({
    "/redirect": (ctx) => {
      ctx.redirect("/elsewhere");
      return <p>{ctx.async.render("…", slow.run)}</p>;
    },
    "/error": (ctx) => (
      <p>
        {ctx.async.render("…", slow.run)}
        {{} as string}
      </p>
    ),
  });
  const redirect = await app.request("/redirect");
  assertEquals([redirect.status, redirect.headers.get("location")], [302, "/elsewhere"]);
  assert(slow.signal!.aborted);
  const failed = await app.request("/error");
  assertEquals(failed.status, 500);
  await failed.text();
  assert(slow.signal!.aborted);
  assertEquals(errors.length, 1);
  assertEquals(vango.stats().waiting, 0);
  await vango.shutdown();
});

Deno.test("regions of two visitors side by side stay apart (THREATS 25)", async () => {
  const waits = new Map<string, Source>();
  await using site = startSite({
    "/:name": (ctx) => {
      const { name } = ctx.params;
      const source = new Source();
      waits.set(name!, source);
      return (
        <main>
          {ctx.async.render("…", async (signal) => {
            await source.run(signal);
            return <section>{name} {ctx.params.name} {ctx.session.id}</section>;
          })}
        </main>
      );
    },
  });
  await using ada = await Visitor.open(site.origin, "/ada");
  await using bob = await Visitor.open(site.origin, "/bob");
  await waits.get("bob")!.resolve(undefined);
  await waits.get("ada")!.resolve(undefined);
  const section = (html: string) => /<section>(.*?)<\/section>/.exec(plain(html))![1]!.split(" ");
  const [a, b] = [section(await ada.rest()), section(await bob.rest())];
  assertEquals([a[0], a[1], b[0], b[1]], ["ada", "ada", "bob", "bob"]);
  assert(a[2] !== b[2]);
});
