/** The streaming example in a real Chromium: its sources are the real ones. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serve } from "@vango/vango/deno";
import { createApp } from "../../examples/streaming/app.tsx";
import { Sales } from "../../examples/streaming/sources/sales.ts";
import { SlowService } from "../../examples/streaming/sources/slow_service.ts";
import { openChromium } from "./chromium.ts";

/** The example with a sales file of its own. */
async function startExample() {
  const folder = await Deno.makeTempDir();
  const progress: number[] = [];
  const sales = new Sales(`${folder}/sales.db`, (share) => progress.push(share));
  const service = new SlowService();
  const server = serve(createApp({ sales, service }), {
    port: 0,
    hostname: "127.0.0.1",
    signals: false,
    onListen: () => {},
  });
  return {
    sales,
    service,
    progress,
    origin: `http://127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await service.close();
      sales.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("the streaming example shows a million sales, a slow, a failing and a silent service", async () => {
  await using example = await startExample();
  await using chromium = await openChromium();
  const tab = await chromium.newPage();
  const problems: string[] = [];
  tab.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  tab.on("pageerror", (error) => problems.push(String(error)));
  await tab.goto(example.origin, { waitUntil: "commit" });
  await tab.waitForSelector(".arrivals");
  assert(await tab.locator("[aria-busy=true]").count() >= 10);

  // The services answer while the file is still being made.
  await tab.waitForSelector(".failed button");
  await tab.waitForSelector(".rates");
  await example.sales.ready;
  assertEquals(example.progress.length, 19);
  await tab.waitForSelector(".chart rect:nth-child(24)");
  await tab.waitForSelector("tbody > tr:nth-of-type(6) > td:nth-child(4) > meter");
  await tab.waitForSelector(".note b");
  await tab.waitForFunction(() => document.querySelectorAll(".failed").length === 2);
  await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
  assertEquals(await tab.locator(".stocks > li").count(), 4);
  const totals = await tab.locator(".totals b").allTextContents();
  assertEquals(totals[0], "1.0 M");
  assertStringIncludes(totals[1]!, "€ ");
  assertStringIncludes(totals[2]!, "$ ");

  await tab.click("text=Try again");
  await tab.waitForSelector(".reviews li");
  assertEquals(await tab.locator(".failed").count(), 1);

  // Again, over the socket: the same regions, as patches.
  const asked: string[] = [];
  tab.on("request", (request) => asked.push(request.url()));
  await tab.fill("input[type=range]", "100");
  await tab.click("text=Load again");
  await tab.waitForFunction(() => document.querySelectorAll("[aria-busy]").length >= 10);
  await tab.waitForSelector(".rates");
  await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
  assertEquals(await tab.locator("tbody > tr").count(), 6);
  assertEquals(asked, []);
  assertEquals(example.service.latency, 100);

  // Whoever leaves while the page is still coming is not worked for.
  example.service.latency = 60_000;
  await tab.routeWebSocket("**/_vango/live", () => {});
  await tab.reload({ waitUntil: "commit" });
  await tab.waitForSelector(".arrivals");
  const before = example.service.abandoned;
  await tab.close();
  const gone = Date.now() + 10_000;
  while (example.service.abandoned < before + 5) {
    assert(Date.now() < gone, "the services are still asked");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(problems, []);
});
