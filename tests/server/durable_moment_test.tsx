/** What happens in the moment before a node dies, and while the store is away. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { type Page, type Renderable, signal } from "@vango/vango";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { SessionStoreError } from "../../src/session/errors.ts";
import type { SessionStore } from "../../src/session/store.ts";
import { mortal } from "./mortal_store.ts";
import { startNode } from "./node.ts";
import { Browser, eventually } from "./visitor.ts";

/** Milliseconds that the store is away, at least. */
const OUTAGE = Deno.env.get("VANGO_SOAK") === "1" ? 60_000 : 0;

function Row({ id }: { id: number }): () => Renderable {
  const count = signal(0);
  return () => (
    <button type="button" id={`row${id}`} onclick={() => count.value++}>{count.value}</button>
  );
}

/** What the slow handlers wait for. */
const held = Promise.withResolvers<void>();

const Rows = (() => {
  const ids = signal<readonly number[]>([]);
  const slowly = async (): Promise<void> => {
    ids.value = [...ids.value, ids.value.length];
    await held.promise;
  };
  return () => (
    <main>
      <button type="button" id="add" onclick={() => ids.value = [...ids.value, ids.value.length]}>
        add
      </button>
      <button type="button" id="slow" onclick={slowly}>add slowly</button>
      <i>{ids.value.length}</i>
      {ids.value.map((id) => <Row key={id} id={id} />)}
    </main>
  );
}) as unknown as Page;

/** A store whose saves of pages wait until they are let through. */
function gated(store: SessionStore): SessionStore & { held: number; open: boolean; let(): void } {
  const waiting: (() => void)[] = [];
  const gate = {
    ...store,
    isDurable: true,
    held: 0,
    open: true,
    load: (id: string) => store.load(id),
    touch: (id: string, at: number) => store.touch(id, at),
    delete: (id: string) => store.delete(id),
    saveAll: (all: Parameters<SessionStore["saveAll"]>[0]) => store.saveAll(all),
    close: () => Promise.resolve(),
    async save(id: string, data: Uint8Array, options: Parameters<SessionStore["save"]>[2]) {
      if (!gate.open && id.startsWith("ui_")) {
        gate.held++;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return await store.save(id, data, options);
    },
    let() {
      gate.open = true;
      for (const go of waiting.splice(0)) go();
    },
  };
  return gate;
}

/** A tab on the first of two nodes; the second one has what is shared of the first one's store. */
async function openBetween(store: SessionStore, shared: SessionStore, page = Rows) {
  const first = startNode({ "/": page }, { store, sessions: { onNotice() {} } });
  const second = startNode({ "/": page }, { store: mortal(shared) });
  let { origin } = first;
  const tab = await new Browser().open(() => origin);
  return {
    first,
    tab,
    /** From now on the tab connects to the second. */
    moveOn(): void {
      origin = second.origin;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      tab[Symbol.dispose]();
      await second[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a click on what appeared a moment ago survives the node that showed it (L5)", async () => {
  const shared = createMemorySessionStore();
  const store = mortal(shared);
  await using nodes = await openBetween(store, shared);
  const { tab } = nodes;
  tab.click("#add");
  await tab.until(() => tab.player.findAll("#row0").length === 1);
  // As soon as the page shows it, the next node knows it.
  store.die();
  await tab.clicked("#row0");
  assert(tab.player.kept > 0);
  nodes.moveOn();
  await nodes.first.server.shutdown();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("#row0") === "1" && tab.player.kept === 0);
  assertEquals(tab.player.recordsOf("error"), []);
});

Deno.test("new elements are shown when they are saved, or when the store takes too long", async () => {
  const store = gated(createMemorySessionStore());
  await using node = startNode({ "/": Rows }, { store });
  using tab = await new Browser().open(node.origin);
  store.open = false;
  const began = Date.now();
  tab.click("#add");
  await eventually(() => store.held === 1);
  await tab.until(() => tab.player.findAll("#row0").length === 1);
  assert(Date.now() - began >= 240, "it was not waited for");
  // From then on nobody waits, until a save comes through.
  await tab.clicked("#row0");
  assertEquals(tab.text("#row0"), "1");
  assert(tab.player.kept > 0);
  store.let();
  await tab.until(() => tab.player.kept === 0);
});

Deno.test("while a handler awaits, new elements are shown at once and acknowledge nothing", async () => {
  const shared = createMemorySessionStore();
  const store = mortal(shared);
  await using nodes = await openBetween(store, shared);
  const { tab } = nodes;
  tab.click("#slow");
  await tab.until(() => tab.player.findAll("#row0").length === 1);
  tab.click("#row0");
  assertEquals(tab.player.numbers.acknowledged, 0);
  store.die();
  nodes.moveOn();
  tab.player.drop();
  // The handler runs again, and again does not end; what the next node shows is what it has done.
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  await tab.until(() => tab.text("i") === "1");
  assertEquals(tab.player.numbers.acknowledged, 0);
  held.resolve();
  await tab.until(() => tab.player.kept === 0);
});

Deno.test("a store that is away leaves pages usable; when it is back, all is kept (THREATS 37)", async () => {
  const shared = createMemorySessionStore();
  let away = false;
  const reject = (): never => {
    throw new SessionStoreError("Cannot reach the store: away", "unavailable");
  };
  const store: SessionStore = {
    ...gated(shared),
    load: async (id) => away ? reject() : await shared.load(id),
    save: async (id, data, options) => away ? reject() : await shared.save(id, data, options),
  };
  await using nodes = await openBetween(store, shared);
  const { tab } = nodes;
  await tab.clicked("#add");
  await tab.until(() => tab.player.kept === 0);
  away = true;
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const began = performance.now();
    await tab.clicked(i % 3 === 0 ? "#add" : `#row${Math.floor(i / 3)}`);
    times.push(performance.now() - began);
  }
  const outage = performance.now();
  let more = 0;
  for (; performance.now() - outage < OUTAGE; more++) {
    const began = performance.now();
    await tab.clicked(`#row${more % 10}`);
    times.push(performance.now() - began);
    await delay(200);
  }
  assertEquals(tab.player.kept, 30 + more);
  // The socket breaks in the middle of it: the same node goes on.
  tab.player.drop();
  await tab.until(() => tab.player.recordsOf("welcome").length === 2);
  assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "resumed");
  await tab.clicked("#add");
  away = false;
  await tab.until(() => tab.player.kept === 0);
  nodes.moveOn();
  await nodes.first.server.shutdown();
  await tab.until(() => tab.player.recordsOf("welcome").length === 3);
  assertEquals(tab.player.recordsOf("welcome")[2]!.mode, "restored");
  await tab.until(() => tab.text("i") === "12");
  assertEquals(times.filter((time) => time > 5000), []);
  const counts = Array.from({ length: 12 }, (_, i) => Number(tab.text(`#row${i}`)));
  assertEquals(counts.reduce((sum, count) => sum + count), 20 + more);
  assertEquals(tab.player.recordsOf("error"), []);
  if (OUTAGE > 0) {
    const slowest = Math.round(Math.max(...times));
    console.log(
      `soak: store away for ${OUTAGE / 1000} s: ${30 + more} clicks, the slowest answered in ` +
        `${slowest} ms; all kept when it was back`,
    );
  }
});

Deno.test("text that was acknowledged and not kept never goes and comes back", async () => {
  const shared = createMemorySessionStore();
  const store = mortal(shared);
  const Typed = (() => {
    const text = signal("");
    return () => (
      <main>
        <input id="text" value={text.value} oninput={(event) => text.value = event.value} />
        <output>{text.value}</output>
      </main>
    );
  }) as unknown as Page;
  await using nodes = await openBetween(store, shared, Typed);
  const { tab, tab: { player } } = nodes;
  player.user.type("#text", "a");
  await tab.until(() => player.waiting === 0 && player.kept === 0);
  store.die();
  player.user.type("#text", "ab");
  await tab.until(() => player.waiting === 0);
  assertEquals(player.kept, 1);
  const shown = new Set<unknown>();
  const stop = new AbortController();
  // Looks after every frame.
  const looking = player.until(() => {
    shown.add(`${player.user.valueOf("#text")} ${tab.text("output")}`);
    return false;
  }, stop.signal).catch(() => {});
  nodes.moveOn();
  await nodes.first.server.shutdown();
  await tab.until(() => player.recordsOf("welcome").length === 2 && player.kept === 0);
  stop.abort();
  await looking;
  assertEquals([...shown], ["ab ab"]);
});
