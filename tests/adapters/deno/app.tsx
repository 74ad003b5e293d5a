/** An app for tests that need a process of its own: `deno serve` takes it, and so does `main.ts`. */
import { Hono } from "hono";
import { createVango, signal } from "@vango/vango";
import { deno } from "@vango/vango/deno";

const app = new Hono();
const vango = createVango({ app, platform: deno(), handshakes: { rate: 1e4, burst: 1e4 } });

function Counter() {
  const count = signal(0);
  return () => <button type="button" onclick={() => count.value++}>{count}</button>;
}

app.get("/", vango.page(Counter));
app.get("/slow", async (c) => {
  console.log("slow begun");
  await new Promise((resolve) => setTimeout(resolve, Number(c.req.query("ms"))));
  return c.text("slow done");
});
app.get("/stats", (c) => c.json(vango.stats()));

export default app;
