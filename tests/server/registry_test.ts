import { assertEquals } from "@std/assert";
import type { LiveState } from "../../src/live/live_port.ts";
import type { LiveSession } from "../../src/live/live_session.ts";
import { Registry, type RegistryOptions } from "../../src/server/registry.ts";
import { FakeTime } from "../live/fake_time.ts";

/** As much of a live session as the registry sees. */
class Page {
  readonly id: string;
  state: LiveState = "waiting";
  readonly #registry: Registry;

  constructor(id: string, registry: Registry) {
    this.id = id;
    this.#registry = registry;
    this.become("waiting");
  }

  become(state: LiveState): this {
    this.state = state;
    this.#registry.changed(this as unknown as LiveSession);
    return this;
  }

  end(): void {
    if (this.state !== "ended") this.become("ended");
  }
}

function start(options: RegistryOptions = {}) {
  const registry: Registry = new Registry(options, (live) => live.end());
  return { registry, page: (id: string) => new Page(id, registry) };
}

Deno.test("Registry counts pages by state and finds them by id", () => {
  using _ = new FakeTime();
  const { registry, page } = start();
  const a = page("a");
  page("b").become("live");
  page("c").become("live").become("detached");
  page("d").end();
  assertEquals(registry.stats(), { waiting: 1, live: 1, detached: 1 });
  assertEquals(registry.get("a"), a as unknown as LiveSession);
  assertEquals(registry.get("d"), undefined);
  assertEquals(registry.all().map(({ id }) => id), ["a", "b", "c"]);
  registry.close();
});

Deno.test("Registry ends pages whose player does not come, or does not come back, in time", async () => {
  using time = new FakeTime();
  const { registry, page } = start({ waitForPlayer: 30_000, resumeWindow: 60_000 });
  const detached = page("detached").become("live").become("detached");
  await time.tick(20_000);
  // Due before the one that the timer was set for.
  const waiting = page("waiting");
  const live = page("live").become("live");
  await time.tick(29_900);
  assertEquals([waiting.state, detached.state], ["waiting", "detached"]);
  await time.tick(200);
  assertEquals([waiting.state, detached.state], ["ended", "detached"]);
  await time.tick(10_000);
  assertEquals([detached.state, live.state], ["ended", "live"]);
  live.end();
  assertEquals(registry.stats(), { waiting: 0, live: 0, detached: 0 });
  assertEquals(time.timers, 0);
});

Deno.test("Registry gives a page that came back its whole time again", async () => {
  using time = new FakeTime();
  const { registry, page } = start({ resumeWindow: 60_000 });
  const one = page("one").become("live").become("detached");
  await time.tick(50_000);
  one.become("live").become("detached");
  await time.tick(50_000);
  assertEquals(one.state, "detached");
  await time.tick(10_100);
  assertEquals(one.state, "ended");
  registry.close();
});

Deno.test("Registry ends the oldest page when there is no room", () => {
  using _ = new FakeTime();
  const { registry, page } = start({ maxWaiting: 2, maxDetached: 1 });
  const [a, b, c] = ["a", "b", "c"].map(page);
  assertEquals([a!.state, b!.state, c!.state], ["ended", "waiting", "waiting"]);
  b!.become("live").become("detached");
  c!.become("live").become("detached");
  assertEquals([b!.state, c!.state], ["ended", "detached"]);
  registry.close();
});

Deno.test("Registry ends the older of two live sessions of one page", () => {
  using _ = new FakeTime();
  const { registry, page } = start();
  const older = page("same").become("live");
  const newer = page("same");
  assertEquals([older.state, newer.state], ["ended", "waiting"]);
  assertEquals(registry.get("same"), newer as unknown as LiveSession);
  assertEquals(registry.stats(), { waiting: 1, live: 0, detached: 0 });
  registry.close();
});

Deno.test("Registry leaves no timer behind when it is closed", () => {
  using time = new FakeTime();
  const { registry, page } = start();
  page("a");
  registry.close();
  assertEquals(time.timers, 0);
});
