import { assertEquals } from "@std/assert";
import { median, quantile, race } from "../../bench/measure.ts";

Deno.test("median is the middle value, the lower one of two, whatever the order", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 3, 2]), 2);
  assertEquals(median([]), NaN);
});

Deno.test("quantile of 0 and 1 are the least and the greatest", () => {
  assertEquals(quantile([5, 9, 7], 0), 5);
  assertEquals(quantile([5, 9, 7], 1), 9);
});

Deno.test("race lets each contender go first in turn and counts no warm-up round", () => {
  const order: string[] = [];
  const contenders = ["a", "b"].map((name) => () => order.push(name));
  const timings = race(contenders, { rounds: 4, warmUp: 1, sampleTime: 0 });
  assertEquals(timings.map((timing) => timing.samples.length), [4, 4]);
  assertEquals(timings[0]!.ratio, 1);
  const rounds = order.slice(-10).join("");
  assertEquals(rounds, "abbaabbaab");
});
