/** Async regions in a real Chromium. */

import { assert, assertEquals } from "@std/assert";
import type { Page as Tab } from "playwright-core";
import { onMount, signal } from "@vango/vango";
import { Source, sources } from "../async/fixture.tsx";
import { eventually } from "../async/visitor.ts";
import { openTab, shows, startSite } from "./async_rig.ts";

function Counter({ id }: { id: string }) {
  const count = signal(0);
  return () => <button type="button" id={id} onclick={() => count.value++}>{id} {count}</button>;
}

const text = (tab: Tab, selector: string) =>
  tab.evaluate((at) => document.querySelector<HTMLElement>(at)?.innerText, selector);

Deno.test("Chromium shows regions out of order, each alive, before the slowest is there", async () => {
  const three = sources(3);
  const socket = Promise.withResolvers<void>();
  await using site = await startSite((ctx) => (
    <main>
      <h1>Shell</h1>
      {three.map((source, i) => ctx.async.render(<p>region {i}…</p>, source.run))}
    </main>
  ), { socket: socket.promise });
  const { tab, problems } = await openTab(site.chromium.context);
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("h1");
  assertEquals(await tab.locator("[aria-busy=true]").count(), 3);
  await three[2]!.resolve(<Counter id="c" />);
  await tab.waitForSelector("#c");
  assertEquals(await tab.evaluate(() => document.readyState), "loading");
  await three[0]!.resolve(<Counter id="a" />);
  await tab.waitForSelector("#a");
  assertEquals(await text(tab, "main"), "Shell\na 0\n\nregion 1…\n\nc 0");
  assertEquals(await tab.locator("[aria-busy=true]").count(), 1);
  await three[1]!.resolve(<Counter id="b" />);
  await tab.waitForSelector("#b");
  await tab.waitForLoadState("load");
  assertEquals(await tab.locator("template, vango-async").count(), 0);
  socket.resolve();
  for (const id of ["a", "b", "c"]) {
    await tab.click(`#${id}`);
    await shows(tab, `#${id}`, `${id} 1`);
  }
  assertEquals(site.vango.stats().adoptions, 1);
  assertEquals(problems, []);
});

Deno.test("Chromium connects mid-stream: nothing is fetched twice, regions come over the socket", async () => {
  const two = sources(2);
  await using site = await startSite((ctx) => (
    <main>
      <Counter id="shell" />
      {two.map((source, i) => ctx.async.render(<p>region {i}…</p>, source.run))}
    </main>
  ));
  const { tab, problems } = await openTab(site.chromium.context);
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("html.vango-live");
  await tab.click("#shell");
  await shows(tab, "#shell", "shell 1");
  // The page's response has ended although regions run: the rest is the socket's.
  await tab.waitForLoadState("load");
  await two[1]!.resolve(<Counter id="b" />);
  await tab.waitForSelector("#b");
  await two[0]!.resolve(<Counter id="a" />);
  await tab.waitForSelector("#a");
  for (const id of ["a", "b"]) {
    await tab.click(`#${id}`);
    await shows(tab, `#${id}`, `${id} 1`);
  }
  assertEquals(two.map(({ calls }) => calls), [1, 1]);
  const asked = site.requests.filter((request) => !request.endsWith("favicon.ico"));
  assertEquals(asked, ["GET /", `GET ${site.vango.clientPath}`, "GET /_vango/live"]);
  const { adoptions, remounts } = site.vango.stats();
  assertEquals([adoptions, remounts], [1, 0]);
  assertEquals(problems, []);
});

Deno.test("Chromium paints the shell first on a slow network", async () => {
  const slow = new Source();
  const filler = "lorem ipsum ".repeat(4_000);
  await using site = await startSite((ctx) => (
    <main>
      <h1>Shell</h1>
      {ctx.async.render(<p>loading…</p>, slow.run)}
    </main>
  ));
  const { tab, problems } = await openTab(site.chromium.context);
  const devtools = await site.chromium.context.newCDPSession(tab);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: 40 * 1024,
    uploadThroughput: 20 * 1024,
  });
  await slow.resolve(undefined);
  await tab.goto(site.origin, { waitUntil: "commit" });
  await eventually(() => slow.calls === 1);
  await slow.resolve(<section id="there">{filler}</section>);
  await tab.waitForSelector("#there");
  const painted = await tab.evaluate(() =>
    performance.getEntriesByName("first-paint")[0]?.startTime
  );
  const arrived = await tab.evaluate(() => performance.now());
  assert(painted !== undefined && painted < arrived - 500, `painted ${painted}, there ${arrived}`);
  assertEquals(problems, []);
});

Deno.test("Chromium without script shows the whole page", async () => {
  await using site = await startSite((ctx) => (
    <main>
      <h1>Shell</h1>
      {ctx.async.render(<p>loading…</p>, async () => {
        await Promise.resolve();
        return <section id="there">complete</section>;
      })}
    </main>
  ));
  const visitor = await site.chromium.context.browser()?.newContext({ javaScriptEnabled: false });
  assert(visitor);
  const tab = await visitor.newPage();
  await tab.goto(site.origin);
  await tab.waitForSelector("#there");
  assertEquals(new URL(tab.url()).search, "?_vango=whole");
  assertEquals(await tab.locator("[data-async-id]").count(), 0);
  await visitor.close();
});

Deno.test("Chromium puts regions into tables, lists and drawings as the parser would", async () => {
  const [row, item, shape] = sources(3) as [Source, Source, Source];
  await using site = await startSite((ctx) => (
    <main>
      <table>
        <tbody>
          {ctx.async.render(<td>row…</td>, row.run)}
        </tbody>
      </table>
      <ul>{[item].map((each) => ctx.async.render("item…", each.run))}</ul>
      <svg viewBox="0 0 10 10" width="20">
        {ctx.async.render(null, shape.run)}
      </svg>
    </main>
  ));
  const { tab, problems } = await openTab(site.chromium.context);
  const script = tab.waitForSelector("html.vango-live");
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("tbody > tr[data-async-id] > td");
  await tab.waitForSelector("ul > li[data-async-id]");
  await row.resolve(
    <tr id="row">
      <td>one</td>
      <td>two</td>
    </tr>,
  );
  await item.resolve(<li id="item">item</li>);
  await shape.resolve(
    <linearGradient id="shape">
      <stop offset="1" />
    </linearGradient>,
  );
  await tab.waitForSelector("tbody > #row > td:nth-child(2)");
  await tab.waitForSelector("ul > #item");
  await script;
  await tab.waitForFunction(() => document.querySelector("svg > #shape"));
  const kind = await tab.evaluate(() => {
    const shape = document.querySelector("#shape")!;
    return [shape.namespaceURI, shape.localName, document.querySelectorAll("body > tr").length];
  });
  assertEquals(kind, ["http://www.w3.org/2000/svg", "linearGradient", 0]);
  assertEquals(problems, []);
});

Deno.test("Chromium parses SVG that comes in the stream as SVG", async () => {
  const shape = new Source();
  const socket = Promise.withResolvers<void>();
  await using site = await startSite((ctx) => (
    <main>
      <svg viewBox="0 0 10 10" width="20">{ctx.async.render(null, shape.run)}</svg>
    </main>
  ), { socket: socket.promise });
  const { tab, problems } = await openTab(site.chromium.context);
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("svg");
  await shape.resolve(
    <linearGradient id="shape">
      <stop offset="1" />
    </linearGradient>,
  );
  await tab.waitForFunction(() => document.querySelector("svg > #shape"));
  const kind = await tab.evaluate(() => {
    const shape = document.querySelector("#shape")!;
    return [shape.namespaceURI, shape.localName];
  });
  assertEquals(kind, ["http://www.w3.org/2000/svg", "linearGradient"]);
  socket.resolve();
  await tab.waitForSelector("html.vango-live");
  assertEquals(problems, []);
});

Deno.test("Chromium drops what the stream brings after hello: the socket's content stays", async () => {
  const [slow, other] = sources(2) as [Source, Source];
  const socket = Promise.withResolvers<void>();
  await using site = await startSite((ctx) => (
    <main>
      {ctx.async.render(<p>first…</p>, slow.run)}
      {ctx.async.render(<p>second…</p>, other.run)}
    </main>
  ), { socket: socket.promise });
  const { tab, problems } = await openTab(site.chromium.context);
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("main");
  socket.resolve();
  await tab.waitForSelector("html.vango-live");
  await slow.resolve(<Counter id="a" />);
  await tab.waitForSelector("#a");
  await tab.click("#a");
  await shows(tab, "#a", "a 1");
  // As if it had been on its way for long: the page's own form of the region, and one it knows not.
  await tab.evaluate(() => {
    for (const id of [1, 77]) {
      const template = document.createElement("template");
      template.dataset.vango = String(id);
      template.innerHTML = "<b>old</b>";
      document.body.append(template, document.createElement("vango-async"));
    }
  });
  assertEquals(await tab.locator("template, vango-async").count(), 0);
  assertEquals(await text(tab, "#a"), "a 1");
  await tab.evaluate(() => {
    const { vango } = globalThis as unknown as { vango: { disconnect(): void; connect(): void } };
    vango.disconnect();
    vango.connect();
  });
  await other.resolve(<Counter id="b" />);
  await tab.waitForSelector("#b");
  await tab.click("#a");
  await shows(tab, "#a", "a 2");
  assertEquals(problems, []);
});

Deno.test("Chromium takes the stream again when the server goes away before it says welcome", async () => {
  const slow = new Source();
  const script = Promise.withResolvers<void>();
  await using site = await startSite(
    (ctx) => <main>{ctx.async.render(<p>first…</p>, slow.run)}</main>,
    { script: script.promise },
  );
  const { tab, problems } = await openTab(site.chromium.context);
  // The first socket opens, hears nothing and is lost; only then is there a server behind it.
  let sockets = 0;
  const greeted = Promise.withResolvers<void>();
  const lose = Promise.withResolvers<void>();
  await tab.routeWebSocket("**/_vango/live", (socket) => {
    if (++sockets > 1) {
      socket.connectToServer();
      return;
    }
    socket.onMessage(() => greeted.resolve());
    lose.promise.then(() => socket.close({ code: 1001 }));
  });
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("main");
  script.resolve();
  await greeted.promise;
  await slow.resolve(<Counter id="a" />);
  await tab.waitForSelector("vango-async", { state: "attached" });
  assertEquals(await text(tab, "main"), "first…");
  lose.resolve();
  await tab.waitForSelector("#a");
  await tab.waitForSelector("html.vango-live");
  await tab.click("#a");
  await shows(tab, "#a", "a 1");
  assertEquals(slow.calls, 1);
  assertEquals(site.vango.stats().adoptions, 1);
  assertEquals(problems, []);
});

Deno.test("Chromium shows the whole content when the page is rendered again because it waited too long", async () => {
  const slow = new Source();
  const script = Promise.withResolvers<void>();
  let mounts = 0;
  const Mounted = () => {
    onMount(() => void mounts++);
    return () => <Counter id="a" />;
  };
  await using site = await startSite((ctx) => (
    <main>
      {ctx.async.render(<p>kept…</p>, async () => {
        await Promise.resolve();
        return <i id="kept">kept</i>;
      }, { key: "kept" })}
      {ctx.async.render(<p>first…</p>, slow.run)}
    </main>
  ), { script: script.promise, waitForPlayer: 100 });
  const { tab, problems } = await openTab(site.chromium.context);
  await tab.goto(site.origin, { waitUntil: "commit" });
  await tab.waitForSelector("main");
  await slow.resolve(<Mounted />);
  await eventually(() => site.vango.stats().waiting === 0);
  assertEquals(mounts, 0);
  script.resolve();
  await eventually(() => slow.calls === 2);
  await slow.resolve(<Mounted />);
  await tab.waitForSelector("html.vango-live");
  await tab.waitForSelector("#a");
  await tab.waitForSelector("#kept");
  await tab.click("#a");
  await shows(tab, "#a", "a 1");
  assertEquals(mounts, 1);
  const { adoptions, remounts, reused } = site.vango.stats();
  assertEquals([adoptions, remounts, reused], [0, 1, 1]);
  assertEquals(problems, []);
});
