/** `Ctx` as the specification has it, member by member. */
import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type Ctx, RedirectError, type Session, signal } from "@vango/vango";
import { PageCtx } from "../../src/ctx/page_ctx.ts";
import type { SyncSource } from "../../src/ctx/page_sync.ts";
import { jsx } from "../../src/jsx/element.ts";
import type { ComponentNode } from "../../src/jsx/node.ts";
import { startLive } from "../live/rig.ts";
import { until, Visitor } from "../server/rig.ts";
import { NativeApp } from "./native.ts";
import { startPage } from "./start_page.tsx";

Deno.test("ctx.session is an interface to the visitor's session, the same for each component and handler", async () => {
  const seen: Session[] = [];
  const Part = (_: unknown, ctx: Ctx) => {
    seen.push(ctx.session);
    return () => <button type="button" onclick={() => void seen.push(ctx.session)}>note</button>;
  };
  const test = startPage((ctx) => {
    seen.push(ctx.session);
    return <Part />;
  });
  await using _ = test.server;
  using tab = await new Visitor(test.server).live("/");
  await tab.act("click", "button");
  assertEquals(seen.length, 3);
  for (const session of seen) assertStrictEquals(session, seen[0]);
  assertEquals(seen[0]!.id.length, 43);
  assertEquals([seen[0]!.isAuthenticated, seen[0]!.userAgent !== ""], [false, true]);
});

Deno.test("ctx.redirect answers a GET with a redirect", async () => {
  const test = startPage((ctx) => ctx.redirect("/login?next=/"));
  await using _ = test.server;
  const response = await new Visitor(test.server).fetch("/");
  await response.body?.cancel();
  assertEquals([response.status, response.headers.get("location")], [302, "/login?next=/"]);
  assertEquals(test.vango.stats().waiting, 0);
});

Deno.test("ctx.redirect in a handler is a live navigation, with an entry of the history or in place of one", async () => {
  const test = startPage(
    (ctx) => (
      <>
        <button type="button" id="push" onclick={() => ctx.redirect("/next")}>push</button>
        <a href="#" onclick={() => ctx.redirect("/next?x=1#end", { replace: true })}>replace</a>
      </>
    ),
    { more: ({ app, vango }) => app.get("/next", vango.page(() => <h1>Next</h1>)) },
  );
  await using _ = test.server;
  const visitor = new Visitor(test.server);
  using one = await visitor.live("/");
  await one.act("click", "button");
  await one.until(() => one.text === "Next");
  using two = await visitor.live("/");
  await two.act("click", "a");
  await two.until(() => two.text === "Next");
  assertEquals([one.urls, two.urls], [["push /next"], ["replace /next?x=1#end"]]);
});

Deno.test("ctx.redirect refuses what leaves the site", async () => {
  const test = startPage();
  await using _ = test.server;
  using _tab = await new Visitor(test.server).live("/");
  for (
    const path of ["//evil.example", "https://evil.example", "/\t/evil", "evil", "", "/%2fevil"]
  ) {
    assertThrows(() => test.ctx.redirect(path), RedirectError, "cannot go to", path);
  }
});

Deno.test("ctx.emit is an event in the page and in a native player, with what JSON can say", async () => {
  const test = startPage((ctx) => {
    ctx.emit("early", { waits: true });
    return (
      <button
        type="button"
        onclick={() => {
          ctx.emit("saved", { id: 7, at: new Date(0) });
          ctx.emit("bare");
          ctx.emit("odd", () => 1);
        }}
      >
        save
      </button>
    );
  });
  await using _ = test.server;
  const expected = [
    ["early", { waits: true }],
    ["saved", { id: 7, at: "1970-01-01T00:00:00.000Z" }],
    ["bare", undefined],
    ["odd", undefined],
  ];
  using tab = await new Visitor(test.server).live("/");
  await tab.act("click", "button");
  assertEquals(tab.emitted as unknown, expected);

  const player = await new NativeApp(test.server.origin).open();
  player.user.click("button");
  await player.settled(AbortSignal.timeout(10_000));
  assertEquals(player.recordsOf("emit").map(({ name, data }) => [name, data]), expected);
  player.close();
});

/** A context without a server around it, and what was opened for it. */
function makeCtx(): { ctx: PageCtx; opened: string[] } {
  const opened: string[] = [];
  const sync: SyncSource = {
    placeOf: () => "ada",
    open: (_, by) => {
      opened.push(by);
      return { close() {} } as ReturnType<SyncSource["open"]>;
    },
  };
  let ctx: PageCtx | undefined;
  startLive(jsx(() => "page", {}) as ComponentNode, {
    createCtx: (live) =>
      ctx = new PageCtx(live, { id: "s" } as Session, {
        nonce: "n",
        location: { route: "/", params: {}, url: new URL("http://a.example/") },
        facts: { platform: "web", capabilities: {}, screen: { width: 800, height: 600 } },
        sync,
      }),
  });
  return { ctx: ctx!, opened };
}

Deno.test("ctx.async, ctx.client and ctx.sync are made on first use, once, and only then", () => {
  const { ctx, opened } = makeCtx();
  assertEquals([ctx.usedClient, ctx.usedSync, opened], [undefined, undefined, []]);
  const { async, client, sync } = ctx;
  assertStrictEquals(ctx.async, async);
  assertStrictEquals(ctx.client, client);
  assertStrictEquals(ctx.sync, sync);
  assertStrictEquals(ctx.usedClient, client);
  assertEquals(opened, ["page"]);
  const other = makeCtx().ctx;
  assertNotStrictEquals(other.async, async);
  assertNotStrictEquals(other.client, client);
});

Deno.test("a page that uses no accessor makes none, from its GET to its last event", async () => {
  const count = signal(0);
  const test = startPage(() => <button type="button" onclick={() => count.value++}>{count}
  </button>);
  await using _ = test.server;
  using tab = await new Visitor(test.server).live("/");
  await tab.act("click", "button");
  const ctx = test.ctx as PageCtx;
  assertEquals([ctx.usedClient, ctx.usedSync], [undefined, undefined]);
});

Deno.test("a derived context is the same page: its accessors, its signals, its redirects", async () => {
  const test = startPage(undefined, {
    more: ({ app, vango }) => app.get("/next", vango.page(() => <h1>Next</h1>)),
  });
  await using _ = test.server;
  using tab = await new Visitor(test.server).live("/");
  const mine = new AbortController();
  const derived = test.ctx.withAbortSignal(mine.signal);
  for (const name of ["session", "async", "client", "url", "params"] as const) {
    assertStrictEquals(derived[name], test.ctx[name], name);
  }
  const twice = derived.withAbortSignal(new AbortController().signal);
  mine.abort();
  assert(twice.abortSignal.aborted && !test.ctx.abortSignal.aborted);
  derived.redirect("/next");
  await tab.until(() => tab.text === "Next");
  twice.emit("still", 1);
  await tab.until(() => tab.emitted.length === 1);
  await until(() => test.ctx.url.pathname === "/next");
});
