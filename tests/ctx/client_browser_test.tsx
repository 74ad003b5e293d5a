/** `ctx.client` with a real Chromium at the other end. */
import { assert, assertEquals } from "@std/assert";
import type { Ctx } from "@vango/vango";
import type { Page } from "playwright-core";
import { eventually, live, openSite, shows } from "../browser/e2e_rig.ts";
import { makeApp, startServer } from "../server/rig.ts";

const renders = { size: 0, hover: 0, gps: 0, plain: 0 };

const Size = (_: unknown, ctx: Ctx) => () => {
  renders.size++;
  return <p id="size">{ctx.client.screenSize}</p>;
};
const Hover = (_: unknown, ctx: Ctx) => () => {
  renders.hover++;
  return <p id="hover">{ctx.client.capabilities.hover ? "hover" : "none"}</p>;
};
const Gps = (_: unknown, ctx: Ctx) => () => {
  renders.gps++;
  return <p id="gps">{ctx.client.hasCapability("gps") ? "gps" : "none"}</p>;
};
const Plain = () => () => {
  renders.plain++;
  return <p>still</p>;
};

function Parts(ctx: Ctx) {
  const { client } = ctx;
  return (
    <main>
      <Size />
      <Hover />
      <Gps />
      <Plain />
      <p id="platform">{client.platform}</p>
      <button type="button" id="haptic" onclick={() => client.haptic("success")}>haptic</button>
      <button
        type="button"
        id="share"
        onclick={() => client.share({ title: "Lamp", url: "https://shop.example/lamp" })}
      >
        share
      </button>
      <button type="button" id="view" onclick={() => client.sendNative("FastImage")}>view</button>
      <button type="button" id="push" onclick={() => client.navigate("/next")}>push</button>
      <button
        type="button"
        id="replace"
        onclick={() => client.navigate("/next", { mode: "replace" })}
      >
        replace
      </button>
    </main>
  );
}

/** Requests for the page, by path. */
const asked: string[] = [];

function openParts() {
  return openSite(({ app, vango }) => {
    app.use("/", async (c, next) => {
      asked.push(c.req.header("sec-ch-viewport-width") ?? "-");
      await next();
    });
    app.get("/", vango.page(Parts));
    app.get("/next", vango.page(() => <h1>next</h1>));
  });
}

/** Notes what the page asks of the machine, which has neither a motor nor a share sheet. */
function machine() {
  const calls: unknown[] = [];
  Object.assign(globalThis, { calls });
  Object.defineProperties(navigator, {
    vibrate: { value: (pattern: number[]) => calls.push(["vibrate", pattern]) > 0 },
    share: {
      value: (data: ShareData) => {
        calls.push(["share", { ...data }, navigator.userActivation.isActive]);
        return Promise.reject(new DOMException("closed by the user", "AbortError"));
      },
    },
  });
  document.addEventListener("vango:native", ({ detail }: CustomEventInit) => {
    calls.push(["told", detail.operation]);
  });
}

/** A mouse that can be unplugged: which pointers there are else depends on the machine. */
function mouse() {
  const ask = matchMedia;
  const hover = Object.assign(new EventTarget(), { matches: true });
  Object.assign(globalThis, {
    matchMedia: (query: string) => query === "(any-hover:hover)" ? hover : ask(query),
    unplug() {
      hover.matches = false;
      hover.dispatchEvent(new Event("change"));
    },
  });
}

function callsOf(page: Page): Promise<unknown> {
  return page.evaluate(() => (globalThis as unknown as { calls: unknown }).calls);
}

Deno.test("ctx.client in Chromium", async (t) => {
  await using site = await openParts();
  const browser = site.context.browser()!;

  await t.step(
    "a first paint that depends on the width is asked for again, with the hint",
    async () => {
      // Without script: what is seen is the GET's.
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 700, height: 800 },
      });
      const page = await context.newPage();
      await page.goto(site.origin);
      assertEquals(await page.locator("#size").textContent(), "sm");
      assertEquals(asked.splice(0), ["-", "700"]);
      await page.reload();
      assertEquals(asked.splice(0), ["700"]);
      await context.close();
    },
  );

  await t.step(
    "what the handshake said is remembered for the next first paint",
    async () => {
      const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
      const page = await context.newPage();
      await page.goto(site.origin);
      await live(page);
      const [cookie] = (await context.cookies()).filter(({ name }) => name === "vango_client");
      assert(/^web\.390x800\.[01]{9}$/.test(cookie!.value), cookie!.value);
      const next = await (await context.request.get(site.origin)).text();
      assert(/id="size"[^>]*>(?:<!--.*?-->)*xs/.test(next), next);
      await context.close();
    },
  );

  await t.step(
    "a resize, a mouse unplugged and a permission each render their readers alone",
    async () => {
      const page = await site.context.newPage();
      await page.addInitScript(mouse);
      await page.setViewportSize({ width: 1300, height: 800 });
      const devtools = await browser.newBrowserCDPSession();
      const allow = (setting: "denied" | "granted") =>
        devtools.send("Browser.setPermission", {
          permission: { name: "geolocation" },
          setting,
          origin: site.origin,
        });
      await allow("granted");
      // CLIENT frames, as text.
      const told: string[] = [];
      page.on("websocket", (socket) => {
        socket.on("framesent", ({ payload }) => {
          const text = payload.toString();
          if (text.charCodeAt(0) === 0x26) told.push(text.slice(1));
        });
      });
      await page.goto(site.origin);
      await live(page);
      await shows(page, "#size", "xl");
      await shows(page, "#gps", "gps");
      await shows(page, "#hover", "hover");
      let before = { ...renders };
      const changed = async (selector: string, text: string, frame: string) => {
        await shows(page, selector, text);
        await eventually(page, () => told.includes(frame));
      };

      await page.setViewportSize({ width: 800, height: 600 });
      await changed("#size", "md", '{"screen":{"width":800,"height":600}}');
      assertEquals(renders, { ...before, size: before.size + 1 });

      before = { ...renders };
      await page.evaluate(() => (globalThis as unknown as { unplug(): void }).unplug());
      await changed("#hover", "none", '{"capabilities":{"hover":false}}');
      assertEquals(renders, { ...before, hover: before.hover + 1 });

      before = { ...renders };
      await allow("denied");
      await changed("#gps", "none", '{"capabilities":{"gps":false}}');
      assertEquals(renders, { ...before, gps: before.gps + 1 });
      await page.close();
    },
  );

  await t.step(
    "haptics vibrate, sharing opens the share sheet within the click, views are nothing",
    async () => {
      const context = await browser.newContext();
      await context.addInitScript(machine);
      const page = await context.newPage();
      await page.goto(site.origin);
      await live(page);
      await page.click("#view");
      await page.click("#haptic");
      await page.click("#share");
      await page.waitForFunction(() =>
        (globalThis as unknown as { calls: unknown[] }).calls.length > 3
      );
      assertEquals(await callsOf(page), [
        ["vibrate", [10, 50, 20]],
        ["told", 0x52],
        ["share", { title: "Lamp", url: "https://shop.example/lamp" }, true],
        ["told", 0x53],
      ]);
      await context.close();
    },
  );

  await t.step(
    "a machine that can neither vibrate nor share does nothing, and goes on",
    async () => {
      const context = await browser.newContext();
      await context.addInitScript(() => {
        Object.defineProperty(navigator, "vibrate", { value: undefined });
        Object.defineProperty(navigator, "share", { value: undefined });
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(site.origin);
      await live(page);
      await page.click("#haptic");
      await page.click("#share");
      await page.click("#push");
      await shows(page, "h1", "next");
      assertEquals(errors, []);
      await context.close();
    },
  );

  await t.step("navigate adds an entry to the history, or replaces it", async () => {
    const page = await site.open();
    const start = await page.evaluate(() => history.length);
    await page.click("#push");
    await shows(page, "h1", "next");
    assertEquals(await page.evaluate(() => [location.pathname, history.length]), [
      "/next",
      start + 1,
    ]);
    await page.goBack();
    await page.click("#replace");
    await shows(page, "h1", "next");
    assertEquals(await page.evaluate(() => [location.pathname, history.length]), [
      "/next",
      start + 1,
    ]);
    await page.close();
  });

  await t.step("Electron, Tauri and a page that says so are desktop", async () => {
    const shell = makeApp({ htmlAttributes: { "data-vango-platform": "desktop" } });
    shell.app.get("/", shell.vango.page(Parts));
    await using server = startServer(shell);
    const electron = await browser.newContext({
      userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Electron/40.1.0 Safari/537.36",
    });
    const tauri = await browser.newContext();
    await tauri.addInitScript(() => Object.assign(globalThis, { __TAURI_INTERNALS__: {} }));
    const plain = await browser.newContext();
    const expected = [
      [electron, site.origin, "desktop"],
      [tauri, site.origin, "desktop"],
      [plain, server.origin, "desktop"],
      [plain, site.origin, "web"],
    ] as const;
    for (const [context, origin, platform] of expected) {
      const page = await context.newPage();
      await page.goto(origin);
      await live(page);
      await shows(page, "#platform", platform);
      await page.close();
    }
    for (const context of [electron, tauri, plain]) await context.close();
  });
  assertEquals(site.errors, []);
});
