import { assert, assertEquals } from "@std/assert";
import { Series, WINDOW } from "../../../examples/dashboard/state/series.ts";

/** A series with a value each second. */
function filled(seconds: number, value: (second: number) => number = () => 1): Series {
  const series = new Series();
  for (let second = 0; second <= seconds; second++) series.push(second * 1000, value(second));
  return series;
}

Deno.test("Series changes only its last strip from one second to the next", () => {
  const series = filled(12);
  const before = series.strips.value;
  series.push(13_000, 7);
  const after = series.strips.value;
  assertEquals(after.map(({ start }) => start), [0, 5, 10]);
  assertEquals(after.slice(0, -1), before.slice(0, -1));
  assertEquals(after.at(-1)!.line, "M0 1L1 1L2 1L3 7");
  assertEquals(after.at(-1)!.area, "M0 0L0 1L1 1L2 1L3 7L3 0Z");
});

Deno.test("Series begins a strip with the last point of the one before", () => {
  const [first, second] = filled(6, (at) => at).strips.value;
  assert(first!.line.endsWith("L5 5"), first!.line);
  assertEquals(second, { start: 5, line: "M0 5L1 6", area: "M0 0L0 5L1 6L1 0Z" });
});

Deno.test("Series draws no line over a time in which nobody watched", () => {
  const series = filled(3);
  series.push(60_000, 5);
  assertEquals(series.strips.value.map(({ line }) => line), ["M0 1L1 1L2 1L3 1", "M0 5h.1"]);
  series.push(61_000, 6);
  assertEquals(series.strips.value.at(-1), {
    start: 60,
    line: "M0 5L1 6",
    area: "M0 0L0 5L1 6L1 0Z",
  });
});

Deno.test("Series forgets what has left the window", () => {
  const series = filled(10 * WINDOW, (at) => at === 3 ? 1000 : 2);
  assertEquals(series.highest.value, 2);
  assertEquals(series.end.value, 10 * WINDOW);
  const { length } = series.strips.value;
  assert(length <= WINDOW / 5 + 2, `${length} strips`);
  assert(series.strips.value[0]!.start >= 9 * WINDOW - 10);
});

Deno.test("Series writes three digits, whatever the size of the value", () => {
  const [strip] = filled(1, (at) => at === 0 ? 123_456.789 : 0.000123456).strips.value;
  assertEquals(strip!.line, "M0 123000L1 0.000123");
});
