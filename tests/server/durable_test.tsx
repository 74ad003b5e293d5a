import { assert, assertEquals } from "@std/assert";
import { type Ctx, type Page, type Renderable, signal } from "@vango/vango";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import type { SessionStore } from "../../src/session/store.ts";
import { mortal, type MortalStore } from "./mortal_store.ts";
import { type Node, startNode } from "./node.ts";
import { Browser } from "./visitor.ts";

/** Nodes on one store, one of them serving. */
class Cluster implements AsyncDisposable {
  readonly store: SessionStore = createMemorySessionStore();
  readonly #nodes: { node: Node; store: MortalStore }[] = [];

  start(pages: Readonly<Record<string, Page>>): Node {
    const store = mortal(this.store);
    const options = { store, sessions: { onNotice: () => {} } };
    const node = startNode(pages, options);
    this.#nodes.push({ node, store });
    return node;
  }

  /** The newest node. */
  readonly origin = (): string => this.#nodes.at(-1)!.node.origin;

  /** Ends a node as `kill -9` does: nothing that it has not saved yet gets out. */
  async kill(node: Node): Promise<void> {
    this.#nodes.find((each) => each.node === node)!.store.die();
    await node.server.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { node } of this.#nodes) await node[Symbol.asyncDispose]();
  }
}

function Counter({ id }: { id: string }): () => Renderable {
  const count = signal(0);
  return () => <button type="button" id={id} onclick={() => count.value++}>{count.value}</button>;
}

const TwoCounters = (() => (
  <main>
    <Counter id="a" />
    <Counter id="b" />
  </main>
)) as unknown as Page;

Deno.test("signals survive the death of their node", async () => {
  await using cluster = new Cluster();
  const first = cluster.start({ "/": TwoCounters });
  using tab = await new Browser().open(cluster.origin);
  await tab.clicked("#a");
  await tab.clicked("#b");
  await tab.clicked("#b");
  await tab.until(() => tab.player.kept === 0);
  cluster.start({ "/": TwoCounters });
  await cluster.kill(first);
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "restored");
  await tab.clicked("#b");
  assertEquals([tab.text("#a"), tab.text("#b")], ["1", "3"]);
});

Deno.test("events that were run but not kept run again on the next node, once", async () => {
  await using cluster = new Cluster();
  const first = cluster.start({ "/": TwoCounters });
  using tab = await new Browser().open(cluster.origin);
  await tab.clicked("#a");
  await tab.until(() => tab.player.kept === 0);
  await tab.clicked("#a");
  await tab.clicked("#b");
  // Within the delay of the next save: run, and not kept.
  assert(tab.player.kept > 0);
  cluster.start({ "/": TwoCounters });
  await cluster.kill(first);
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("#a") === "2" && tab.text("#b") === "1");
  await tab.clicked("#a");
  assertEquals([tab.text("#a"), tab.text("#b")], ["3", "1"]);
  assertEquals(tab.player.recordsOf("error"), []);
});

Deno.test("the first event of a page survives a node that has saved nothing", async () => {
  await using cluster = new Cluster();
  const first = cluster.start({ "/": TwoCounters });
  using tab = await new Browser().open(cluster.origin);
  await tab.clicked("#b");
  assertEquals(tab.player.kept, 1);
  cluster.start({ "/": TwoCounters });
  await cluster.kill(first);
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("#b") === "1" && tab.player.kept === 0);
  assertEquals(tab.text("#a"), "0");
});

Deno.test("a graceful shutdown saves everything before the sockets close", async () => {
  await using cluster = new Cluster();
  const first = cluster.start({ "/": TwoCounters });
  using tab = await new Browser().open(cluster.origin);
  for (let i = 0; i < 5; i++) tab.click("#a");
  await tab.clicked("#a");
  cluster.start({ "/": TwoCounters });
  await first.server.shutdown();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("#a") === "6");
  assertEquals(tab.player.kept, 0);
});

Deno.test("another build: changed components begin afresh, keyed signals and the others go on", async () => {
  function Old(): () => Renderable {
    const plain = signal(0);
    const keyed = signal("", { key: "draft" });
    const click = (): void => {
      plain.value++;
      keyed.value += "x";
    };
    return () => (
      <p>
        <button type="button" id="old" onclick={click}>{plain.value}</button>
        {keyed.value}
      </p>
    );
  }
  function New(): () => Renderable {
    const keyed = signal("", { key: "draft" });
    const plain = signal(0);
    const click = (): void => void plain.value++;
    return () => (
      <div>
        <b id="draft">{keyed.value}</b>
        <button type="button" id="old" onclick={click}>{plain.value}</button>
      </div>
    );
  }
  const page = (Part: typeof Old): Page =>
    (() => (
      <main>
        <Part />
        <Counter id="a" />
      </main>
    )) as unknown as Page;
  await using cluster = new Cluster();
  const first = cluster.start({ "/": page(Old) });
  using tab = await new Browser().open(cluster.origin);
  await tab.clicked("#old");
  await tab.clicked("#old");
  await tab.clicked("#a");
  cluster.start({ "/": page(New) });
  await first.server.shutdown();
  await tab.until(() => tab.player.findAll("#draft").length === 1);
  assertEquals([tab.text("#draft"), tab.text("#old"), tab.text("#a")], ["xx", "0", "1"]);
  await tab.clicked("#a");
  assertEquals(tab.text("#a"), "2");
});

Deno.test("a signal that is not durable begins afresh; one that cannot be kept is left out", async () => {
  const page = (() => {
    const open = signal(0, { durable: false });
    const fn = signal<unknown>(undefined);
    const kept = signal(0);
    const click = (): void => {
      open.value++;
      kept.value++;
      fn.value = () => {};
    };
    return () => (
      <main>
        <i>{open.value}</i>
        <button type="button" id="x" onclick={click}>{kept.value}</button>
      </main>
    );
  }) as unknown as Page;
  await using cluster = new Cluster();
  const first = cluster.start({ "/": page });
  using tab = await new Browser().open(cluster.origin);
  await tab.clicked("#x");
  await tab.until(() => tab.player.kept === 0);
  cluster.start({ "/": page });
  await cluster.kill(first);
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("i") === "0");
  assertEquals(tab.text("#x"), "1");
});

Deno.test("a page of a session that has ended is not restored", async () => {
  const page = ((ctx: Ctx) => () => (
    <main>
      <Counter id="a" />
      <button type="button" id="out" onclick={() => ctx.session.destroy()}>Out</button>
    </main>
  )) as unknown as Page;
  await using cluster = new Cluster();
  cluster.start({ "/": page });
  const browser = new Browser();
  using tab = await browser.open(cluster.origin);
  await tab.clicked("#a");
  await tab.until(() => tab.player.kept === 0);
  tab.click("#out");
  await tab.until(() => tab.player.state === "refused");
  tab.player.connect();
  await tab.until(() => tab.player.state === "refused");
});

Deno.test("a node that another has taken a page from lets go of it", async () => {
  await using cluster = new Cluster();
  const first = cluster.start({ "/": TwoCounters });
  const browser = new Browser();
  let origin = first.origin;
  using tab = await browser.open(() => origin);
  await tab.clicked("#a");
  await tab.until(() => tab.player.kept === 0);
  const second = cluster.start({ "/": TwoCounters });
  origin = second.origin;
  tab.player.drop();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.clicked("#a");
  await tab.until(() => tab.player.kept === 0);
  // The first node has it still, without a socket; it must not win with what it knows.
  origin = first.origin;
  tab.player.drop();
  await tab.until(() => tab.player.recordsOf("welcome").length >= 3);
  await tab.clicked("#a");
  await tab.until(() => tab.text("#a") === "3" && tab.player.kept === 0);
});
