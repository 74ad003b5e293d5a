import { assert, assertEquals } from "@std/assert";
import { type Page, type Renderable, signal } from "@vango/vango";
import { SessionStoreError } from "../../src/session/errors.ts";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { mortal, type MortalStore } from "./mortal_store.ts";
import { type Node, startNode } from "./node.ts";
import { Browser, type Tab } from "./visitor.ts";

/** Runs of the property; more in the soak. */
const RUNS = Deno.env.get("VANGO_SOAK") === "1" ? 200 : 4;

/** A generator of numbers below `n`, the same for the same seed. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** What the page holds: a list of rows, each with a counter, and a switch. */
interface Model {
  rows: { id: number; count: number }[];
  next: number;
  open: boolean;
}

function Row({ id, remove }: { id: number; remove: () => void }): () => Renderable {
  const count = signal(0);
  return () => (
    <p>
      <button type="button" id={`row${id}`} onclick={() => count.value++}>{count.value}</button>
      <button type="button" id={`del${id}`} onclick={remove}>x</button>
    </p>
  );
}

const page = (() => {
  const ids = signal([0, 1]);
  const next = signal(2, { key: "next" });
  const open = signal(false);
  const remove = (id: number): void => {
    ids.value = ids.value.filter((each) => each !== id);
  };
  return () => (
    <main>
      <button type="button" id="add" onclick={() => ids.value = [next.value++, ...ids.value]}>
        +
      </button>
      <button type="button" id="flip" onclick={() => ids.value = ids.value.toReversed()}>~</button>
      <button type="button" id="open" onclick={() => open.value = !open.value}>o</button>
      {open.value ? <b id="yes">yes</b> : null}
      {ids.value.map((id) => <Row key={id} id={id} remove={() => remove(id)} />)}
    </main>
  );
}) as unknown as Page;

/** Clicks something that the player shows; the model does the same. */
function act(tab: Tab, model: Model, pick: (n: number) => number): void {
  const buttons = tab.player.findAll("button").map((button) => button.get("id")!);
  const id = buttons[pick(buttons.length)]!;
  const [, kind, number] = /^([a-z]+)(\d*)$/.exec(id)!;
  const row = model.rows.find((each) => each.id === Number(number));
  // The player may show a row that the server has removed already: nobody clicks that twice.
  if ((kind === "row" || kind === "del") && !row) return;
  tab.click(`#${id}`);
  if (kind === "add") model.rows.unshift({ id: model.next++, count: 0 });
  else if (kind === "flip") model.rows.reverse();
  else if (kind === "open") model.open = !model.open;
  else if (kind === "row") row!.count++;
  else model.rows.splice(model.rows.indexOf(row!), 1);
}

function shown(tab: Tab): unknown {
  return {
    rows: tab.player.findAll("p").map((row) => {
      const [button] = [...row.elements()];
      return { id: Number(button!.get("id")!.slice(3)), count: Number(button!.text) };
    }),
    open: tab.player.findAll("#yes").length === 1,
  };
}

Deno.test("L5: whenever nodes die, each acknowledged event has run exactly once", async () => {
  let deaths = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    const pick = random(seed * 7919);
    const shared = createMemorySessionStore();
    const nodes: { node: Node; store: MortalStore }[] = [];
    const start = (): void => {
      const store = mortal(shared);
      nodes.push({ node: startNode({ "/": page }, { store, sessions: { onNotice() {} } }), store });
    };
    start();
    try {
      using tab = await new Browser().open(() => nodes.at(-1)!.node.origin);
      const model: Model = { rows: [0, 1].map((id) => ({ id, count: 0 })), next: 2, open: false };
      const settle = (): Promise<void> =>
        tab.until(() => tab.player.state === "live" && tab.player.waiting === 0);
      for (let step = 0; step < 25; step++) {
        act(tab, model, pick);
        // Often the next click comes before the answer.
        if (pick(3) === 0) await settle();
        if (pick(3) === 0) await new Promise((resolve) => setTimeout(resolve, pick(150)));
        if (pick(9) > 0) continue;
        const dying = nodes.at(-1)!;
        start();
        if (pick(4) > 0) {
          dying.store.die();
          tab.player.drop();
        }
        await dying.node.server.shutdown();
        deaths++;
      }
      await settle();
      assertEquals(tab.player.recordsOf("dropped"), [], `seed ${seed}`);
      const dropped = tab.player.recordsOf("error");
      assertEquals(dropped, [], `seed ${seed}`);
      await tab.until(() => tab.player.kept === 0);
      assertEquals(shown(tab), { rows: model.rows, open: model.open }, `seed ${seed}`);
    } finally {
      for (const { node } of nodes) await node[Symbol.asyncDispose]();
      await shared.close();
    }
  }
  assert(deaths > 0, "no node has died");
  if (RUNS > 4) {
    console.log(`soak: L5: ${RUNS} runs, ${deaths} nodes died, no event lost or run twice`);
  }
});

/** A store that is slow, or away, now and then. */
function moody(store: MortalStore, pick: (n: number) => number): MortalStore {
  let calls = 0;
  const mood = async <T,>(work: () => Promise<T>): Promise<T> => {
    // Some calls in a row, so that the guard before the store notices.
    const kind = Math.floor(calls++ / 6) % 4;
    if (kind === 1) await new Promise((resolve) => setTimeout(resolve, pick(400)));
    if (kind === 3) throw new SessionStoreError("Cannot reach the store: moody", "unavailable");
    return await work();
  };
  return {
    ...store,
    load: (id) => mood(() => store.load(id)),
    save: (id, data, options) => mood(() => store.save(id, data, options)),
  };
}

Deno.test("L4, L5: whatever the store does, an event runs where it was made, or its page is told", async () => {
  let restored = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    const pick = random(seed * 104729);
    const shared = createMemorySessionStore();
    const nodes: { node: Node; store: MortalStore }[] = [];
    const start = (): void => {
      const store = moody(mortal(shared), pick);
      nodes.push({ node: startNode({ "/": page }, { store, sessions: { onNotice() {} } }), store });
    };
    start();
    try {
      const counts = new Map<string, number>();
      const rowOf = new Map<number, string>();
      const count = (id: string, by: number) => counts.set(id, (counts.get(id) ?? 0) + by);
      using tab = await new Browser().open(() => nodes.at(-1)!.node.origin, "/", (record) => {
        if (record.kind !== "error" || record.error.code !== "dropped") return;
        const row = rowOf.get(record.error.seq!);
        if (row !== undefined) count(row, -1);
      });
      for (let step = 0; step < 30; step++) {
        const buttons = tab.player.findAll("button").map((button) => button.get("id")!);
        const id = buttons[pick(buttons.length)]!;
        tab.click(`#${id}`);
        if (id.startsWith("row")) {
          count(id, 1);
          rowOf.set(tab.player.numbers.event, id);
        }
        if (pick(2) === 0) await new Promise((resolve) => setTimeout(resolve, pick(60)));
        if (pick(7) > 0) continue;
        start();
        // Another node gets the page while the old one lives on, or is cut off, or is shut down.
        const fate = pick(3);
        if (fate === 0) nodes.at(-2)!.store.die();
        tab.player.drop();
        if (fate === 1) void nodes.at(-2)!.node.server.shutdown();
      }
      await tab.until(() => tab.player.state === "live" && tab.player.waiting === 0, 60_000);
      restored += tab.player.recordsOf("welcome").filter(({ mode }) => mode === "restored").length;
      // A page that began anew has forgotten on purpose, and says so.
      if (tab.player.recordsOf("dropped").length > 0) continue;
      for (const button of tab.player.findAll("button")) {
        const id = button.get("id")!;
        if (!id.startsWith("row")) continue;
        assertEquals(Number(button.text), counts.get(id) ?? 0, `seed ${seed}, ${id}`);
      }
    } finally {
      for (const { store } of nodes) store.die();
      await Promise.all(nodes.map(({ node }) => node[Symbol.asyncDispose]()));
      await shared.close();
    }
  }
  assert(restored > 0, "no page was restored");
  if (RUNS > 4) {
    console.log(`soak: L4, L5 on a moody store: ${RUNS} runs, ${restored} restores, none wrong`);
  }
});
