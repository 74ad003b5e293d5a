import { assert, assertEquals } from "@std/assert";
import { type Page, type Renderable, signal } from "@vango/vango";
import { createNatsSessionStore } from "../../../src/adapters/nats/mod.ts";
import type { SessionStore } from "../../../src/session/store.ts";
import { type Node, startNode } from "../../server/node.ts";
import { Browser } from "../../server/visitor.ts";
import { startNatsServer, type TestNatsServer } from "./nats_server.ts";

function Row({ id }: { id: number }): () => Renderable {
  const count = signal(0);
  return () => (
    <button type="button" id={`row${id}`} onclick={() => count.value++}>{count.value}</button>
  );
}

const page = (() => {
  const ids = signal<readonly number[]>([]);
  const text = signal("");
  return () => (
    <main>
      <input id="text" value={text.value} oninput={(event) => text.value = event.value} />
      <output>{text.value}</output>
      <button type="button" id="add" onclick={() => ids.value = [...ids.value, ids.value.length]}>
        add
      </button>
      {ids.value.map((id) => <Row key={id} id={id} />)}
    </main>
  );
}) as unknown as Page;

/** Nodes that share nothing but a NATS server, each with a connection of its own. */
class Cluster implements AsyncDisposable {
  readonly #server: TestNatsServer;
  readonly #stores: SessionStore[] = [];
  readonly nodes: Node[] = [];

  constructor(server: TestNatsServer) {
    this.#server = server;
  }

  start(): Node {
    const store = createNatsSessionStore({ servers: this.#server.url });
    this.#stores.push(store);
    const node = startNode({ "/": page }, { store, sessions: { onNotice() {} } });
    this.nodes.push(node);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node[Symbol.asyncDispose]();
    for (const store of this.#stores) await store.close();
    await this.#server[Symbol.asyncDispose]();
  }
}

Deno.test("nats: a page goes from node to node with its rows, counts and text", async () => {
  await using cluster = new Cluster(await startNatsServer());
  cluster.start();
  using tab = await new Browser().open(() => cluster.nodes.at(-1)!.origin);
  for (let turn = 0; turn < 4; turn++) {
    tab.click("#add");
    await tab.until(() => tab.player.findAll(`#row${turn}`).length === 1);
    tab.click(`#row${turn}`);
    tab.player.user.type("#text", `text ${turn}`);
    // Under way when the node goes, or run and not kept.
    tab.click("#row0");
    const last = cluster.nodes.at(-1)!;
    cluster.start();
    await last.server.shutdown();
    await tab.until(() => tab.player.recordsOf("welcome").length === turn + 2);
    assertEquals(tab.player.recordsOf("welcome").at(-1)!.mode, "restored");
    await tab.until(() => tab.player.waiting === 0);
    const counts = tab.player.findAll("button").slice(1).map(({ text }) => text);
    assertEquals(counts, [`${turn + 2}`, ...Array(turn).fill("1")]);
    assertEquals(tab.text("output"), `text ${turn}`);
  }
  assertEquals(tab.player.recordsOf("error"), []);
});

Deno.test("nats: pages go on while the server is away, and are kept when it is back", async () => {
  const server = await startNatsServer();
  await using cluster = new Cluster(server);
  cluster.start();
  using tab = await new Browser().open(() => cluster.nodes.at(-1)!.origin);
  await tab.clicked("#add");
  await tab.until(() => tab.player.kept === 0);
  await server.kill();
  for (let i = 0; i < 5; i++) await tab.clicked("#row0");
  await tab.clicked("#add");
  await tab.clicked("#row1");
  assert(tab.player.kept >= 7);
  await server.start();
  await tab.until(() => tab.player.kept === 0);
  const last = cluster.nodes.at(-1)!;
  cluster.start();
  await last.server.shutdown();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.player.waiting === 0);
  assertEquals([tab.text("#row0"), tab.text("#row1")], ["5", "1"]);
});
