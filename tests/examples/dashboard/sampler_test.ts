import { assert, assertEquals } from "@std/assert";
import type { Collector, Reading } from "../../../examples/dashboard/collectors/reading.ts";
import { Sampler } from "../../../examples/dashboard/state/sampler.ts";

/** Counts its readings and tells who waits for the next. */
class FakeCollector implements Collector {
  readonly host = { name: "box", system: "", processor: "", cores: 1 };
  readings = 0;
  overlapping = 0;
  failing = false;
  /** Of its own, so that a slow machine draws the same points. */
  #at = Date.now();
  #waiting: [number, () => void][] = [];
  #busy = 0;

  async collect(): Promise<Reading> {
    this.overlapping = Math.max(this.overlapping, ++this.#busy);
    await Promise.resolve();
    this.#busy--;
    this.readings++;
    for (const [count, resolve] of this.#waiting) if (count <= this.readings) resolve();
    if (this.failing) throw new Error("no /proc today");
    return {
      at: this.#at += 5,
      source: "proc",
      cpu: { used: 0.5, user: 0.5, system: 0, wait: 0, cores: [], load: [0, 0, 0] },
      memory: { total: 4, used: 1, cached: 0, swapTotal: 0, swapUsed: 0 },
      network: undefined,
      disk: undefined,
      volumes: [],
      uptime: 1,
      processes: [],
    };
  }

  /** Resolves when there were so many readings. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) =>
      this.readings >= count ? resolve() : this.#waiting.push([count, resolve])
    );
  }
}

Deno.test("Sampler measures for all watchers once, and not without them", async () => {
  const collector = new FakeCollector();
  const sampler = new Sampler(collector, { interval: 5 });
  assertEquals(collector.readings, 0);
  const first = sampler.watch();
  const second = sampler.watch();
  assertEquals(sampler.watchers, 2);
  await collector.reached(3);
  assertEquals(collector.overlapping, 1);
  first();
  first();
  assertEquals(sampler.watchers, 1, "ending a watch twice ends one");
  await collector.reached(collector.readings + 2);
  second();
  assertEquals(sampler.watchers, 0);
  // Deno's test sanitizer fails this test if a timer is left.
});

Deno.test("Sampler measures with one timer when a watch begins while it measures", async () => {
  const collector = new FakeCollector();
  const sampler = new Sampler(collector, { interval: 5 });
  const stops = Array.from({ length: 20 }, () => {
    sampler.watch()();
    return sampler.watch();
  });
  await collector.reached(4);
  assertEquals(collector.overlapping, 1);
  for (const stop of stops) stop();
  assertEquals(sampler.watchers, 0);
});

Deno.test("Sampler.refresh measures only when the newest reading is old", async () => {
  const collector = new FakeCollector();
  const sampler = new Sampler(collector, { interval: 60_000 });
  await Promise.all([sampler.refresh(), sampler.refresh()]);
  await sampler.refresh();
  assertEquals(collector.readings, 1);
  assertEquals(sampler.reading.value?.cpu.used, 0.5);
});

Deno.test("Sampler draws no point for the average over a pause", async () => {
  const collector = new FakeCollector();
  const sampler = new Sampler(collector, { interval: 5 });
  await sampler.refresh();
  assertEquals(sampler.history.cpu.strips.value, []);
  const stop = sampler.watch();
  await collector.reached(4);
  stop();
  assert(sampler.history.cpu.strips.value.length > 0);
  assertEquals(sampler.history.memory.latest.value, 25);
});

Deno.test("Sampler goes on after a reading that failed", async () => {
  const collector = new FakeCollector();
  const sampler = new Sampler(collector, { interval: 5 });
  const said: unknown[] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => said.push(words);
  try {
    collector.failing = true;
    const stop = sampler.watch();
    await collector.reached(2);
    collector.failing = false;
    await collector.reached(4);
    stop();
  } finally {
    console.error = error;
  }
  assert(said.length >= 1);
  assertEquals(sampler.reading.value?.source, "proc");
});
