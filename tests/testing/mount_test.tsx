import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { mount, TestingError } from "@vango/vango/testing";
import { IN_PROCESS, type InProcess } from "../../src/server/in_process.ts";
import { kitApp } from "./apps.tsx";

Deno.test("mount gives the page, live, and a click shows what it did", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/");
  assertEquals(view.state, "live");
  assertEquals(view.text("h1"), "Counter");
  await view.click({ role: "button", name: /^Clicked/ });
  await view.click({ role: "button", name: /^Clicked/ });
  assertEquals(view.text({ role: "button", name: /^Clicked/ }), "Clicked 2 times");
  assertMatch(view.html("main"), /<button type="button">Clicked 2 times<\/button>/);
  assert(!view.html().includes("<script"), "what stands there is the page's own");
});

Deno.test("type, submit, press and a checkbox do what a person does", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/todos");
  await view.type({ role: "textbox" }, "Tea");
  assertEquals(view.text("#draft"), "Draft: Tea", "a debounce is not waited for in real time");
  await view.press("Enter", { role: "textbox" });
  assertEquals(view.valueOf({ role: "textbox" }), "");
  await view.type({ role: "textbox", name: "What is to be done" }, "Milk");
  await view.submit({ role: "form", name: "Add a todo" });
  assertEquals(view.findAll("li").map((item) => item.text), ["Tea", "Milk"]);
  assertEquals(view.text("output"), "2 left");
  await view.click({ role: "checkbox", name: "Tea" });
  assertEquals(view.text("output"), "1 left");
  assert(view.has({ role: "checkbox", name: "Tea", checked: true }));
  await view.press("j", "ul");
  await view.press("k", "ul");
  assertEquals(view.text("#keys"), "jk");
});

Deno.test("a link goes to the other page over the connection, and back it is a new page", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/");
  await view.click({ text: "Other page" });
  assertEquals(view.text("h1"), "Other ?from=counter");
  assertEquals(view.url.pathname + view.url.search, "/other?from=counter");
  await view.navigate("/");
  assertEquals(view.text("h1"), "Counter");
  await view.load("/moved");
  assertEquals(view.text("h1"), "Other ?moved");
});

Deno.test("find says what the page has instead", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/todos");
  const missing = assertThrows(() => view.find({ role: "button", name: "Save" }), TestingError);
  assertEquals(missing.code, "find");
  assertMatch(missing.message, /^cannot find a button named "Save": the page has/);
  assertMatch(missing.message, /textbox "What is to be done" <input>/);
  assertMatch(missing.message, /button "Add" <button>/);
  assertMatch(missing.message, /status "0 left" <output>/);
  const several = assertThrows(() => view.find("p"), TestingError);
  assertMatch(several.message, /cannot choose "p": 2 elements match.*\n.*"Draft:" <p id="draft">/s);
  assertThrows(() => view.find({ text: "No such text" }), TestingError, "the text");
});

Deno.test("mount says what was there instead of a page", async () => {
  const { app } = kitApp();
  const plain = await assertRejects(() => mount(app, "/plain"), TestingError);
  assertMatch(plain.message, /cannot mount \/plain: .*just text/);
  const missing = await assertRejects(() => mount(app, "/nowhere"), TestingError);
  assertMatch(missing.message, /it answered 404/);
});

Deno.test("a phone gets its own first paint, and its haptics and shares are recorded", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/adaptive", { platform: "ios" });
  assertEquals([view.text("#platform"), view.text("#size")], ["ios", "xs"]);
  assertEquals(view.player.numbers.patch, 0, "the first paint was right already");
  await view.click("button");
  assertEquals(view.recordsOf("native").map(({ what }) => what), ["haptic", "share"]);
  assertEquals(view.recordsOf("native-view"), [
    { kind: "native-view", component: "ProductImage", data: { id: 1 }, shown: false },
  ]);
  assertEquals(view.recordsOf("emit").map(({ name, data }) => [name, data]), [
    ["bought", { id: 1 }],
  ]);
  await view.change({ screen: { width: 900, height: 390 } });
  assertEquals(view.text("#size"), "md");
});

Deno.test("attach and submit bring a file with its content to the handler", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/files");
  await view.attach("input", new File(["two\nlines"], "note.txt", { type: "text/plain" }));
  await view.click({ role: "button", name: "Send" });
  assertEquals(view.text("output"), "note.txt: two lines");
});

Deno.test("a native player shows the components that it has, and records the others", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/adaptive", { platform: "android" });
  const shown: unknown[] = [];
  await view.click("button");
  view.player.register("ProductImage", (props) => shown.push(props));
  await view.click("button");
  assertEquals(shown, [{ id: 1 }]);
  assertEquals(view.recordsOf("native-view").map((record) => record.shown), [false, true]);
});

Deno.test("settle waits for async regions, and says which one it waited for in vain", async () => {
  const kit = kitApp();
  await using view = await mount(kit.app, "/slow", { settle: false });
  assertEquals(view.text(), "Wait");
  await view.until(() => view.state === "live");
  const error = await assertRejects(() => view.settle({ within: 20 }), TestingError);
  assertMatch(error.message, /cannot settle: region 1 shows its placeholder/);
  kit.release();
  await view.settle();
  assertEquals(view.text(), "Ready");
});

Deno.test("a session can be given, is shared with a second tab, and survives a log-in", async () => {
  const { app } = kitApp();
  const session = { userId: "grace", values: { items: ["jam"] } };
  await using view = await mount(app, "/account", { session });
  assertEquals([view.text("#user"), view.text("#items")], ["grace", "jam"]);
  await using tab = await mount(app, "/account", { session: view });
  await view.click({ text: "Add tea" });
  await tab.settle();
  assertEquals(tab.text("#items"), "jam, tea");

  await using visitor = await mount(app, "/account");
  assertEquals(visitor.text("#user"), "nobody");
  await visitor.click({ text: "Log in" });
  assertEquals(visitor.recordsOf("ticket").length, 1);
  await visitor.load("/account");
  assertEquals(visitor.text("#user"), "ada");
});

Deno.test("a page whose session is over is loaded again, as a browser does", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/account", { session: { userId: "grace" } });
  await using tab = await mount(app, "/account", { session: view });
  await view.click({ text: "Log out" });
  await tab.settle();
  assertEquals([view.text("#user"), tab.text("#user")], ["nobody", "nobody"]);
  await view.click({ text: "Leave" });
  assertEquals(view.text("h1"), "Other ?left");
});

Deno.test("a page that leads to one that is not live says so", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/");
  const error = await assertRejects(() => view.navigate("/plain"), TestingError);
  assertMatch(error.message, /cannot mount \/plain: .*just text/);
});

Deno.test("events wait while the connection is lost, and count once when it is back", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/");
  const button = { role: "button", name: /^Clicked/ } as const;
  await view.disconnect();
  await view.click(button);
  await view.click(button);
  assertEquals(view.text(button), "Clicked 0 times");
  await assertRejects(() => view.settle(), TestingError, "the network is down");
  await view.reconnect();
  assertEquals(view.text(button), "Clicked 2 times");
  assertEquals(view.recordsOf("welcome").map(({ mode }) => mode), ["adopted", "resumed"]);
});

Deno.test("a connection that breaks heals itself in settle, without real time", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/", { latency: 400 });
  const began = performance.now();
  const button = { role: "button", name: /^Clicked/ } as const;
  view.network.cut();
  await view.click(button);
  assertEquals(view.text(button), "Clicked 1 times");
  assert(view.clock.now() >= 800, "there and back");
  assert(performance.now() - began < 5_000);
});

Deno.test("a frozen socket is noticed by the heartbeat, and nothing is lost", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/");
  const button = { role: "button", name: /^Clicked/ } as const;
  view.network.frozen = true;
  await view.click(button);
  assertEquals(view.state, "live", "nobody has noticed");
  await view.pass(36_000);
  assert(view.state !== "live");
  view.network.frozen = false;
  await view.settle();
  assertEquals(view.text(button), "Clicked 1 times");
});

Deno.test("events survive a network that loses every fifth message", async () => {
  const { app } = kitApp();
  await using view = await mount(app, "/");
  view.network.loss = 0.2;
  const button = { role: "button", name: /^Clicked/ } as const;
  for (let i = 0; i < 30; i++) await view.click(button);
  view.network.loss = 0;
  await view.settle();
  assertEquals(view.text(button), "Clicked 30 times");
  assert(view.recordsOf("welcome").length > 3, "it did break");
});

Deno.test("what a handler threw is among the view's errors", async () => {
  const { app, log } = kitApp();
  await using view = await mount(app, "/");
  await view.click({ text: "Break" });
  assertEquals(view.errors.map(({ code }) => code), ["handler"]);
  assertEquals(String(log.errors), "Error: out of order");
});

Deno.test("after a view nothing of it is left on the server: no session, no timer", async () => {
  const { app, log, vango } = kitApp();
  {
    await using view = await mount(app, "/timers");
    await view.until(() => view.text() === "ticking");
    const { waiting, live, detached } = vango.stats();
    assertEquals([waiting, live, detached], [0, 1, 0]);
    assert(view.leaks().length > 0, "while it is there, it is held");
  }
  const { waiting, live, detached } = vango.stats();
  assertEquals([waiting, live, detached], [0, 0, 0]);
  assertEquals([log.mounted, log.cleaned], [["timers"], ["timers"]]);
  const never = await mount(app, "/timers", { settle: false });
  await never.dispose();
  assertEquals(never.leaks(), []);
});

Deno.test("a view that is closed while the server holds on to its page throws what is held", async () => {
  const { app } = kitApp();
  type Made = InProcess["made"];
  /** The app on a server that is out of order: its `made` is another. */
  const broken = (alter: (made: Made) => Made) => ({
    fetch(request: Request, env: unknown) {
      const beside = (env as { [IN_PROCESS]: InProcess })[IN_PROCESS];
      return app.fetch(request, { [IN_PROCESS]: { ...beside, made: alter(beside.made) } });
    },
  });
  const leaks: [what: string, (made: Made) => Made][] = [
    [
      "an ended live session in the registry",
      (made) => (live) => made(live, { get: () => live } as never),
    ],
    [
      "a live session that is live",
      (made) => (live, registry) => {
        made(live, registry);
        made({ id: "other", state: "live", end() {} } as never, registry);
      },
    ],
  ];
  for (const [what, alter] of leaks) {
    const view = await mount(broken(alter), "/");
    const error = await assertRejects(() => view.dispose(), TestingError, what);
    assertEquals(error.code, "leak");
    assert(view.leaks().includes(what), String(view.leaks()));
  }
});
