import { assert, assertEquals } from "@std/assert";
import { Badge, type BadgeVariant, Card, type Ctx, ErrorCard, signal } from "@vango/vango";
import { openSite } from "../browser/e2e_rig.ts";
import { makeApp, startServer, Visitor } from "../server/rig.ts";

const VARIANTS: BadgeVariant[] = ["solid", "secondary", "outline", "success", "warning", "danger"];

/** The content of a page, as its GET has it, without marks. */
async function contentOf(page: (ctx: Ctx) => unknown): Promise<{ head: string; body: string }> {
  const test = makeApp({ csp: true });
  test.app.get("/", test.vango.page((ctx) => <main>{page(ctx) as string}</main>));
  await using server = startServer(test);
  const html = (await (await new Visitor(server).fetch("/")).text())
    .replaceAll(/<!--.*?-->|<[!?]>| v(?:="[^"]*"|=\w+)?(?=[ >])/g, "");
  return { head: html.split("</head>")[0]!, body: /<main>(.*)<\/main>/s.exec(html)![1]! };
}

Deno.test("Badge is a span with its variant, its classes and its words", async () => {
  const { body } = await contentOf(() => (
    <>
      <Badge>New</Badge>
      <Badge variant="outline" class="mine" live>{"<Offline>"}</Badge>
    </>
  ));
  assertEquals(
    body,
    `<span class="vango-badge" data-variant="solid">New</span>` +
      `<span class="vango-badge mine" data-variant="outline" role="status">&lt;Offline&gt;</span>`,
  );
});

Deno.test("ErrorCard is an alert that says what has failed and what can be done", async () => {
  const { body } = await contentOf(() => (
    <ErrorCard title="Failed to load users" message="Try again in a minute.">
      <button type="button">Try again</button>
    </ErrorCard>
  ));
  assertEquals(
    body,
    `<div class="vango-card vango-error-card" role="alert">` +
      `<p class="vango-error-card-title">Failed to load users</p>` +
      `<p class="vango-error-card-message">Try again in a minute.</p>` +
      `<div class="vango-error-card-actions"><button type="button">Try again</button></div></div>`,
  );
  const bare = await contentOf(() => <ErrorCard title="<b>" class="wide" />);
  assertEquals(
    bare.body,
    `<div class="vango-card vango-error-card wide" role="alert">` +
      `<p class="vango-error-card-title">&lt;b&gt;</p></div>`,
  );
});

Deno.test("Card is an article around its content", async () => {
  const { body } = await contentOf(() => (
    <Card class="product">
      <h3>Lamp</h3>
    </Card>
  ));
  assertEquals(body, `<article class="vango-card product"><h3>Lamp</h3></article>`);
});

Deno.test("a component's style stands in the head once, with the nonce, in a layer of its own", async () => {
  const { head } = await contentOf(() =>
    Array.from({ length: 50 }, (_, i) => <Badge key={i}>{i}</Badge>)
  );
  assertEquals(head.match(/@layer vango\{\.vango-badge\{/g)?.length, 1);
  assertEquals(head.includes(".vango-card{"), false);
  const nonce = /<style data-vh="style vango-badge" nonce="([\w-]+)">/.exec(head)?.[1];
  assert(nonce);
  const cards = await contentOf(() => (
    <>
      <Card />
      <ErrorCard title="t" />
      <Card />
    </>
  ));
  assertEquals(cards.head.match(/@layer vango\{\.vango-card\{/g)?.length, 1);
});

Deno.test("a style comes with the first component over the socket, once, and goes with the last", async () => {
  const rows = signal(0);
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page(() => () => (
      <main>
        <button type="button" id="more" onclick={() => rows.value += 3}>more</button>
        <button type="button" id="none" onclick={() => rows.value = 0}>none</button>
        {Array.from({ length: rows.value }, (_, i) => <Badge key={i}>{i}</Badge>)}
      </main>
    )),
  );
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/");
  const styles = () =>
    [...tab.page.document.descendants()]
      .filter((element) => element.tag === "style" && element.get("data-vh"));
  const click = (id: string) => tab.act("click", (element) => element.get("id") === id);
  assertEquals(styles().length, 0);
  await click("more");
  assertEquals(styles().length, 1);
  assert(styles()[0]!.text.startsWith("@layer vango{.vango-badge{"));
  const [first] = styles();
  await click("more");
  // Not told again: the element is still the same.
  assert(styles()[0] === first);
  await click("none");
  assertEquals(styles().length, 0);
});

Deno.test("a component in a streamed region brings its style along, once, before a player is there", async () => {
  const test = makeApp({ csp: true });
  const late = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  test.app.get(
    "/",
    test.vango.page((ctx) => (
      <main>
        <Badge>there at once</Badge>
        {late.map(({ promise }, i) => (
          <div key={i}>
            {ctx.async.renderWithError(
              <p>…</p>,
              () => promise.then(() => <p>never</p>),
              () => (
                <ErrorCard title={`Part ${i} failed`}>
                  <Badge>late</Badge>
                </ErrorCard>
              ),
            )}
          </div>
        ))}
      </main>
    )),
  );
  const response = await test.app.request("/");
  late[0]!.reject(new Error("away"));
  late[1]!.reject(new Error("away"));
  const html = await response.text();
  const style = /<style data-vh="style vango-card" nonce="([\w-]+)">@layer vango\{\.vango-card\{/g;
  const [found, ...more] = html.matchAll(style);
  assertEquals(more.length, 0);
  assert(html.indexOf("</head>") < found!.index);
  assert(found!.index < Math.min(html.indexOf("Part 0 failed"), html.indexOf("Part 1 failed")));
  assertEquals(
    found![1],
    /'nonce-([\w-]+)'/.exec(response.headers.get("content-security-policy")!)?.[1],
  );
  // What the head has is not said again.
  assertEquals(html.match(/@layer vango\{\.vango-badge\{/g)?.length, 1);
  await test.vango.shutdown({ spread: 0 });
});

/** Two colours' ratio of contrast after WCAG 2, as they are painted on the page's ground. */
function contrasts(): { name: string; ratio: number }[] {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const paint = (...layers: string[]): number[] => {
    for (const layer of layers) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb: number[]): number => {
    const [r, g, b] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const grounds = (element: Element | null): string[] =>
    element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];
  return [...document.querySelectorAll("[data-contrast], .vango-error-card p, .vango-badge")]
    .map((element) => {
      const under = grounds(element);
      const ground = luminance(paint("white", ...under));
      const text = luminance(paint("white", ...under, getComputedStyle(element).color));
      const [light, dark] = ground > text ? [ground, text] : [text, ground];
      return { name: element.textContent!, ratio: (light! + 0.05) / (dark! + 0.05) };
    });
}

Deno.test("badges and cards can be read in light and dark, and an app's rules win", async () => {
  await using site = await openSite(({ app, vango }) => {
    const body =
      "color-scheme:light dark;color:light-dark(#111,#eee);background:light-dark(#fff,#0c0d10)";
    app.get(
      "/",
      vango.page(() => (
        <main style={body}>
          {VARIANTS.map((variant) => <Badge key={variant} variant={variant}>{variant}</Badge>)}
          <ErrorCard title="Failed to load users" message="Try again in a minute." />
          <div style="--vango-danger:rgb(0 0 255)">
            <ErrorCard class="blue" title="blue" />
          </div>
        </main>
      )),
    );
  });
  const page = await site.open();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = (await page.evaluate(contrasts)).filter(({ name }) => name !== "blue");
    assertEquals(found.length, VARIANTS.length + 2);
    for (const { name, ratio } of found) {
      assert(ratio >= 4.5, `${name} in ${colorScheme}: ${ratio.toFixed(2)}`);
    }
  }
  const blue = page.locator(".blue p");
  assertEquals(
    await blue.evaluate((element) => getComputedStyle(element).color),
    "rgb(0, 0, 255)",
  );
  const radius = await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("span { border-radius: 2px }");
    document.adoptedStyleSheets = [sheet];
    return getComputedStyle(document.querySelector(".vango-badge")!).borderRadius;
  });
  assertEquals(radius, "2px");
  assertEquals(site.complaints, []);
});
