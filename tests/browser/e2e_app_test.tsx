/** What apps do every day: dialogs, custom events, forms that empty themselves, log-out. */
import { assertEquals } from "@std/assert";
import { type Ctx, signal } from "@vango/vango";
import { listen, live, openSite, shows, startNetwork } from "./e2e_rig.ts";

/** A dialog that is opened and closed by keyboard. */
function Dialog() {
  const open = signal(false);
  const closed = signal(false);
  const close = () => {
    open.value = false;
    closed.value = true;
  };
  const moved = signal("nothing");
  return () => (
    <main>
      <button
        type="button"
        id="open"
        autofocus={closed.value}
        onclick={() => {
          open.value = true;
          closed.value = false;
        }}
      >
        Open
      </button>
      {open.value && (
        <div role="dialog" onkeydown={(event) => event.key === "Escape" && close()}>
          <input id="name" autofocus />
        </div>
      )}
      <x-map
        id="map"
        on:map-moved={(event) => moved.value = JSON.stringify(event.detail)}
      />
      <p id="moved">{moved}</p>
    </main>
  );
}

Deno.test("a dialog gets the focus and gives it back; custom events bring their detail", async () => {
  await using site = await openSite(({ app, vango }) => app.get("/", vango.page(Dialog)));
  const page = await site.open();
  const focused = (id: string) =>
    page.waitForFunction((id) => document.activeElement?.id === id, id, { timeout: 10_000 });
  for (let times = 0; times < 2; times++) {
    await page.focus("#open");
    await page.keyboard.press("Enter");
    await focused("name");
    await page.keyboard.press("Escape");
    await focused("open");
  }
  await page.locator("#map").evaluate((map) =>
    map.dispatchEvent(
      new CustomEvent("map-moved", { bubbles: true, detail: { p: [1, 2], f: { zoom: 3 } } }),
    )
  );
  await shows(page, "#moved", '{"p":[1,2],"f":{"zoom":3}}');
  assertEquals(site.complaints, []);
});

Deno.test("a form with data-reset is empty at once, and what is typed next is not lost", async () => {
  const said = signal<readonly string[]>([]);
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page(() => {
        const draft = signal("");
        return () => (
          <form
            data-reset
            onsubmit={(event) => {
              said.value = [...said.value, String(event.data.get("text"))];
              draft.value = "";
            }}
          >
            <input
              id="text"
              name="text"
              value={draft}
              oninput={(event) => draft.value = event.value}
            />
            <p id="draft">{draft}</p>
            <p id="said">{said.value.join("|")}</p>
          </form>
        );
      }),
    );
  });
  await using network = startNetwork(site.port);
  const page = await site.context.newPage();
  listen(page, site.complaints);
  await page.goto(`http://127.0.0.1:${network.port}/`);
  await live(page);
  network.delay = 150;
  await page.locator("#text").pressSequentially("one");
  await page.keyboard.press("Enter");
  assertEquals(await page.inputValue("#text"), "");
  await page.locator("#text").pressSequentially("two");
  await page.keyboard.press("Enter");
  await page.locator("#text").pressSequentially("three");
  await shows(page, "#said", "one|two");
  await shows(page, "#draft", "three");
  assertEquals(await page.inputValue("#text"), "three");
  assertEquals(site.complaints, []);
});

Deno.test("a log-out is seen at once, also on a page that was just loaded again", async () => {
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page((ctx: Ctx) => () => (
        <main>
          <p id="who">{ctx.session.userId ?? "nobody"}</p>
          <button type="button" id="in" onclick={() => ctx.session.setUserId("ada")}>in</button>
          <button type="button" id="out" onclick={() => ctx.session.destroy()}>out</button>
        </main>
      )),
    );
  });
  const page = await site.open();
  const cookie = page.waitForResponse((response) => response.url().endsWith("/_vango/session"));
  await page.click("#in");
  await shows(page, "#who", "ada");
  await cookie;
  await page.reload();
  await live(page);
  await shows(page, "#who", "ada");
  // Two seconds after it was loaded, for ever: within one a reload could be part of a circle.
  await page.evaluate(() => performance.now = () => 2000);
  await page.click("#out");
  await shows(page, "#who", "nobody");
});

Deno.test("a page that is to be loaded again lets another come that is on its way", async () => {
  let end = () => {};
  let loads = 0;
  const heard = Promise.withResolvers<void>();
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page((ctx: Ctx) => {
        if (++loads > 1) heard.resolve();
        end = () => ctx.session.destroy();
        return () => <a id="away" data-reload href="/next">next</a>;
      }),
    );
    // As a log-in may: the page's session ends before the answer goes out.
    app.get("/next", async (c) => {
      end();
      await heard.promise;
      return c.html("<p id=there>there</p>");
    });
    app.post("/heard", (c) => {
      heard.resolve();
      return c.body(null, 204);
    });
  });
  const page = await site.open();
  await page.evaluate(() => {
    document.addEventListener("vango:connect", () => fetch("/heard", { method: "POST" }));
    document.getElementById("away")!.click();
  });
  await page.waitForSelector("#there", { timeout: 10_000 });
  assertEquals(loads, 1);
});
