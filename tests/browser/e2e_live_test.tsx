/** Live pages end to end: real browsers, a real server, nothing in between. */
import { assert, assertEquals } from "@std/assert";
import { onMount, signal } from "@vango/vango";
import { eventually, listen, live, openSite, shows, textOf } from "./e2e_rig.ts";

Deno.test("two browsers see a shared signal change", async () => {
  const shared = signal(0);
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page(() => (
        <button type="button" id="b" onclick={() => shared.value++}>{shared}</button>
      )),
    );
  });
  const one = await site.open();
  const two = await site.visit();
  await one.click("#b");
  await shows(two, "#b", "1");
  await two.click("#b");
  await shows(one, "#b", "2");
  assertEquals(site.complaints, []);
});

Deno.test("ten tabs of one visitor live side by side, and leave when they are closed", async () => {
  const shared = signal(0);
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page((ctx) => {
        const mine = ctx.session.signal("mine", 0);
        return () => (
          <main>
            <button type="button" id="b" onclick={() => mine.value++}>{mine}</button>
            <i id="i">{shared}</i>
          </main>
        );
      }),
    );
  });
  // The first brings the cookie; ten first visits at once would be ten visitors.
  const first = await site.open();
  const tabs = [first, ...await Promise.all(Array.from({ length: 9 }, () => site.open()))];
  assertEquals(site.vango.stats().live, 10);
  await tabs[7]!.click("#b");
  shared.value = 5;
  for (const tab of tabs) {
    await shows(tab, "#b", "1");
    await shows(tab, "#i", "5");
  }
  await Promise.all(tabs.slice(1).map((tab) => tab.close()));
  await eventually(first, () => site.vango.stats().live === 1);
  assertEquals(site.complaints, []);
});

/** Pushes patches into the page's component without end. */
function Ticking() {
  const ticks = signal(0);
  const text = signal("");
  onMount(() => {
    const timer = setInterval(() => ticks.value++, 2);
    return () => clearInterval(timer);
  });
  return () => (
    <main>
      <b id="ticks">{ticks.value}</b>
      <input id="i" value={text.value} oninput={(event) => text.value = event.value} />
      <textarea
        id="t"
        value={text.value}
        oninput={(event) => text.value = event.value}
      />
      <p id="p" class={ticks.value % 2 ? "odd" : "even"}>{text.value}</p>
    </main>
  );
}

Deno.test("typing while patches arrive loses no letter and keeps the caret", async () => {
  await using site = await openSite(({ app, vango }) => app.get("/", vango.page(Ticking)));
  const page = await site.open();
  const words = "The quick brown fox jumps over the lazy dog";
  await page.locator("#i").pressSequentially(words);
  await shows(page, "#p", words);
  assertEquals(await page.inputValue("#i"), words);
  // In the middle of what stands there.
  await page.locator("#i").evaluate((input: HTMLInputElement) => input.setSelectionRange(4, 9));
  await page.keyboard.type("very slow");
  assertEquals(
    await page.locator("#i").evaluate((input: HTMLInputElement) => input.selectionStart),
    13,
  );
  const changed = words.replace("quick", "very slow");
  await shows(page, "#p", changed);
  assertEquals(await page.inputValue("#i"), changed);
  await page.locator("#t").press("Control+End");
  await page.keyboard.type("!\nNew line");
  await shows(page, "#p", changed + "!\nNew line");
  assertEquals(await page.evaluate(() => document.activeElement?.id), "t");
  assertEquals(site.complaints, []);
});

Deno.test("an input whose value the server changes shows the server's value once typing ends", async () => {
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page(() => {
        const text = signal("");
        return () => (
          <main>
            <input
              id="i"
              value={text}
              oninput={(event) => text.value = event.value.toUpperCase().replaceAll("X", "")}
            />
            <p id="p">{text}</p>
          </main>
        );
      }),
    );
  });
  const page = await site.open();
  await page.locator("#i").pressSequentially("axbxc");
  await shows(page, "#p", "ABC");
  await page.waitForFunction(() => document.querySelector("input")!.value === "ABC");
  assertEquals(site.complaints, []);
});

Deno.test("a composition of an input method is not disturbed by patches", async () => {
  await using site = await openSite(({ app, vango }) => app.get("/", vango.page(Ticking)));
  const page = await site.open();
  await page.focus("#i");
  const session = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    session.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  for (const text of ["に", "にほ", "にほん"]) {
    await compose(text);
    const before = Number(await textOf(page, "#ticks"));
    await page.waitForFunction(
      (n) => +document.querySelector("#ticks")!.textContent! > n + 3,
      before,
    );
    assertEquals(await page.inputValue("#i"), text);
  }
  await session.send("Input.insertText", { text: "日本" });
  await page.keyboard.type("go");
  await shows(page, "#p", "日本go");
  assertEquals(await page.inputValue("#i"), "日本go");
  assertEquals(site.complaints, []);
});

Deno.test("focus, selection and scroll stay while a list changes its order around them", async () => {
  const order = signal(Array.from({ length: 200 }, (_, i) => i));
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page(() => () => (
        <ul style={{ height: "200px", overflow: "auto" }} id="list">
          {order.value.map((n) => (
            <li key={n}>
              <input id={`i${n}`} name={`n${n}`} />
            </li>
          ))}
        </ul>
      )),
    );
  });
  const page = await site.open();
  await page.fill("#i100", "typed and not told");
  await page.locator("#i100").evaluate((input: HTMLInputElement) => input.setSelectionRange(2, 5));
  const node = await page.$("#i100");
  for (let i = 0; i < 20; i++) {
    order.value = order.value.map((n) => (n * 7 + i) % 200).filter((n) => n !== 3 + i || n === 100);
    await page.waitForFunction(
      (first) => document.querySelector("li input")!.id === `i${first}`,
      order.value[0],
    );
  }
  assertEquals(
    await page.evaluate((node) => {
      const input = document.querySelector("#i100") as HTMLInputElement;
      return [input === node, document.activeElement === input, input.value, input.selectionStart];
    }, node),
    [true, true, "typed and not told", 2],
  );
  assertEquals(site.complaints, []);
});

Deno.test("a page under a strict policy works without a violation", async () => {
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page((ctx) => {
        const open = signal(false);
        return () => (
          <main>
            <button
              type="button"
              id="b"
              style={{ color: open.value ? "red" : "blue" }}
              onclick={() => {
                open.value = !open.value;
                ctx.emit("toggled", open.value);
              }}
            >
              {open.value ? "open" : "closed"}
            </button>
            {open.value
              ? <p style={{ margin: "1px" }} id="p">{["a", "b"].map((x) => <i key={x}>{x}</i>)}</p>
              : null}
            <a href="/two" id="l">two</a>
          </main>
        );
      }),
    );
    app.get("/two", vango.page(() => <p id="two" style="color: green">two</p>));
  });
  const page = await site.context.newPage();
  listen(page, site.complaints);
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`violation of ${event.violatedDirective} by ${event.blockedURI}`);
    });
  });
  const response = await page.goto(site.origin);
  assert(response!.headers()["content-security-policy"]!.includes("'strict-dynamic'"));
  await live(page);
  await page.evaluate(() => document.addEventListener("toggled", () => document.title = "told"));
  await page.click("#b");
  await shows(page, "#p", "ab");
  assertEquals(await page.title(), "told");
  assertEquals(
    await page.locator("#b").evaluate((button) => getComputedStyle(button).color),
    "rgb(255, 0, 0)",
  );
  await page.click("#l");
  await shows(page, "#two", "two");
  assertEquals(site.complaints, []);
  // The policy is really there: what it forbids does not run.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      "beforeend",
      `<img src="/x" onerror="document.title = 'hacked'">`,
    );
  });
  await eventually(
    page,
    () => site.complaints.some((text) => text.includes("violation of script-src")),
  );
  assertEquals(await page.title(), "told");
});

Deno.test("a page without script shows its content, links and forms", async () => {
  await using site = await openSite(({ app, vango }) => {
    app.get(
      "/",
      vango.page((ctx) => (
        <main>
          <h1>Orders</h1>
          <p id="p">
            {ctx.async.render(<i>wait</i>, async () => {
              await Promise.resolve();
              return <b>slow part</b>;
            })}
          </p>
          <a href="/two" id="l">two</a>
        </main>
      )),
    );
    app.get("/two", vango.page(() => <p id="two">two</p>));
  });
  const context = await site.context.browser()!.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(site.origin);
  assertEquals(await page.textContent("h1"), "Orders");
  await page.waitForSelector("b");
  assertEquals(await page.textContent("#p"), "slow part");
  await page.click("#l");
  assertEquals(await page.textContent("#two"), "two");
  await context.close();
});
