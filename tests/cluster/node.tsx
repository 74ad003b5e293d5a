/**
 * A node of the cluster under test: `NODE=a PORT=8001 NATS_URL=… BUILD=1 node.tsx`. In build 2 the
 * markup of one component is another, and the signals of another one.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango, type Renderable, signal } from "@vango/vango";
import { defaultStore, deno, serve } from "@vango/vango/deno";

const NODE = Deno.env.get("NODE")!;
const BUILD = Number(Deno.env.get("BUILD"));

function Clicks(): () => Renderable {
  const count = signal(0);
  return () => (
    <button type="button" id="clicks" onclick={() => count.value++}>{count.value}</button>
  );
}

function Row({ id }: { id: number }): () => Renderable {
  const count = signal(0);
  return () => (
    <li>
      <button type="button" id={`row${id}`} onclick={() => count.value++}>{count.value}</button>
    </li>
  );
}

function Rows(): () => Renderable {
  const ids = signal<readonly number[]>([]);
  const add = (): readonly number[] => ids.value = [...ids.value, ids.value.length];
  return () => (
    <section>
      <button type="button" id="add" onclick={add}>add</button>
      <ul>{ids.value.map((id) => <Row key={id} id={id} />)}</ul>
    </section>
  );
}

function Typed(): () => Renderable {
  const text = signal("");
  return () => (
    <p>
      <input id="text" value={text.value} oninput={(event) => text.value = event.value} />
      <output id="told">{text.value}</output>
    </p>
  );
}

function Markup(): () => Renderable {
  const hits = signal(0, { key: "hits" });
  const hit = (): number => hits.value++;
  if (BUILD === 1) {
    return () => (
      <p>
        <button type="button" id="markup" onclick={hit}>{hits.value}</button>
      </p>
    );
  }
  return () => (
    <section>
      <h2>A new build</h2>
      <button type="button" id="markup" onclick={hit}>{hits.value}</button>
    </section>
  );
}

function Signals(): () => Renderable {
  const extra = BUILD === 1 ? undefined : signal("more");
  const hits = signal(0, { key: "hits" });
  return () => (
    <p>
      <button type="button" id="signals" onclick={() => hits.value++}>{hits.value}</button>
      {extra?.value ?? "less"}
    </p>
  );
}

function Home(): Renderable {
  return (
    <main>
      <b id="node">{NODE}{BUILD}</b>
      <Clicks />
      <Typed />
      <Markup />
      <Signals />
      <Rows />
    </main>
  );
}

const store = await defaultStore();
const app = new Hono();
const vango = createVango({
  app,
  platform: deno(),
  store,
  development: false,
  handshakes: { rate: 1e4, burst: 1e4 },
  // A store that is away for the seconds of an election is what is tested.
  sessions: { onNotice: () => {} },
});
app.get("/", vango.page(Home));
const server = serve(app, {
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`listening on ${port}`),
});
await server.finished;
await store.close();
