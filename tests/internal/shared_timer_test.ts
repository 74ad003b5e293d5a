import { assertEquals } from "@std/assert";
import { SharedTimer } from "../../src/internal/shared_timer.ts";
import { FakeTime } from "../live/fake_time.ts";

Deno.test("SharedTimer tells what is due, at its time when nothing else was just due", async () => {
  using time = new FakeTime();
  const start = Date.now();
  const due = new Map([["a", 5_000], ["b", 90_000], ["c", 5_400]]);
  const told: [string, number][] = [];
  const timer = new SharedTimer<string>({
    dueOf: (name) => start + due.get(name)!,
    late: (name) => void told.push([name, Date.now() - start]),
    now: Date.now,
  });
  for (const name of ["b", "a", "c", "a"]) timer.add(name);
  assertEquals(time.timers, 1);
  await time.tick(4_999);
  assertEquals(told, []);
  // Heard of meanwhile: its time has moved on.
  due.set("b", 94_000);
  for (let i = 0; i < 100; i++) await time.tick(1_000);
  assertEquals(told, [["a", 5_000], ["c", 6_000], ["b", 94_000]]);
  assertEquals(time.timers, 0);
});

Deno.test("SharedTimer waits for nothing that was taken out", async () => {
  using time = new FakeTime();
  const start = Date.now();
  const told: string[] = [];
  const timer = new SharedTimer<string>({
    dueOf: () => start + 1_000,
    late: (name) => void told.push(name),
    now: Date.now,
  });
  timer.add("a");
  timer.add("b");
  timer.delete("a");
  timer.delete("unknown");
  assertEquals(time.timers, 1);
  timer.delete("b");
  assertEquals(time.timers, 0);
  timer.add("c");
  timer.clear();
  await time.tick(10_000);
  assertEquals([told, time.timers], [[], 0]);
});
