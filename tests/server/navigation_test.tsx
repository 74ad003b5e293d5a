import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Component, type Renderable, signal, Title } from "@vango/vango";
import { Hono } from "hono";
import { makeApp, startServer, Tab, type TestApp, Visitor } from "./rig.ts";

/** A site with guards, redirects and routes that are no pages. */
function makeSite(): TestApp & { readonly ran: string[] } {
  const test = makeApp({ title: "Site" });
  const { app, vango } = test;
  const ran: string[] = [];
  const page = (name: string) => vango.page(() => <p>{name}</p>);
  app.get("/", page("home"));
  app.get(
    "/two/:id",
    vango.page((ctx) => <p>two {ctx.params.id} {ctx.url.search}</p>, {
      title: "Two",
    }),
  );
  app.use("/admin/*", async (c, next) => {
    ran.push("guard");
    return c.req.header("cookie")?.includes("role=admin")
      ? await next()
      : c.redirect("/login?to=admin");
  });
  app.get("/admin/users", page("users"));
  app.get("/login", page("login"));
  app.get("/forbidden", (c) => c.text("No", 403));
  app.get("/forbidden", page("forbidden"));
  app.use("/late", async (c, next) => {
    await next();
    c.res = new Response("No", { status: 403 });
  });
  app.get("/late", page("late"));
  app.get("/throws", (_c, _next) => {
    throw new Error("route");
  });
  app.get("/loop/:n", (c) => c.redirect("/loop/" + (Number(c.req.param("n")) + 1)), page("loop"));
  app.get("/away", (c) => c.redirect("https://elsewhere.example/x"), page("away"));
  app.get("/script", (c) => c.redirect("javascript:alert(1)"), page("script"));
  app.get("/scheme", (c) => c.redirect("//elsewhere.example/x"), page("scheme"));
  app.get("/download", (c) => {
    ran.push("download");
    return c.text("file");
  });
  app.get("/moved", (c) => c.redirect("/two/7?x=1"), page("moved"));
  app.get("/peer", (c, next) => {
    ran.push((c.env as { remoteAddr: Deno.NetAddr }).remoteAddr.hostname);
    return next();
  }, page("peer"));
  return { ...test, ran };
}

async function openSite(path = "/") {
  const site = makeSite();
  const server = startServer(site);
  const tab = await new Visitor(server).live(path);
  return {
    ...site,
    server,
    tab,
    async [Symbol.asyncDispose]() {
      await tab.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("navigation shows another page in place, with its params, query and title", async () => {
  await using site = await openSite();
  const { tab } = site;
  assertEquals([tab.text, tab.page.title], ["home", "Site"]);
  await tab.navigate("/two/5?a=b");
  assertEquals([tab.text, tab.page.title, tab.urls], ["two 5 ?a=b", "Two", ["push /two/5?a=b"]]);
  await tab.navigate("/", "replace");
  assertEquals([tab.text, tab.page.title, tab.urls.at(-1)], ["home", "Site", "replace /"]);
  await tab.navigate("/two/6", "pop");
  assertEquals([tab.text, tab.urls.length], ["two 6", 2]);
});

Deno.test("navigation takes an absolute address of this site, and none of a similar one", async () => {
  await using site = await openSite();
  const { tab, server } = site;
  await tab.navigate(server.origin + "/two/5");
  assertEquals(tab.text, "two 5");
  await tab.navigate(server.origin + ".evil.example/two/6");
  await tab.navigate(`http://127.0.0.1:${server.port}@evil.example/two/6`);
  assertEquals(tab.text, "two 5");
  assertEquals(tab.urls.slice(1), ["load push /two/5", "load push /two/5"]);
});

Deno.test("navigation meets the same guard as a GET, and its redirect is followed in process (THREATS 26)", async () => {
  await using site = await openSite();
  const { tab, ran } = site;
  const direct = await tab.visitor.fetch("/admin/users");
  assertEquals([direct.status, direct.headers.get("location")], [302, "/login?to=admin"]);
  await direct.body?.cancel();
  await tab.navigate("/admin/users");
  assertEquals(tab.text, "login");
  assertEquals(tab.urls, ["push /login?to=admin"]);
  assertEquals(ran, ["guard", "guard"]);
});

Deno.test("navigation to a page that a guard allows shows it", async () => {
  const site = makeSite();
  await using server = startServer(site);
  const visitor = new Visitor(server);
  const page = await visitor.open("/");
  visitor.cookie += "; role=admin";
  using tab = new Tab(visitor, "/", page.html);
  await tab.connect();
  await tab.navigate("/admin/users");
  assertEquals(tab.text, "users");
});

Deno.test("navigation leaves to the browser whatever is refused, before or after the page ran (THREATS 26)", async () => {
  await using site = await openSite();
  const { tab } = site;
  for (const path of ["/forbidden", "/late"]) {
    await tab.navigate(path);
    assertEquals(tab.urls.at(-1), `load push ${path}`);
    assertEquals(tab.text, "home");
    const direct = await tab.visitor.fetch(path);
    assertEquals([direct.status, await direct.text()], [403, "No"]);
  }
});

Deno.test("navigation never runs a route that is no page: the browser asks for it, once", async () => {
  await using site = await openSite();
  const { tab, ran, errors } = site;
  for (const path of ["/download", "/throws", "/nowhere", "/_vango/live", "/_vango/session"]) {
    await tab.navigate(path);
    assertEquals(tab.urls.at(-1), `load push ${path}`);
  }
  assertEquals(ran, []);
  assertEquals(errors, []);
  assertEquals(tab.text, "home");
});

Deno.test("navigation leaves a redirect to another site to the browser, whatever its scheme (THREATS 26, 27)", async () => {
  await using site = await openSite();
  const { tab } = site;
  for (const path of ["/away", "/script", "/scheme"]) {
    await tab.navigate(path);
    // The path, never the target: the browser follows it as it follows any redirect.
    assertEquals(tab.urls.at(-1), `load push ${path}`);
  }
});

Deno.test("navigation bounds redirect loops (THREATS 27)", async () => {
  await using site = await openSite();
  const { tab, errors } = site;
  await tab.navigate("/loop/0");
  assertEquals(errors.map((error) => (error as Error).name), ["RedirectError"]);
  assertEquals(tab.text, "home");
  await tab.navigate("/moved");
  assertEquals([tab.text, tab.urls.at(-1)], ["two 7 ?x=1", "push /two/7?x=1"]);
});

Deno.test("navigation refuses addresses that leave the site (THREATS 27)", async () => {
  await using site = await openSite();
  const { tab, ran } = site;
  const bad = [
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "/.//evil.example",
    "x",
  ];
  for (const url of bad) {
    await tab.navigate(url);
    assertEquals(tab.urls.at(-1), "load push /", url);
  }
  assertEquals(ran, []);
});

Deno.test("navigation runs with the peer's address and without the handshake's headers", async () => {
  const site = makeSite();
  const seen: string[][] = [];
  site.app.use("/two/*", async (c, next) => {
    seen.push([...c.req.raw.headers.keys()]);
    return await next();
  });
  // Middleware that is added after a route does not run for it; the guard above does.
  site.app.get("/headers", (c, next) => {
    seen.push([...c.req.raw.headers.keys()]);
    return next();
  }, site.vango.page(() => <p>headers</p>));
  await using server = startServer(site);
  using tab = await new Visitor(server).live("/");
  await tab.navigate("/peer");
  assertEquals(site.ran, ["127.0.0.1"]);
  await tab.navigate("/headers");
  assertEquals(tab.text, "headers");
  assert(seen[0]!.includes("cookie"));
  for (const name of seen[0]!) assert(!/^(?:sec-|upgrade|connection|origin)/.test(name), name);
});

Deno.test("navigation finds pages of sub-apps, also of those with an error handler of their own", async () => {
  const test = makeApp();
  test.app.get("/", test.vango.page(() => <p>home</p>));
  const plain = new Hono();
  plain.get("/a", test.vango.page(() => <p>plain</p>));
  const careful = new Hono();
  careful.onError((_, c) => c.text("careful", 500));
  careful.get("/a", test.vango.page(() => <p>careful</p>));
  test.app.route("/plain", plain);
  test.app.route("/careful", careful);
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/");
  for (const name of ["plain", "careful"]) {
    await tab.navigate(`/${name}/a`);
    assertEquals(tab.text, name);
  }
});

Deno.test("navigation keeps a layout that both pages share, with its state", async () => {
  let made = 0;
  const Layout: Component<{ children: Renderable }> = (props) => {
    made++;
    const open = signal(0);
    return () => (
      <main>
        <button type="button" onclick={() => open.value++}>open {open}</button>
        {props.children}
      </main>
    );
  };
  const test = makeApp();
  test.app.get("/a", test.vango.page(() => <p>a</p>, { layout: Layout }));
  test.app.get("/b", test.vango.page(() => <p>b</p>, { layout: Layout }));
  await using server = startServer(test);
  using tab = await new Visitor(server).live("/a");
  await tab.act("click", "button");
  await tab.navigate("/b");
  assertEquals([tab.text, made], ["open 1b", 1]);
});

Deno.test("navigation to a page that fails shows the error in its place, and the next one works", async () => {
  const site = makeSite();
  site.app.get(
    "/broken",
    site.vango.page(() => {
      throw new Error("secret");
    }),
  );
  await using server = startServer(site);
  using tab = await new Visitor(server).live("/");
  await tab.navigate("/broken");
  assertMatch(tab.text, /Error [\w-]{8}/);
  assert(!tab.text.includes("secret"));
  await tab.navigate("/two/1");
  assertEquals(tab.text, "two 1");
});

Deno.test("navigation gives titles of components back when they go", async () => {
  const site = makeSite();
  site.app.get(
    "/titled",
    site.vango.page(() => (
      <p>
        <Title>From inside</Title>x
      </p>
    )),
  );
  await using server = startServer(site);
  using tab = await new Visitor(server).live("/");
  const titles: string[] = [];
  for (const path of ["/titled", "/two/1", "/titled", "/"]) {
    await tab.navigate(path);
    titles.push(tab.page.title);
  }
  assertEquals(titles, ["From inside", "Two", "From inside", "Site"]);
});

Deno.test("redirect in a handler is a live navigation; a chain of pages that redirect is bounded", async () => {
  const site = makeSite();
  const { app, vango } = site;
  app.get(
    "/go",
    vango.page((ctx) => (
      <main>
        <button type="button" onclick={() => ctx.redirect("/two/9")}>go</button>
        <a href="#" onclick={() => ctx.redirect("/chain/0")}>chain</a>
        <i onclick={() => ctx.redirect("//evil.example")}>evil</i>
      </main>
    )),
  );
  app.get(
    "/chain/:n",
    vango.page((ctx) => {
      ctx.redirect(`/chain/${Number(ctx.params.n) + 1}`);
      return <p>chain</p>;
    }),
  );
  await using server = startServer(site);
  using tab = await new Visitor(server).live("/go");
  await tab.act("click", "i");
  assertEquals([tab.errors.map(({ code }) => code), tab.urls], [["handler"], []]);
  await tab.act("click", "button");
  await tab.until(() => tab.text === "two 9");
  await tab.navigate("/go");
  await tab.act("click", "a");
  await tab.until(() => site.errors.length > 1);
  assertEquals((site.errors[1] as Error).message.includes("redirect"), true);
  // A redirect loop is the app's mistake; the page is still alive.
  await tab.navigate("/");
  assertEquals(tab.text, "home");
});
