/**
 * A server as an app starts it, and its readers: each way in which a page waits or streams. What it
 * says on its console is the test's to read.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango, type Ctx } from "@vango/vango";
import { deno } from "@vango/vango/deno";

async function Late() {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return <p>late</p>;
}

function Page(ctx: Ctx) {
  return <main>{ctx.async.render(<p>…</p>, Late)}</main>;
}

const app = new Hono();
const vango = createVango({
  app,
  platform: deno(),
  secrets: ["a secret of at least 32 characters"],
  development: false,
});
app.get("/shell", vango.page(() => <Late />));
app.get("/region", vango.page(Page));
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
for (const path of ["/shell", "/region", "/region?_vango=whole"]) {
  const html = await (await fetch(`http://127.0.0.1:${server.addr.port}${path}`)).text();
  if (!html.includes("late")) throw new Error(`no page: ${html}`);
}
await vango.shutdown();
await server.shutdown();
console.log("served");
