import { assert, assertEquals } from "@std/assert";
import { openChromium } from "../../browser/chromium.ts";

const MAIN = new URL("../../../examples/dashboard/main.tsx", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url);

/** The dashboard in a process of its own, as `deno task dev` runs it. */
async function startDashboard(directory: string, port: number): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    // A location of its own: the counter and the note are kept by it.
    args: ["run", "-A", `--config=${CONFIG.pathname}`, `--location=http://test:${port}`, MAIN.href],
    cwd: directory,
    env: { PORT: String(port), VANGO_DATA: directory, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let said = "";
  while (!said.includes("Listening")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the dashboard ended before it listened: ${said}`);
    said += decoder.decode(value);
  }
  reader.releaseLock();
  return child;
}

async function stop(child: Deno.ChildProcess): Promise<Deno.CommandStatus> {
  child.kill("SIGTERM");
  await child.stdout.cancel();
  return await child.status;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

Deno.test("the page outlives a restart of the server with its scroll, focus and typed text", async () => {
  const directory = await Deno.makeTempDir({ prefix: "vango-dashboard-" });
  const port = freePort();
  let dashboard = await startDashboard(directory, port);
  try {
    await using chromium = await openChromium();
    const page = await chromium.newPage();
    await page.setViewportSize({ width: 1200, height: 500 });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector("html.vango-live");
    await page.evaluate(() => Object.assign(globalThis, { samePage: true }));

    const note = page.locator("textarea");
    await note.fill("");
    await note.pressSequentially("Kept by the server");
    await page.waitForFunction(() =>
      document.querySelectorAll(".credit b")[0]?.textContent !== undefined
    );
    await page.click('button[aria-label="Count up"]');
    const counted = page.locator('output[aria-label="Shared counter"]');
    await page.waitForFunction(() => document.querySelectorAll(".credit b").length === 2);
    const count = await counted.textContent();
    const filter = `deno ${dashboard.pid}`;
    await page.fill('input[name="filter"]', filter);
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length < 16);
    await note.focus();
    const scroll = await page.evaluate(() => scrollY);
    assert(scroll > 0, "the note is below the fold");

    assertEquals((await stop(dashboard)).code, 0);
    await page.waitForSelector("html.vango-offline");
    assert(await page.locator("[data-vango-offline]").isVisible());
    await note.pressSequentially(", typed while it was away");
    dashboard = await startDashboard(directory, port);
    await page.evaluate(() =>
      (globalThis as unknown as { vango: { connect(): void } }).vango.connect()
    );
    await page.waitForSelector("html.vango-live");

    assertEquals(await page.evaluate(() => "samePage" in globalThis), true, "not loaded again");
    assertEquals(await note.inputValue(), "Kept by the server, typed while it was away");
    assertEquals(await page.inputValue('input[name="filter"]'), filter);
    assertEquals(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA");
    assertEquals(await page.evaluate(() => scrollY), scroll);
    assertEquals(await counted.textContent(), count);
    assert(!await page.locator("[data-vango-offline]").isVisible());
    // The new server was told what stands in the field: the table is filtered again.
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length < 16);
    // Live again, not only connected: the next reading arrives.
    const moved = await page.getAttribute(".chart-lines", "transform");
    await page.waitForFunction(
      (moved) => document.querySelector(".chart-lines")!.getAttribute("transform") !== moved,
      moved,
    );
  } finally {
    await stop(dashboard);
    await Deno.remove(directory, { recursive: true });
  }
});
