/**
 * Law L5 on random networks: whatever happens to the connection, each event counts exactly once,
 * and what was typed is there in the end.
 *
 * Run one seed with `VANGO_SEED=123`; `VANGO_SOAK=1` runs many.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import { mount, type View } from "@vango/vango/testing";
import { Random } from "../properties/random.ts";
import { makeApp, type TestApp } from "../server/rig.ts";

const ONE = Deno.env.get("VANGO_SEED");
const SOAK = Boolean(Deno.env.get("VANGO_SOAK"));
const SEEDS = SOAK ? 1_000 : 20;
const STEPS = 25;

/** Everybody's clicks are counted on the server; the text is only ever shown back. */
function countingApp(): TestApp["app"] {
  const { app, vango } = makeApp({ development: true });
  app.get(
    "/",
    vango.page(() => {
      const count = signal(0);
      const text = signal("");
      return () => (
        <main>
          <button type="button" onclick={() => count.value++}>{count}</button>
          <input value={text} data-debounce="50" oninput={(event) => text.value = event.value} />
          <p>{text}</p>
        </main>
      );
    }),
  );
  return app;
}

async function happen(view: View, random: Random): Promise<void> {
  const { network } = view;
  switch (random.int(7)) {
    case 0:
      return network.cut();
    case 1:
      return await view.disconnect();
    case 2:
      network.frozen = true;
      return await view.pass(random.int(50_000));
    case 3:
      network.frozen = false;
      network.reachable = true;
      return;
    case 4:
      network.latency = random.int(2_000);
      return;
    case 5:
      network.loss = random.chance(0.5) ? 0 : random.next() / 3;
      return;
    default:
      return await view.pass(random.int(2_000));
  }
}

/** @returns How often the connection came back. */
async function checkNetwork(seed: number): Promise<number> {
  const random = new Random(seed);
  await using view = await mount(countingApp(), "/");
  let clicks = 0;
  let typed = "";
  for (let step = 0; step < STEPS; step++) {
    if (random.chance(0.5)) {
      clicks++;
      view.user.click("button");
    } else if (random.chance(0.3)) {
      typed = `${seed}.${step}`;
      view.user.type("input", typed);
    } else await happen(view, random);
  }
  view.network.loss = 0;
  await view.reconnect();
  const what = `seed ${seed}`;
  assertEquals(view.text("button"), String(clicks), what);
  assertEquals([view.text("p"), view.valueOf("input")], [typed, typed], what);
  assertEquals(view.recordsOf("dropped"), [], what);
  assertEquals(view.errors, [], what);
  return view.recordsOf("welcome").length - 1;
}

Deno.test("each event counts once on any network, and typed text stays (L5)", async () => {
  const seeds = ONE ? [Number(ONE)] : Array.from({ length: SEEDS }, (_, i) => i + 1);
  let returns = 0;
  for (const seed of seeds) returns += await checkNetwork(seed);
  assert(returns >= seeds.length, `${returns} returns`);
  if (SOAK) {
    console.log(`soak: L5 on random networks: ${SEEDS} seeds, ${returns} returns, nothing lost`);
  }
});
