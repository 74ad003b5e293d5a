import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import { createVango, type Page, signal } from "@vango/vango";
import { deno, type RunningServer, serve } from "@vango/vango/deno";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import type { SessionStore } from "../../src/session/store.ts";
import { mortal, type MortalStore } from "./mortal_store.ts";
import { SECRETS } from "./node.ts";
import { Browser, eventually } from "./visitor.ts";

const counter = (id: string): Page =>
  (() => {
    const count = signal(0);
    return () => (
      <main>
        <button type="button" id={id} onclick={() => count.value++}>{count.value}</button>
        <a id="to-kept" href="/kept">kept</a>
        <a id="to-fleeting" href="/fleeting">fleeting</a>
      </main>
    );
  }) as unknown as Page;

/** Nodes with one page that is kept and one that is not. */
class Nodes implements AsyncDisposable {
  readonly shared: SessionStore = createMemorySessionStore();
  /** Ids of pages that were saved, as often as they were. */
  readonly saved: string[] = [];
  readonly #nodes: { server: RunningServer; store: MortalStore }[] = [];

  start(): void {
    const store = mortal(this.shared);
    const save = store.save;
    store.save = (id, data, options) => {
      if (id.startsWith("ui_")) this.saved.push(new TextDecoder().decode(data));
      return save(id, data, options);
    };
    const app = new Hono();
    const vango = createVango({ app, platform: deno(), secrets: SECRETS, store });
    app.get("/kept", vango.page(counter("kept")));
    app.get("/fleeting", vango.page(counter("fleeting"), { durable: false }));
    const server = serve(app, {
      port: 0,
      hostname: "127.0.0.1",
      signals: false,
      onListen: () => {},
    });
    this.#nodes.push({ server, store });
  }

  readonly origin = (): string => `http://127.0.0.1:${this.#nodes.at(-1)!.server.port}`;

  /** Another node takes the newest one's place, which dies without a word. */
  async replace(): Promise<void> {
    const { server, store } = this.#nodes.at(-1)!;
    this.start();
    store.die();
    await server.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server } of this.#nodes) await server[Symbol.asyncDispose]();
  }
}

Deno.test("a page with durable: false is never saved, and begins anew on another node", async () => {
  await using nodes = new Nodes();
  nodes.start();
  using tab = await new Browser().open(nodes.origin, "/fleeting");
  await tab.clicked("#fleeting");
  assertEquals([tab.player.kept, nodes.saved], [0, []]);
  await nodes.replace();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "mounted");
  await tab.until(() => tab.text("#fleeting") === "0");
  await tab.clicked("#fleeting");
  assertEquals(tab.text("#fleeting"), "1");
  // Whoever comes next is told that there is nothing.
  assertEquals(nodes.saved.filter((data) => data !== "{}"), []);
});

Deno.test("a navigation decides whether what it shows is kept: the old page does not come back", async () => {
  await using nodes = new Nodes();
  nodes.start();
  using tab = await new Browser().open(nodes.origin, "/kept");
  await tab.clicked("#kept");
  await tab.until(() => tab.player.kept === 0);
  tab.click("#to-fleeting");
  await tab.until(() => tab.player.findAll("#fleeting").length === 1);
  await tab.until(() => tab.player.kept === 0);
  await eventually(() => nodes.saved.at(-1) === "{}");
  await tab.clicked("#fleeting");
  const { length } = nodes.saved;
  await nodes.replace();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("#fleeting") === "0");
  assertEquals(tab.player.url.pathname, "/fleeting");
  assertEquals(nodes.saved.slice(length).filter((data) => data !== "{}"), []);

  tab.click("#to-kept");
  await tab.until(() => tab.player.findAll("#kept").length === 1);
  await tab.clicked("#kept");
  await tab.clicked("#kept");
  await tab.until(() => tab.player.kept === 0);
  await nodes.replace();
  await tab.until(() => tab.player.recordsOf("welcome").length === 3);
  assertEquals(tab.player.recordsOf("welcome")[2]!.mode, "restored");
  await tab.until(() => tab.player.findAll("#kept").length === 1);
  assertEquals([tab.text("#kept"), tab.player.url.pathname], ["2", "/kept"]);
  assert(nodes.saved.length > length);
});
