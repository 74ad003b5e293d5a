/** The code of `standards_test.ts`: it must not reach anything that is Deno's or Node's. */
// What the modules are loaded into: web standards and nothing else.
for (const name of ["Deno", "process", "Buffer", "global", "setImmediate", "clearImmediate"]) {
  Reflect.deleteProperty(globalThis, name);
}

const { Hono } = await import("hono");
const { createVango, signal } = await import("@vango/vango");
const { mount } = await import("@vango/vango/testing");

const app = new Hono();
const vango = createVango({
  app,
  secrets: ["a secret of at least 32 characters"],
  platform: {
    name: "none",
    development: false,
    env: () => undefined,
    remoteAddress: () => undefined,
    upgrade: () => {
      throw new Error("the testing kit upgrades by itself");
    },
  },
});
app.get(
  "/",
  vango.page((ctx) => {
    const visits = ctx.session.signal("visits", 0);
    const count = signal(0);
    return () => (
      <main>
        <button type="button" onclick={() => visits.value = ++count.value}>{count}</button>
        {ctx.async.render("…", async () => <i>{await Promise.resolve("late")}</i>)}
        <p>{visits}</p>
      </main>
    );
  }),
);

await using view = await mount(app, "/");
await view.click("button");
await view.click("button");
const html = await (await app.request("/")).text();
postMessage({
  shown: [view.text("button"), view.text("i"), view.text("p")],
  whole: /^<!doctype html>.*<button.*<i v>late</is.test(html),
  left: "Deno" in globalThis || "process" in globalThis,
});
