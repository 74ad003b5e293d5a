import { assertEquals } from "@std/assert";
import { Deadlines } from "../../src/tree/deadlines.ts";
import { FakeTime } from "../live/fake_time.ts";

Deno.test("Deadlines calls each in its time, with one timer for all", async () => {
  using time = new FakeTime();
  const late: string[] = [];
  const deadlines = new Deadlines();
  const timed = (name: string) => ({ due: 0, late: () => void late.push(name) });
  const [a, b, c, d] = [timed("a"), timed("b"), timed("c"), timed("d")] as const;
  deadlines.add(a, 300);
  deadlines.add(b, 100);
  deadlines.add(c, 200);
  deadlines.add(d, 100);
  await time.tick();
  assertEquals(time.timers, 1);
  await time.tick(99);
  assertEquals(late, []);
  await time.tick(1);
  assertEquals(late, ["b", "d"]);
  deadlines.drop(c);
  await time.tick(150);
  assertEquals(late, ["b", "d"]);
  await time.tick(50);
  assertEquals(late, ["b", "d", "a"]);
  assertEquals(time.timers, 0);
});

Deno.test("Deadlines keeps no timer when nothing waits, and takes new ones afterwards", async () => {
  using time = new FakeTime();
  let late = 0;
  const deadlines = new Deadlines();
  const timed = { due: 0, late: () => void late++ };
  deadlines.add(timed, 100);
  deadlines.drop(timed);
  deadlines.drop(timed);
  await time.tick();
  assertEquals(time.timers, 0);
  deadlines.add(timed, 100);
  await time.tick();
  assertEquals(time.timers, 1);
  deadlines.drop(timed);
  assertEquals(time.timers, 0);
  deadlines.add(timed, 50);
  await time.tick(50);
  assertEquals([late, time.timers], [1, 0]);
});

Deno.test("Deadlines takes what is added or dropped by what is late", async () => {
  using time = new FakeTime();
  const late: string[] = [];
  const deadlines = new Deadlines();
  const dropped = { due: 0, late: () => void late.push("dropped") };
  const added = { due: 0, late: () => void late.push("added") };
  deadlines.add({
    due: 0,
    late() {
      late.push("first");
      deadlines.drop(dropped);
      deadlines.add(added, 10);
    },
  }, 100);
  deadlines.add(dropped, 100);
  await time.tick(100);
  assertEquals(late, ["first"]);
  await time.tick(10);
  assertEquals(late, ["first", "added"]);
  assertEquals(time.timers, 0);
});
