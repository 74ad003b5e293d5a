/** The app of these tests: notes that one can add to, on a server and on devices. */
import type { Ctx, VangoSyncOptions } from "@vango/vango";
import { makeApp, type TestApp } from "../server/rig.ts";

export const TOKEN = "the token of ana, as long as a token should be";
export const NOBODY_LISTENS = "http://127.0.0.1:9";

/** Adds a note at each click, and says how many are durable. */
function Notes(_: unknown, ctx: Ctx) {
  const notes = ctx.sync.collection<{ text: string }>("notes");
  const add = async (id: string) => {
    await notes.put(id, { text: `note ${id}` });
    ctx.emit("durable", id);
  };
  return () => (
    <main>
      <p id="user">{ctx.session.userId}</p>
      <p id="count">{notes.size}</p>
      <p id="status">{notes.status}</p>
      <button type="button" id="add" onclick={(event) => add(event.id.replaceAll(/\W/g, "-"))}>
        Add
      </button>
    </main>
  );
}

export function makeNotes(sync: VangoSyncOptions = {}): Pick<TestApp, "app" | "vango"> {
  const { app, vango } = makeApp({
    sync: {
      identify: (session) => session.userId === undefined ? undefined : { userId: session.userId },
      authenticate: (request) =>
        request.headers.get("authorization") === `Bearer ${TOKEN}` ? { userId: "ana" } : undefined,
      ...sync,
    },
  });
  app.get(
    "/login",
    vango.page((ctx) => {
      ctx.session.setUserId("ana");
      return <p>Welcome</p>;
    }),
  );
  app.get("/", vango.page(() => <Notes />));
  return { app, vango };
}
