/**
 * The page of the cluster: it names the node that serves it, and keeps what you do to it.
 *
 * @module
 */
import { Hono } from "hono";
import {
  createVango,
  type Ctx,
  type FormSubmitEvent,
  type Renderable,
  signal,
  Title,
} from "@vango/vango";
import { deno } from "@vango/vango/deno";
import type { SessionStore } from "@vango/vango/session";

/** The node's name in the page; each process says its own. */
const NODE = Deno.env.get("NODE") ?? "alone";

function Counter(): () => Renderable {
  const count = signal(0);
  return () => (
    <p>
      <button type="button" id="count" onclick={() => count.value++}>Clicked {count} times</button>
      {" "}
      this page's own
    </p>
  );
}

function Draft(): () => Renderable {
  const text = signal("", { key: "draft" });
  return () => (
    <p>
      <label>
        A draft{" "}
        <input id="draft" value={text.value} oninput={(event) => text.value = event.value} />
      </label>{" "}
      <output>{text.value.length} characters have reached the server</output>
    </p>
  );
}

function Notes(_: object, ctx: Ctx): () => Renderable {
  const notes = ctx.session.signal<string[]>("notes", []);
  const add = ({ data }: FormSubmitEvent): void => {
    const text = String(data.get("text") ?? "").trim();
    if (text) notes.value = [...notes.value.slice(-19), text];
  };
  return () => (
    <form id="notes" onsubmit={add}>
      <input name="text" placeholder="A note for every tab" required />{" "}
      <button type="submit">Keep</button>
      <ul>{notes.value.map((text, i) => <li key={i}>{text}</li>)}</ul>
    </form>
  );
}

function Home(): Renderable {
  return (
    <main>
      <Title>Cluster</Title>
      <h1>
        Served by node <b id="node">{NODE}</b>
      </h1>
      <p>
        End it while you type: <code id="kill">kill -9 {String(Deno.pid)}</code>
      </p>
      <Counter />
      <Draft />
      <Notes />
    </main>
  );
}

/** Makes the app of one node. */
export function createApp(store: SessionStore): Hono {
  const app = new Hono();
  const vango = createVango({ app, platform: deno(), store });
  app.get("/", vango.page(Home));
  return app;
}
