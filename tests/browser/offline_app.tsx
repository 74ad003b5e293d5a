/**
 * A small app that works without a network: notes, a filter that pages take along, and a page that
 * needs the server.
 *
 * @module
 */
import { createVango, type Ctx, signal, type VangoOptions } from "@vango/vango";
import { Hono } from "hono";

/** One note. */
interface Note {
  readonly text: string;
  readonly done: boolean;
}

/** A schema as any library has them: one of three words. */
const FILTER = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) =>
      value === "all" || value === "open" || value === "done"
        ? { value }
        : { issues: [{ message: "no filter" }] },
  },
};

/** How often handlers ran in this process. */
export const ran: string[] = [];

function Notes(_: unknown, ctx: Ctx) {
  const notes = ctx.sync.collection<Note>("notes");
  const filter = signal("all", { key: "filter", portable: FILTER });
  const clicks = signal(0);
  const add = (form: FormData): void => {
    const text = String(form.get("text"));
    ran.push(text);
    notes.put(crypto.randomUUID(), { text, done: false });
  };
  return () => (
    <main>
      <form id="add" onsubmit={(event) => add(event.data)}>
        <input id="text" name="text" />
        <button type="submit" id="put">Add</button>
      </form>
      <button type="button" id="filter" onclick={() => filter.value = "open"}>{filter}</button>
      <button type="button" id="count" onclick={() => clicks.value++}>{clicks}</button>
      <p id="status">{ctx.sync.status.pending} pending</p>
      <p id="conflicts">{ctx.sync.conflicts.length}</p>
      <ul id="notes">
        {notes.list().map(({ key, value }) => (
          <li key={key}>
            <button
              type="button"
              class="edit"
              onclick={() => notes.patch(key, { text: value.text + "!" })}
            >
              {value.text}
            </button>
          </li>
        ))}
      </ul>
      <a href="/second" id="to-second">second</a> <a href="/online" id="to-online">online</a>
      <form id="out" method="post" action="/out" data-sign-out>
        <button type="submit" id="sign-out">Sign out</button>
      </form>
    </main>
  );
}

/** The app; `host` is what it runs on. */
export function createApp(host: Partial<VangoOptions> = {}): Hono {
  const app = new Hono();
  const vango = createVango({
    app,
    csp: true,
    sync: {},
    head: <link rel="stylesheet" href="/style.css" />,
    ...host,
  });
  app.get(
    "/in/:user",
    vango.page((ctx) => {
      ctx.session.setUserId(ctx.params.user);
      ctx.redirect("/");
      return null;
    }),
  );
  app.get(
    "/gone",
    vango.page((ctx) => {
      ctx.session.setUserId(undefined);
      return <p id="gone">signed out</p>;
    }),
  );
  app.post("/out", (c) => c.redirect("/gone", 303));
  app.get(
    "/",
    vango.page((ctx) => ctx.session.userId ? <Notes /> : <p id="nobody">nobody</p>, {
      offline: true,
      title: "Notes",
    }),
  );
  app.get(
    "/second",
    vango.page(() => (
      <main>
        <p id="second">second</p>
        <a href="/" id="home">home</a>
      </main>
    ), { offline: true }),
  );
  app.get("/online", vango.page(() => <p id="online">online</p>));
  app.get("/style.css", (c) =>
    c.body("#put { color: rgb(1, 2, 3) }", 200, {
      "content-type": "text/css",
    }));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  return app;
}
