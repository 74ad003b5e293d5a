/**
 * Small apps that the kit's own tests mount.
 *
 * @module
 */
import { createVango, type Ctx, onCleanup, onMount, signal, type Vango } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { Hono } from "hono";

const SECRET = "a secret of at least 32 characters";

/** What the pages told while they ran. */
export interface AppLog {
  readonly mounted: string[];
  readonly cleaned: string[];
  readonly errors: unknown[];
}

export interface KitApp {
  readonly app: Hono;
  readonly log: AppLog;
  readonly vango: Vango;
  /** Resolves the slow region. */
  release(): void;
}

/** An app with a page for each thing that the kit can do. */
export function kitApp(): KitApp {
  const app = new Hono();
  const log: AppLog = { mounted: [], cleaned: [], errors: [] };
  const vango = createVango({
    app,
    platform: deno(),
    secrets: [SECRET],
    development: false,
    onError: (error) => void log.errors.push(error),
    onRefused: () => {},
  });
  const slow = Promise.withResolvers<void>();
  app.get("/", vango.page(Counter));
  app.get("/todos", vango.page(Todos));
  app.get("/adaptive", vango.page(Adaptive));
  app.get("/other", vango.page((ctx) => <h1>Other {ctx.url.search}</h1>));
  app.get("/moved", (c) => c.redirect("/other?moved"));
  app.get("/plain", (c) => c.text("just text"));
  app.get("/slow", vango.page((ctx) => <Slow ctx={ctx} wait={() => slow.promise} />));
  app.get("/soon", vango.page((ctx) => <Slow ctx={ctx} wait={soon} />));
  app.get("/account", vango.page(Account));
  app.get("/files", vango.page(Files));
  app.get("/timers", vango.page(() => <Timers log={log} />));
  return { app, vango, log, release: slow.resolve };
}

function Counter() {
  const count = signal(0);
  return () => (
    <main>
      <h1>Counter</h1>
      <button type="button" onclick={() => count.value++}>Clicked {count} times</button>
      <button
        type="button"
        onclick={() => {
          throw new Error("out of order");
        }}
      >
        Break
      </button>
      <a href="/other?from=counter">Other page</a>
    </main>
  );
}

function Todos() {
  const todos = signal<readonly { id: number; text: string; done: boolean }[]>([]);
  const draft = signal("");
  const keys = signal("");
  return () => (
    <main>
      <form
        aria-label="Add a todo"
        onsubmit={(event) => {
          const text = String(event.data.get("text"));
          todos.value = [...todos.value, { id: todos.value.length + 1, text, done: false }];
          draft.value = "";
        }}
      >
        <label>
          What is to be done{" "}
          <input
            name="text"
            value={draft.value}
            data-debounce="300"
            oninput={(event) => draft.value = event.value}
          />
        </label>
        <button type="submit">Add</button>
      </form>
      <p id="draft">Draft: {draft}</p>
      <ul tabindex={0} onkeydown={(event) => keys.value += event.key}>
        {todos.value.map((todo) => (
          <li key={todo.id}>
            <label>
              <input
                type="checkbox"
                checked={todo.done}
                onchange={(event) => {
                  todos.value = todos.value.map((each) =>
                    each.id === todo.id ? { ...each, done: event.checked } : each
                  );
                }}
              />
              {todo.text}
            </label>
          </li>
        ))}
      </ul>
      <output>{todos.value.filter((todo) => !todo.done).length} left</output>
      <p id="keys">{keys}</p>
    </main>
  );
}

function Adaptive(ctx: Ctx) {
  return () => (
    <main>
      <p id="platform">{ctx.client.platform}</p>
      <p id="size">{ctx.client.screenSize}</p>
      <button
        type="button"
        onclick={() => {
          ctx.client.haptic("success");
          ctx.client.share({ title: "A thing", url: "/things/1" });
          ctx.client.sendNative("ProductImage", { id: 1 });
          ctx.emit("bought", { id: 1 });
        }}
      >
        Buy
      </button>
    </main>
  );
}

function Slow({ ctx, wait }: { ctx: Ctx; wait: () => Promise<void> }) {
  return (
    <main>
      {ctx.async.render(<p>Wait</p>, async () => {
        await wait();
        return <p>Ready</p>;
      })}
    </main>
  );
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function Account(ctx: Ctx) {
  const items = ctx.session.signal<string[]>("items", []);
  return () => (
    <main>
      <p id="user">{ctx.session.userId ?? "nobody"}</p>
      <p id="items">{items.value.join(", ")}</p>
      <button type="button" onclick={() => items.value = [...items.value, "tea"]}>Add tea</button>
      <button type="button" onclick={() => ctx.session.setUserId("ada")}>Log in</button>
      <button type="button" onclick={() => ctx.session.destroy()}>Log out</button>
      <button type="button" onclick={() => ctx.redirect("/other?left")}>Leave</button>
    </main>
  );
}

function Files() {
  const got = signal("");
  return () => (
    <form
      onsubmit={async (event) => {
        const file = event.data.get("file") as File;
        got.value = `${file.name}: ${await file.text()}`;
      }}
    >
      <input type="file" name="file" />
      <button type="submit">Send</button>
      <output>{got}</output>
    </form>
  );
}

function Timers({ log }: { log: AppLog }) {
  const ticks = signal(0);
  onMount(() => {
    log.mounted.push("timers");
    const timer = setInterval(() => ticks.value++, 1);
    onCleanup(() => {
      clearInterval(timer);
      log.cleaned.push("timers");
    });
  });
  return () => <p>{ticks.value > 0 ? "ticking" : "still"}</p>;
}
