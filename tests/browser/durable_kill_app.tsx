/** A board whose pages outlive it: `durable_kill_app.tsx FILE`, on PORT. */
import { Hono } from "hono";
import { createVango, type Page, type Renderable, signal } from "@vango/vango";
import { deno, serve } from "@vango/vango/deno";
import { createSqliteSessionStore, openNodeSqlite } from "@vango/vango/sqlite";

const app = new Hono();
const vango = createVango({
  app,
  platform: deno(),
  csp: true,
  store: createSqliteSessionStore({ database: openNodeSqlite(Deno.args[0]!) }),
});

function Card({ name, remove }: { name: string; remove: () => void }): () => Renderable {
  const votes = signal(0);
  return () => (
    <li>
      <b>{name}</b>
      <button type="button" class="vote" onclick={() => votes.value++}>{votes.value}</button>
      <button type="button" class="remove" onclick={remove}>×</button>
    </li>
  );
}

const Board = (() => {
  const names = signal<readonly string[]>(["one", "two", "three"]);
  const draft = signal("");
  const open = signal(false);
  const add = (): void => {
    names.value = [...names.value, draft.value];
    draft.value = "";
  };
  const remove = (name: string): void => {
    names.value = names.value.filter((other) => other !== name);
  };
  return () => (
    <main>
      <button type="button" id="open" onclick={() => open.value = !open.value}>settings</button>
      {open.value ? <p id="settings">pid {String(Deno.pid)}</p> : null}
      <input id="draft" value={draft.value} oninput={(event) => draft.value = event.value} />
      <output id="told">{draft.value}</output>
      <button type="button" id="add" onclick={add}>add</button>
      <textarea id="untold"></textarea>
      <ul>
        {names.value.map((name) => <Card key={name} name={name} remove={() => remove(name)} />)}
      </ul>
    </main>
  );
}) as unknown as Page;

app.get("/", vango.page(Board));
app.get("/favicon.ico", (c) => c.body(null, 204));
serve(app, { hostname: "127.0.0.1", onListen: ({ port }) => console.log(`listening on ${port}`) });
