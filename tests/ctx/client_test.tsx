import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { type Ctx, RedirectError, type ScreenSize } from "@vango/vango";
import { screenSizeOf } from "../../src/ctx/client_ctx.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { encodeJson } from "../../src/protocol/up.ts";
import { makeApp, startServer, type Tab, until, Visitor } from "../server/rig.ts";
import { NativeApp, PHONE } from "./native.ts";

const soon = () => AbortSignal.timeout(10_000);

/** How often each part of the page below was rendered. */
interface Renders {
  [part: string]: number;
}

/** A page whose parts each read one thing. */
function startParts() {
  const renders: Renders = {};
  let ctx: Ctx | undefined;
  const part = (name: string, read: (ctx: Ctx) => unknown) => {
    const Part = (_: unknown, ctx: Ctx) => () => {
      renders[name] = (renders[name] ?? 0) + 1;
      return <p id={name}>{String(read(ctx))}</p>;
    };
    return <Part />;
  };
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page((given) => {
      ctx = given;
      return (
        <main>
          {part("platform", ({ client }) => client.platform)}
          {part("size", ({ client }) => client.screenSize)}
          {part("touch", ({ client }) => client.capabilities.touch)}
          {part("hover", ({ client }) => client.hasCapability("hover"))}
          {part("native", ({ client }) => client.isNative)}
          {part("nothing", () => "still")}
        </main>
      );
    }),
  );
  const server = startServer(test);
  return {
    ...test,
    server,
    renders,
    get ctx() {
      return ctx!;
    },
  };
}

/** What the parts show. */
function shown(tab: Tab): string {
  return [...tab.page.body.descendants()].filter(({ tag }) => tag === "p")
    .map(({ text }) => text.trim()).join(" ");
}

Deno.test("screenSizeOf has its limits at 640, 768, 1024 and 1280 pixels", () => {
  const limits: [number, ScreenSize][] = [
    [0, "xs"],
    [639, "xs"],
    [640, "sm"],
    [767, "sm"],
    [768, "md"],
    [1023, "md"],
    [1024, "lg"],
    [1279, "lg"],
    [1280, "xl"],
    [32_768, "xl"],
  ];
  for (const [width, size] of limits) assertEquals(screenSizeOf(width), size, String(width));
});

Deno.test("ctx.client fits the first paint to hints, and asks for the width again when it was a guess", async () => {
  const test = startParts();
  await using _ = test.server;
  const get = async (headers: Record<string, string>) => {
    const response = await new Visitor(test.server).fetch("/", headers);
    return { html: await response.text(), critical: response.headers.get("critical-ch"), response };
  };
  const guessed = await get({ "user-agent": "Mozilla/5.0 (iPhone) Mobile" });
  assertMatch(guessed.html, /id="size"[^>]*>(?:<!--.*?-->)*xs/);
  assertEquals(guessed.critical, "Sec-CH-Viewport-Width");
  assertEquals(
    guessed.response.headers.get("accept-ch"),
    "Sec-CH-Viewport-Width, Sec-CH-Viewport-Height, Sec-CH-UA-Mobile, Sec-CH-UA-Platform",
  );
  const hinted = await get({ "sec-ch-viewport-width": "800" });
  assertMatch(hinted.html, /id="size"[^>]*>(?:<!--.*?-->)*md/);
  assertEquals(hinted.critical, null);
  const remembered = await get({ cookie: "vango_client=web.700x900.100000001" });
  assertMatch(remembered.html, /id="size"[^>]*>(?:<!--.*?-->)*sm/);
  assertEquals(remembered.critical, null);
});

Deno.test("a page that does not read the screen asks for no second request", async () => {
  const test = makeApp();
  test.app.get("/", test.vango.page((ctx) => <p>{ctx.client.platform}</p>));
  test.app.get("/plain", test.vango.page(() => <p>plain</p>));
  await using server = startServer(test);
  for (const path of ["/", "/plain"]) {
    const response = await new Visitor(server).fetch(path);
    await response.body?.cancel();
    assertEquals(response.headers.get("critical-ch"), null, path);
  }
});

Deno.test("a handshake that says what was guessed renders nothing again; one that differs, its readers", async () => {
  const test = startParts();
  await using _ = test.server;
  using tab = await new Visitor(test.server).open("/");
  assertEquals(shown(tab), "web xl false true false still");
  await tab.connect({ capabilities: { hover: true, keyboard: true } });
  assertEquals(Object.values(test.renders), [1, 1, 1, 1, 1, 1]);

  using phone = await new Visitor(test.server).open("/");
  for (const name of Object.keys(test.renders)) test.renders[name] = 0;
  await phone.connect({ capabilities: { touch: true }, screen: { width: 390, height: 844 } });
  await phone.until(() => shown(phone) === "web xs true false false still");
  assertEquals(test.renders, {
    platform: 0,
    size: 1,
    touch: 1,
    hover: 1,
    native: 0,
    nothing: 0,
  });
});

Deno.test("a CLIENT frame renders exactly the components that read what it changes", async () => {
  const test = startParts();
  await using _ = test.server;
  using tab = await new Visitor(test.server).open("/");
  await tab.connect({ capabilities: { hover: true } });
  const changes: [facts: Record<string, unknown>, readers: string[], then: string][] = [
    [{ capabilities: { touch: true } }, ["touch"], "web xl true true false still"],
    [{ capabilities: { gps: true, push: false } }, [], "web xl true true false still"],
    [{ capabilities: { hover: false } }, ["hover"], "web xl true false false still"],
    [{ screen: { width: 1400, height: 700 } }, [], "web xl true false false still"],
    [{ screen: { width: 1100, height: 700 } }, ["size"], "web lg true false false still"],
    [{ platform: "ios" }, ["platform", "native"], "ios lg true false true still"],
    [{ platform: "tv", screen: null }, [], "ios lg true false true still"],
    [
      { platform: "web", screen: { width: 5, height: 5 }, capabilities: { touch: false } },
      ["platform", "size", "touch", "native"],
      "web xs false false false still",
    ],
  ];
  for (const [facts, readers, then] of changes) {
    for (const name of Object.keys(test.renders)) test.renders[name] = 0;
    tab.send(encodeJson(Frame.CLIENT, facts));
    // An event behind it on the wire is answered after it.
    await tab.until(() => shown(tab) === then);
    await tab.navigate("/#" + readers.join());
    const again = Object.keys(test.renders).filter((name) => test.renders[name]);
    assertEquals(again, readers, JSON.stringify(facts));
  }
});

Deno.test("what a player says before anything reads ctx.client is known when something does", async () => {
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page((ctx) => {
      return () => (
        <main>
          <button type="button" onclick={() => ctx.emit("size", ctx.client.screenSize)}>
            size
          </button>
        </main>
      );
    }),
  );
  await using server = startServer(test);
  using tab = await new Visitor(server).open("/");
  await tab.connect({ screen: { width: 1300, height: 800 } });
  tab.send(encodeJson(Frame.CLIENT, { screen: { width: 800, height: 600 } }));
  await tab.act("click", "button");
  assertEquals(tab.emitted, [["size", "md"]]);
});

Deno.test("a handshake without a screen leaves the size that the first paint had", async () => {
  const test = startParts();
  await using _ = test.server;
  const visitor = new Visitor(test.server);
  using tab = await visitor.open("/");
  await tab.connect({ screen: undefined, capabilities: undefined, platform: undefined });
  await tab.until(() => shown(tab) === "web xl false false false still");
  assertEquals(test.renders.size, 1);
});

Deno.test("a player that floods the server with facts is held back, and told so", async () => {
  const test = startParts();
  await using _ = test.server;
  using tab = await new Visitor(test.server).live("/");
  const start = Date.now();
  for (let i = 0; i < 500; i++) {
    tab.send(encodeJson(Frame.CLIENT, { screen: { width: i % 2 ? 400 : 1400, height: 1 } }));
  }
  await tab.until(() => tab.errors.some(({ code }) => code === "overloaded"));
  // 50 at once and 10 a second, the first paint, and one that may be under way.
  const most = 52 + (Date.now() - start) / 100;
  assert(test.renders.size! <= most, `${test.renders.size} renders`);
  assert((test.vango.stats().refused.overloaded ?? 0) > 0);
});

Deno.test("hostile handshakes are clamped or refused, and the server goes on", async () => {
  const test = startParts();
  await using _ = test.server;
  const visitor = new Visitor(test.server);
  using odd = await visitor.open("/");
  await odd.connect({
    platform: { toString: "ios" },
    version: ["1"],
    capabilities: { touch: "true", constructor: true, "": true, hover: 1 },
    screen: { width: 1e300, height: -1 },
  });
  assertEquals(odd.welcome?.mode, "adopted");
  await odd.until(() => shown(odd) === "web xl false false false still");
  for (
    const more of [
      { v: 99 },
      { v: "1" },
      { token: 7 },
      { seq: -3 },
      { event: Number.MAX_SAFE_INTEGER },
      {
        capabilities: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`c${i}`, true])),
      },
    ]
  ) {
    using tab = await visitor.open("/");
    await tab.connect(more);
    assert(tab.closed, JSON.stringify(more).slice(0, 40));
    assert([1002, 1008, 1009].includes(tab.closed.code), String(tab.closed.code));
  }
  using good = await visitor.live("/");
  assertEquals(good.welcome?.mode, "adopted");
  assertEquals(test.errors, []);
});

Deno.test("a capability opens nothing: what is guarded stays guarded, whatever a player claims", async () => {
  const test = makeApp();
  test.app.use("/admin", async (c, next) => {
    if (c.req.header("role") === "admin") await next();
    else c.res = c.text("No", 403);
  });
  test.app.get("/admin", test.vango.page(() => <p>secret</p>));
  test.app.get(
    "/",
    test.vango.page((ctx) => (
      <main>
        {ctx.client.hasCapability("admin") && <p>claimed</p>}
        {ctx.session.isAuthenticated && <p>logged in</p>}
      </main>
    )),
  );
  await using server = startServer(test);
  using tab = await new Visitor(server).open("/");
  await tab.connect({ capabilities: { admin: true, isAuthenticated: true, biometrics: true } });
  await tab.until(() => tab.text === "claimed");
  await tab.navigate("/admin");
  await tab.until(() => tab.urls.length > 0);
  // The browser is sent there itself, and is refused by the same guard.
  assertEquals(tab.urls, ["load push /admin"]);
  assertEquals((await tab.visitor.fetch("/admin")).status, 403);
});

/** A page with a button for each thing that a player can be asked for. */
function Asking(ctx: Ctx) {
  const { client } = ctx;
  const ask = (id: string, fn: () => void) => (
    <button type="button" id={id} onclick={fn}>{id}</button>
  );
  return () => (
    <main>
      {ask("view", () => client.sendNative("FastImage", { source: "/lamp.avif", cacheKey: 7 }))}
      {ask("bare", () => client.sendNative("Rating"))}
      {ask("odd", () => client.sendNative("Odd", () => 1))}
      {ask("go", () => client.navigate("/cart?x=1", { mode: "modal" }))}
      {ask("replace", () => client.navigate("/cart", { mode: "replace" }))}
      {ask("tick", () => client.haptic())}
      {ask("done", () => client.haptic("success"))}
      {ask("bad", () => client.haptic("constructor" as "light"))}
      {ask("share", () => client.share({ title: "Lamp", url: "https://shop.example/lamp" }))}
    </main>
  );
}

const ASKS = ["view", "bare", "odd", "tick", "done", "bad", "share"];

function startAsking() {
  const test = makeApp();
  test.app.get("/", test.vango.page(Asking));
  test.app.get("/cart", test.vango.page((ctx) => <h1>Cart {ctx.url.search}</h1>));
  return { ...test, server: startServer(test) };
}

for (const platform of ["ios", "android"] as const) {
  Deno.test(`an ${platform} player is sent native views, screens, haptics and shares (0x50-0x53)`, async () => {
    const test = startAsking();
    await using _ = test.server;
    const phone = new NativeApp(test.server.origin, { ...PHONE, platform });
    const player = await phone.open();
    for (const id of [...ASKS, "go", "replace"]) player.user.click("#" + id);
    await player.settled(soon());
    assertEquals(player.recordsOf("native-view").map(({ component, data }) => [component, data]), [
      ["FastImage", { source: "/lamp.avif", cacheKey: 7 }],
      ["Rating", {}],
      ["Odd", {}],
    ]);
    assertEquals(player.recordsOf("native").map(({ what, data }) => [what, data]), [
      ["haptic", { kind: "light", pattern: [10] }],
      ["haptic", { kind: "success", pattern: [10, 50, 20] }],
      ["haptic", { kind: "light", pattern: [10] }],
      ["share", { title: "Lamp", url: "https://shop.example/lamp" }],
      ["navigate", { url: "/cart?x=1", mode: "modal" }],
      ["navigate", { url: "/cart", mode: "replace" }],
    ]);
    // The app opens the screen itself, as a page of its own: this one stays.
    assertEquals([player.url.pathname, player.findAll("h1").length], ["/", 0]);
    player.close();
    const screen = await phone.open("/cart?x=1");
    assertEquals(screen.find("h1").text, "Cart ?x=1");
    screen.close();
  });
}

Deno.test("on the web sendNative sends nothing, and navigate is a live navigation", async () => {
  const test = startAsking();
  await using _ = test.server;
  using tab = await new Visitor(test.server).live("/");
  const click = (id: string) => tab.act("click", (element) => element.get("id") === id);
  const before = tab.applied;
  await click("view");
  await click("bare");
  // Answered, by a patch without operations.
  assertEquals(tab.applied, before + 2);
  assertEquals(tab.page.body.text.includes("FastImage"), false);
  await click("go");
  await tab.until(() => tab.text.startsWith("Cart"));
  assertEquals(tab.urls, ["push /cart?x=1"]);
});

Deno.test("native requests made during the GET wait for the player, and a view is not for the web", async () => {
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page((ctx) => {
      ctx.client.sendNative("FastImage", { source: "/lamp.avif" });
      ctx.client.haptic("selection");
      return <p>{ctx.client.isNative ? "native" : "web"}</p>;
    }),
  );
  await using server = startServer(test);
  const player = await new NativeApp(server.origin).open();
  await player.until(() => player.recordsOf("native").length === 1, soon());
  assertEquals(player.find("p").text, "native");
  assertEquals(player.recordsOf("native-view").map(({ component }) => component), ["FastImage"]);
  player.close();
});

Deno.test("ctx.client.navigate refuses to leave the site, on every platform", async () => {
  const test = startParts();
  await using _ = test.server;
  using tab = await new Visitor(test.server).live("/");
  for (const platform of ["web", "ios", "android", "desktop"]) {
    tab.send(encodeJson(Frame.CLIENT, { platform }));
    await until(() => test.ctx.client.platform === platform);
    for (
      const path of ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
    ) {
      assertThrows(() => test.ctx.client.navigate(path), RedirectError);
    }
  }
});

Deno.test("a first paint for a native player is native already: it says so in the request", async () => {
  const test = startParts();
  await using _ = test.server;
  const html = await (await new NativeApp(test.server.origin).fetch("/")).text();
  assertStringIncludes(html.replaceAll(/<!--.*?-->/g, ""), `>ios</p>`);
  assertMatch(html, /id="native"[^>]*>(?:<!--.*?-->)*true/);
});
