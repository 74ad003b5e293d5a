import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { makeApp, type TestApp } from "./rig.ts";
import type { VangoOptions } from "@vango/vango";

/** An app with a page that goes on without a network, and one that does not. */
function makeOffline(options: Partial<VangoOptions> = {}): TestApp {
  const test = makeApp({ csp: true, sync: {}, offline: { script: "self.app = 1" }, ...options });
  const { app, vango } = test;
  app.get(
    "/in",
    vango.page((ctx) => {
      ctx.session.setUserId("ana");
      return <p>in</p>;
    }),
  );
  app.get("/offline", vango.page(() => <p>offline</p>, { offline: true }));
  app.get("/online", vango.page(() => <p>online</p>));
  return test;
}

/** What a document says to the offline part of its page. */
async function said(response: Response): Promise<unknown> {
  const [, text] = / data-offline="([^"]*)"/.exec(await response.text()) ?? [];
  return text && JSON.parse(text.replaceAll("&quot;", '"'));
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]!.split(";")[0]!;
}

Deno.test("a document says whose data is shown without a network, and nobody's where nobody is in", async () => {
  const { app } = makeOffline();
  assertEquals(await said(await app.request("/offline")), {});
  const entered = await app.request("/in");
  const headers = { cookie: cookieOf(entered) };
  assertEquals(await said(entered), { account: { user: "ana", login: "ana" } });
  // A page that needs the server says it, too: the user may have changed since the last one.
  assertEquals(await said(await app.request("/online", { headers })), {
    account: { user: "ana", login: "ana" },
  });
  const account = await app.request("/_vango/offline/account.json", { headers });
  assertEquals(await account.json(), { account: { user: "ana", login: "ana" } });
  assertEquals(account.headers.get("cache-control"), "private, no-store");
  assertEquals(await (await app.request("/_vango/offline/account.json")).json(), {});
});

Deno.test("an app that syncs nothing shows its offline pages to everybody", async () => {
  const app = new Hono();
  const { vango } = makeApp({ app, offline: { script: "" } });
  app.get("/", vango.page(() => <p>hello</p>, { offline: true }));
  assertEquals(await said(await app.request("/")), { account: { user: "" } });
});

Deno.test("the app's bundle is served for workers and for the whole site, and only sent when it is new", async () => {
  let made = 0;
  const { app } = makeOffline({
    offline: { script: () => Promise.resolve(`self.app = ${++made}`) },
  });
  const first = await app.request("/_vango/offline/app.js");
  assertEquals(await first.text(), "self.app = 1");
  assertEquals(first.headers.get("service-worker-allowed"), "/");
  assertEquals(first.headers.get("cache-control"), "public, no-cache");
  assertStringIncludes(first.headers.get("content-type")!, "text/javascript");
  const headers = { "if-none-match": first.headers.get("etag")! };
  const second = await app.request("/_vango/offline/app.js", { headers });
  assertEquals([second.status, await second.text(), made], [304, "", 1]);
});

Deno.test("a bundle that cannot be made is in the log, and is tried again", async () => {
  let attempts = 0;
  const failure = new Error("no sources here");
  const { app, errors } = makeOffline({
    offline: {
      script: () => ++attempts === 1 ? Promise.reject(failure) : Promise.resolve("ok"),
    },
  });
  const failed = await app.request("/_vango/offline/app.js");
  assertEquals(failed.status, 500);
  assert(!(await failed.text()).includes("sources"));
  assertEquals(errors, [failure]);
  assertEquals(await (await app.request("/_vango/offline/app.js")).text(), "ok");
});

Deno.test("the policy of a page lets workers of this site run, and a page's script is immutable", async () => {
  const { app } = makeOffline();
  const page = await app.request("/offline");
  assertStringIncludes(page.headers.get("content-security-policy")!, "worker-src 'self'");
  const [path] = /\/_vango\/offline\/page\.[^"]+\.js/.exec(await page.text())!;
  const script = await app.request(path);
  assertMatch(script.headers.get("cache-control")!, /immutable/);
  await script.body?.cancel();
});

Deno.test("an app without offline pages has nothing of them", async () => {
  const { app } = makeOffline({ offline: undefined! });
  assertEquals(await said(await app.request("/offline")), undefined);
  for (const path of ["app.js", "account.json"]) {
    assertEquals((await app.request(`/_vango/offline/${path}`)).status, 404);
  }
});

Deno.test("in the browser the app has the pages that are declared for it, and no other", async () => {
  const { app } = makeOffline({ offline: { script: "", onDevice: true } });
  const page = await app.request("/offline");
  assertEquals(page.status, 200);
  assertEquals(await said(page), { onDevice: true });
  const other = await app.request("/online");
  assertEquals([other.status, await other.text()], [503, ""]);
});
