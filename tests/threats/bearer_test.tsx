/** The bearer token of players that are no browsers: what it opens, and what it must not. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createVango, type Ctx, signal } from "@vango/vango";
import { Hono } from "hono";
import {
  handshake,
  makeApp,
  SECRET,
  startServer,
  statusOf,
  until,
  Visitor,
} from "../server/rig.ts";
import { NativeApp } from "../ctx/native.ts";

function Account(ctx: Ctx) {
  const count = signal(0);
  const visits = ctx.session.signal("visits", 0);
  return () => (
    <main>
      <p>{ctx.session.userId ?? "nobody"}</p>
      <output>{visits}</output>
      <button type="button" id="count" onclick={() => count.value++}>{count}</button>
      <button type="button" id="visit" onclick={() => visits.value++}>visit</button>
      <button type="button" id="login" onclick={() => ctx.session.setUserId("ada")}>log in</button>
      <button type="button" id="logout" onclick={() => void ctx.session.destroy()}>log out</button>
    </main>
  );
}

function startApp() {
  const test = makeApp();
  test.app.get("/", test.vango.page(Account));
  const server = startServer(test);
  return { ...test, server };
}

/** A phone whose visitor has logged in over its socket, and the token that it had before. */
async function logIn(origin: string): Promise<{ phone: NativeApp; before: string | undefined }> {
  const phone = new NativeApp(origin);
  const page = await phone.open();
  const before = phone.token;
  page.user.click("#login");
  await until(() => phone.token !== before);
  page.close();
  return { phone, before };
}

const soon = () => AbortSignal.timeout(10_000);

Deno.test("a native player keeps its session by a bearer token, without cookie and origin", async () => {
  const { server, vango } = startApp();
  await using _ = server;
  const phone = new NativeApp(server.origin);
  const response = await phone.fetch("/");
  await response.body?.cancel();
  assertEquals(response.headers.getSetCookie(), []);
  assertMatch(phone.token!, /^p\.[\w-]{43}\.\w+\.[\w-]+$/);

  const page = await phone.open();
  assertEquals(vango.stats().adoptions, 1);
  page.user.click("#visit");
  await page.until(() => page.find("output").text === "1", soon());
  await page.settled(soon());
  page.close();

  // What was set after the page's headers had left gave it a new token, by a ticket.
  const again = await phone.open();
  assertEquals(again.find("output").text, "1");
  again.close();
});

Deno.test("a log-in over a native player's socket renews its token; the old one is dead", async () => {
  const { server } = startApp();
  await using _ = server;
  const { phone, before } = await logIn(server.origin);
  assertMatch(phone.token!, /^s\./);
  const now = await phone.open();
  assertEquals(now.find("p").text, "ada");
  now.close();

  const thief = new NativeApp(server.origin);
  thief.token = before;
  const stale = await (await thief.fetch("/")).text();
  assert(stale.includes("nobody") && !stale.includes("ada"));
});

Deno.test("a log-out closes a native player's socket, and its token is nobody's", async () => {
  const { server } = startApp();
  await using _ = server;
  const { phone } = await logIn(server.origin);
  const page = await phone.open();
  page.user.click("#logout");
  await page.until(() => page.state === "refused", soon());
  page.close();
  const after = await phone.open();
  assertEquals(after.find("p").text, "nobody");
  after.close();
});

Deno.test("a handshake with a token and a cookie, or with a token and a foreign origin, gets 403", async () => {
  const { server, vango } = startApp();
  await using _ = server;
  const phone = new NativeApp(server.origin);
  await (await phone.fetch("/")).body?.cancel();
  const Authorization = `Bearer ${phone.token}`;
  const answer = async (headers: Record<string, string | undefined>) =>
    statusOf(await server.raw(handshake(server.port, { Authorization, ...headers })));
  assertEquals(await answer({ Origin: undefined }), 101);
  assertEquals(await answer({ Origin: undefined, Cookie: "vango=x" }), 403);
  assertEquals(await answer({ Cookie: "vango=x" }), 403);
  assertEquals(await answer({ Cookie: "other=x" }), 403);
  assertEquals(await answer({ Origin: "https://evil.example" }), 403);
  assertEquals(await answer({ Origin: "null" }), 403);
  assertEquals(vango.stats().refused, { origin: 3, credentials: 2 });
});

Deno.test("a token opens the pages of its own session alone", async () => {
  const { server, vango } = startApp();
  await using _ = server;
  const mine = new NativeApp(server.origin);
  const html = await (await mine.fetch("/")).text();
  const { Player, webSocketTransport } = await import("../../src/player/mod.ts");
  const other = new NativeApp(server.origin);
  await (await other.fetch("/")).body?.cancel();
  for (const headers of [other.headers, { authorization: "Bearer x" }, {}]) {
    const player = new Player(html, { open: webSocketTransport(() => other.dial(headers)) });
    player.connect();
    await player.until(() => player.state === "refused", soon());
    player.close();
  }
  assertEquals(vango.stats().refused, { session: 3 });
});

Deno.test("a cookie is no token, a token is no cookie, and a damaged token is nobody's", async () => {
  const { server, errors } = startApp();
  await using _ = server;
  const token = (await logIn(server.origin)).phone.token!;
  const who = async (headers: Record<string, string>) =>
    /<p[^>]*>(?:<!--.*?-->)*(\w+)/.exec(
      await (await fetch(server.origin, { headers })).text(),
    )?.[1];
  assertEquals(await who({ authorization: `Bearer ${token}` }), "ada");
  assertEquals(await who({ authorization: `bearer  ${token}` }), "ada");

  const visitor = new Visitor(server);
  using tab = await visitor.live("/");
  assert(tab.token);
  const value = visitor.cookie!.split("=")[1]!;
  const refused = [
    { cookie: `vango=${token}` },
    { authorization: `Bearer ${value}` },
    { authorization: token },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${token}`, cookie: "other=1" },
    { authorization: `Bearer ${"x".repeat(7_000)}` },
    { authorization: "Bearer" },
    { authorization: "Bearer ." },
    ...Array.from(
      { length: token.length },
      (_, i) => ({
        authorization: `Bearer ${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${
          token.slice(i + 1)
        }`,
      }),
    ),
  ];
  for (const headers of refused) {
    assertEquals(await who(headers), "nobody", JSON.stringify(headers));
  }
  // A token in the address is not looked at.
  const inQuery = await fetch(`${server.origin}/?authorization=${token}&access_token=${token}`);
  assert((await inQuery.text()).includes("nobody"));
  assertEquals(errors, []);
});

Deno.test("a ticket is redeemed without an origin only by a request that a form cannot send", async () => {
  const { server } = startApp();
  await using _ = server;
  const post = async (headers: Record<string, string>) => {
    const init = { method: "POST", headers, body: JSON.stringify({ ticket: "x", token: "y" }) };
    const response = await fetch(server.origin + "/_vango/session", init);
    return await response.text();
  };
  assertEquals(await post({}), "Foreign origin");
  assertEquals(await post({ cookie: "vango=x" }), "Foreign origin");
  const authorization = `Bearer s.${"A".repeat(43)}.abc.forged`;
  assertEquals(await post({ cookie: "vango=x", authorization }), "Foreign origin");
  assertEquals(await post({ origin: "https://evil.example", authorization }), "Foreign origin");
  assertEquals(await post({ authorization: "Bearer of-another-kind" }), "Foreign origin");
  // Known as a player's; the ticket itself is none.
  assertEquals(await post({ authorization }), "Refused");
});

Deno.test("synced data opens to a native player's token, and to no other", async () => {
  const test = makeApp({ sync: {} });
  test.app.get("/", test.vango.page(Account));
  await using server = startServer(test);
  const pull = async (headers: Record<string, string>) => {
    const response = await fetch(`${server.origin}/_vango/sync/pull`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: "{}",
    });
    await response.body?.cancel();
    return response.status;
  };
  const phone = new NativeApp(server.origin);
  const page = await phone.open();
  const before = phone.token!;
  assertEquals(await pull(phone.headers), 401);
  page.user.click("#login");
  await until(() => phone.token !== before);
  page.close();
  // Known, and told that this is no pull.
  assertEquals(await pull(phone.headers), 400);
  assertEquals(await pull({ authorization: `Bearer ${before}` }), 401);
  assertEquals(await pull({ ...phone.headers, origin: "https://evil.example" }), 403);
});

Deno.test("a browser behind a proxy that adds bearer tokens of its own is a browser", async () => {
  const { server, vango } = startApp();
  await using _ = server;
  const authorization = "Bearer eyJhbGciOiJub25lIn0.e30.x";
  const visitor = new Visitor(server);
  const response = await visitor.fetch("/", { authorization });
  await response.body?.cancel();
  assertEquals(response.headers.get("vango-session"), null);
  assertMatch(visitor.cookie!, /^vango=p\./);
  const answer = await server.raw(
    handshake(server.port, { Cookie: visitor.cookie, Authorization: authorization }),
  );
  assertEquals(statusOf(answer), 101);
  assertEquals(vango.stats().refused, {});
});

Deno.test("an app's own bearer tokens pass by: the page is an anonymous visitor's", async () => {
  const app = new Hono();
  const vango = createVango({ app, secrets: [SECRET] });
  app.get("/", vango.page(Account));
  app.get("/api", (c) => c.text(c.req.header("authorization") ?? ""));
  const headers = { authorization: "Bearer eyJhbGciOiJub25lIn0.e30.x" };
  assertEquals(await (await app.request("/api", { headers })).text(), headers.authorization);
  const response = await app.request("/", { headers });
  assertEquals([response.status, response.headers.getSetCookie()], [200, []]);
  assertNotEquals((await response.text()).indexOf("nobody"), -1);
  await vango.shutdown();
});
