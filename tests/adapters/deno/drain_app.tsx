/** A node that drains on SIGTERM: `drain_app.tsx FILE`, on PORT. Its pages are in a SQLite file. */
import { Hono } from "hono";
import { createVango, type Ctx, type Page, signal } from "@vango/vango";
import { deno, serve } from "@vango/vango/deno";
import { createSqliteSessionStore, openNodeSqlite } from "@vango/vango/sqlite";

const store = createSqliteSessionStore({ database: openNodeSqlite(Deno.args[0]!) });
const app = new Hono();
const vango = createVango({
  app,
  platform: deno(),
  store,
  handshakes: { rate: 1e4, burst: 1e4 },
  // So late that only the shutdown saves.
  sessions: { saveDelay: 60_000 },
});

const page = ((ctx: Ctx) => {
  const own = signal(0);
  const shared = ctx.session.signal("clicks", 0);
  return () => (
    <main>
      <button type="button" id="own" onclick={() => own.value++}>{own.value}</button>
      <button type="button" id="shared" onclick={() => shared.value++}>{shared.value}</button>
    </main>
  );
}) as unknown as Page;

app.get("/", vango.page(page));
const server = serve(app, {
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`listening on ${port}`),
});
await server.finished;
await store.close();
console.log("finished");
