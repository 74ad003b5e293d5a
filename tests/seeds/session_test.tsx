/** The specification's 16.5: the session is an interface, used as before. */
import { assert, assertEquals } from "@std/assert";
import { type Ctx, ErrorCard, type Session } from "@vango/vango";
import { mount } from "@vango/vango/testing";
import { exampleApp } from "./rig.ts";

/** What anybody may pass along: the interface, never a class. */
function describe(session: Session): string {
  return session.isAuthenticated ? `logged in as ${session.userId}` : "not logged in";
}

function Account(ctx: Ctx) {
  const { session } = ctx;
  const theme = session.signal("theme", "light");
  return () => (
    <main>
      <h1>{describe(session)}</h1>
      <p id="user">{String(session.get("user") ?? "none")}</p>
      <p id="theme">{theme}</p>
      <p id="who">{session.userAgent} {session.ip ?? "somewhere"}</p>
      <p id="since">{session.createdAt <= session.lastActiveAt ? "in order" : "wrong"}</p>
      <button type="button" id="set" onclick={() => session.set("user", "Ada")}>
        set
      </button>
      <button type="button" id="dark" onclick={() => theme.value = "dark"}>dark</button>
      <button type="button" id="delete" onclick={() => session.delete("user")}>delete</button>
      <button type="button" id="login" onclick={() => session.setUserId("ada")}>log in</button>
    </main>
  );
}

Deno.test("get, set, delete, the user and the metadata are those of the visitor", async () => {
  const { app, errors } = exampleApp(Account);
  const options = {
    headers: { "user-agent": "Reader/1.0" },
    env: { remoteAddr: { hostname: "203.0.113.9", port: 1, transport: "tcp" } },
  };
  await using view = await mount(app, "/", options);
  assertEquals(view.text("h1"), "not logged in");
  assertEquals(view.text("#who"), "Reader/1.0 203.0.113.9");
  assertEquals(view.text("#since"), "in order");
  await view.click("#set");
  await view.load("/");
  assertEquals(view.text("#user"), "Ada");
  await view.click("#delete");
  await view.load("/");
  assertEquals(view.text("#user"), "none");
  await view.click("#login");
  await view.load("/");
  assertEquals(view.text("h1"), "logged in as ada");
  assertEquals(errors, []);
});

Deno.test("a signal of the session is the same in every tab", async () => {
  const { app } = exampleApp(Account);
  await using one = await mount(app, "/");
  await using two = await mount(app, "/", { session: one });
  await one.click("#dark");
  await two.settle();
  assertEquals([one.text("#theme"), two.text("#theme")], ["dark", "dark"]);
});

Deno.test("a guard reads the session of a page, and its answer is an error card", async () => {
  const { app } = exampleApp((ctx) => (
    <main>
      {ctx.session.isAuthenticated
        ? <h1>Orders of {ctx.session.userId}</h1>
        : <ErrorCard title="Please log in" />}
    </main>
  ));
  await using stranger = await mount(app, "/");
  assert(stranger.has({ role: "alert" }));
  await using user = await mount(app, "/", { session: { userId: "ada" } });
  assertEquals(user.text("h1"), "Orders of ada");
});
