/** THREATS "Pages and navigation" as far as they concern the document that a GET answers with. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Component, computed, effect, onCleanup, signal, Title } from "@vango/vango";
import { type DefaultTreeAdapterMap, parse } from "parse5";
import { makeApp, startServer, until, Visitor } from "../server/rig.ts";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

/** Every element of a document. */
function elements(html: string): Element[] {
  const found: Element[] = [];
  const walk = (node: Node): void => {
    if ("tagName" in node) found.push(node);
    if ("childNodes" in node) { for (const child of node.childNodes) walk(child); }
  };
  walk(parse(html));
  return found;
}

function textOf(node: Node): string {
  if (node.nodeName === "#text") return (node as DefaultTreeAdapterMap["textNode"]).value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value;
}

Deno.test("THREATS 25: renders of two users that interleave at every await share nothing", async () => {
  const gates = new Map<string, (() => void)[]>();
  const step = (user: string): Promise<void> =>
    new Promise((resolve) => (gates.get(user) ?? gates.set(user, []).get(user)!).push(resolve));
  const cleaned: string[] = [];
  let made = 0;
  const test = makeApp({ csp: true });
  const Inner: Component<{ user: string }> = (props, ctx) => {
    // Belongs to whoever sets up now, whatever else is half way.
    const seen = signal(props.user);
    const double = computed(() => seen.value + seen.value);
    onCleanup(() => cleaned.push(props.user));
    effect(() => {});
    made++;
    return () => <i>{double.value} {ctx.session.get("user") as string} {ctx.nonce}</i>;
  };
  test.app.get(
    "/:user",
    test.vango.page(async (ctx) => {
      const { user } = ctx.params as { user: string };
      ctx.session.set("user", user);
      await step(user);
      const before = ctx.session.get("user");
      await step(user);
      return (
        <main>
          <Title>{user}</Title>
          <b>{before as string} {ctx.params.user} {ctx.nonce}</b>
          <Inner user={user} />
        </main>
      );
    }),
  );
  const users = ["ada", "bob"];
  const responses = users.map((user) => test.app.request("/" + user));
  for (let round = 0; round < 2; round++) {
    for (const user of users) {
      await until(() => gates.get(user)?.length);
      gates.get(user)!.shift()!();
      // The other one goes on in between.
      await Promise.resolve();
    }
  }
  const nonces = new Set<string>();
  for (const [i, response] of (await Promise.all(responses)).entries()) {
    const user = users[i]!;
    const nonce = /'nonce-([^']+)'/.exec(response.headers.get("content-security-policy")!)![1]!;
    nonces.add(nonce);
    const html = await response.text();
    const all = elements(html);
    const text = (tag: string) => textOf(all.find(({ tagName }) => tagName === tag)!);
    assertEquals(text("b"), `${user} ${user} ${nonce}`);
    assertEquals(text("i"), `${user}${user} ${user} ${nonce}`);
    assertEquals(text("title"), user);
    const other = users[1 - i]!;
    assert(!html.includes(other));
    assertMatch(response.headers.get("set-cookie")!, /^vango=s\./);
  }
  assertEquals(nonces.size, 2);
  assertEquals(made, 2);
  await test.vango.shutdown({ spread: 0 });
  assertEquals(cleaned.sort(), users);
});

/** What breaks out of something somewhere. */
const HOSTILE = [
  `"'<>&\`=/`,
  `</p><script>alert(1)</script>`,
  `</script><script>alert(1)</script>`,
  `</title><img src=x onerror=alert(1)>`,
  `</textarea><img src=x onerror=alert(1)>`,
  `</style><img src=x onerror=alert(1)>`,
  `<!--><img src=x onerror=alert(1)>`,
  `--!><img src=x onerror=alert(1)>`,
  `--><img src=x onerror=alert(1)>`,
  `]]><img src=x>`,
  `<!--v0--><!--/v0-->`,
  `<!><?>`,
  `\u2028\u2029`,
  `\ud800 lone \udc00`,
  `\u0000nul`,
  `&lt;img&gt; &amp;amp; &#60;`,
  `\nfirst line`,
  `" onmouseover="alert(1)`,
  `' onmouseover='alert(1)`,
  ` v=a `,
];

Deno.test("THREATS 28: hostile text stands inert in every position of the page", async () => {
  const test = makeApp({ csp: true });
  let hostile = "";
  test.app.get(
    "/",
    test.vango.page(() => (
      <main>
        <Title>{hostile}</Title>
        <p id="text">{hostile}</p>
        <p id="list">{[hostile, hostile]}</p>
        <p id="quoted" title={hostile}>x</p>
        <p id="data" data-x={hostile}>x</p>
        <p id="style" style={{ color: hostile }}>x</p>
        <p id="class" class={hostile}>x</p>
        <input id="value" value={hostile} />
        <textarea id="area" value={hostile} />
        <select id="select">
          <option value={hostile}>{hostile}</option>
        </select>
        <svg id="svg">
          <title>{hostile}</title>
        </svg>
      </main>
    )),
  );
  const shape = async () => {
    const html = await (await test.app.request("/")).text();
    return { html, all: elements(html) };
  };
  hostile = "harmless";
  const tags = (await shape()).all.map(({ tagName }) => tagName);
  for (hostile of HOSTILE) {
    const { html, all } = await shape();
    assertEquals(all.map(({ tagName }) => tagName), tags, hostile);
    const names = new Set(all.flatMap(({ attrs }) => attrs.map(({ name }) => name)));
    for (const name of names) assert(!name.startsWith("on"), `${name} from ${hostile}`);
    // Lone surrogates and NUL are no characters of a document.
    const shown = hostile.replace(/[\ud800-\udfff]/g, "\ufffd").replace(/\0/g, "\ufffd");
    const at = (id: string) => all.find((element) => attribute(element, "id") === id)!;
    const sent = textOf(at("text"));
    assert(sent === shown || sent === hostile || sent === shown.replace("\ufffdnul", "nul"), sent);
    assertEquals(textOf(at("list")), sent + sent);
    assertEquals(attribute(at("quoted"), "title"), sent);
    assertEquals(attribute(at("data"), "data-x"), sent);
    assertEquals(attribute(at("value"), "value"), sent);
    assertEquals(textOf(at("area")), sent);
    assert(!html.includes("alert(1)</script><"), hostile);
  }
  await test.vango.shutdown();
});

Deno.test("THREATS 28: an address that runs script is refused, not written", async () => {
  const test = makeApp();
  let url = "/fine";
  test.app.get("/", test.vango.page(() => <a id="a" href={url}>x</a>));
  const get = async () => await (await test.app.request("/")).text();
  assert((await get()).includes(`href="/fine"`));
  for (
    url of ["javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:alert(1)", "vbscript:x"]
  ) {
    assert(!/href=/.test(await get()), url);
  }
  await test.vango.shutdown();
});

Deno.test("THREATS 29: a page with a strict policy has a fresh nonce, no inline script, and is not cached", async () => {
  const test = makeApp({ csp: true });
  test.app.get("/", test.vango.page(() => <p style={{ color: "red" }}>page</p>));
  const nonces: string[] = [];
  for (let i = 0; i < 2; i++) {
    const response = await test.app.request("/");
    assertEquals(response.headers.get("cache-control"), "private, no-store");
    const policy = response.headers.get("content-security-policy")!;
    for (const unsafe of ["unsafe-eval", "script-src 'unsafe-inline'", "*"]) {
      assert(!policy.includes(unsafe), policy);
    }
    assertMatch(policy, /default-src 'self'/);
    assertMatch(policy, /object-src 'none'/);
    assertMatch(policy, /base-uri 'none'/);
    const nonce = /script-src 'nonce-([^']{20,})'/.exec(policy)![1]!;
    nonces.push(nonce);
    const all = elements(await response.text());
    for (const script of all.filter(({ tagName }) => tagName === "script")) {
      assertEquals(attribute(script, "nonce"), nonce);
      assertEquals(textOf(script), "");
    }
    for (const style of all.filter(({ tagName }) => tagName === "style")) {
      assertEquals(attribute(style, "nonce"), nonce);
    }
  }
  assertNotEquals(nonces[0], nonces[1]);
  await test.vango.shutdown();
});

Deno.test("THREATS 29: a host that cannot be trusted does not choose what the policy allows", async () => {
  const test = makeApp({ csp: true });
  test.app.get("/", test.vango.page(() => <p>page</p>));
  await using server = startServer(test);
  const answer = await server.raw(
    "GET / HTTP/1.1\r\nHost: x.example;script-src\r\n\r\n",
  );
  assertEquals(answer.split(" ")[1], "400");
  const visitor = new Visitor(server);
  const response = await visitor.fetch("/");
  assert(
    response.headers.get("content-security-policy")!.includes(`ws://127.0.0.1:${server.port}`),
  );
  await response.body?.cancel();
});
