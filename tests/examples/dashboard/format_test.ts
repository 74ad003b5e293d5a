import { assertEquals } from "@std/assert";
import {
  ago,
  bytesText,
  duration,
  niceCeiling,
  percent,
  rateLabel,
} from "../../../examples/dashboard/format.ts";

Deno.test("bytesText keeps three digits and never four", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KB"],
    [1024, "1.00 KB"],
    [10_235, "10.0 KB"],
    [1023 * 1024, "1.00 MB"],
    [1.5 * 1024 ** 3, "1.50 GB"],
    [-5, "0 B"],
  ];
  for (const [value, text] of cases) assertEquals(bytesText(value), text);
});

Deno.test("duration names the two largest units", () => {
  const cases: [number, string][] = [
    [0.9, "0s"],
    [59, "59s"],
    [61, "1m 1s"],
    [3 * 3600 + 62, "3h 1m"],
    [90_000, "1d 1h"],
    [-3, "0s"],
  ];
  for (const [seconds, text] of cases) assertEquals(duration(seconds), text);
});

Deno.test("ago changes ever more slowly", () => {
  assertEquals(ago(4_000), "just now");
  assertEquals(ago(9_400), "5 s ago");
  assertEquals(ago(61_000), "1 min ago");
  assertEquals(ago(7_300_000), "2 h ago");
  assertEquals(ago(200_000_000), "2 d ago");
  assertEquals(ago(-1000), "just now");
});

Deno.test("percent shows a tenth where asked, except for all", () => {
  assertEquals(percent(0.1234), "12");
  assertEquals(percent(0.1234, true), "12.3");
  assertEquals(percent(1, true), "100");
});

Deno.test("niceCeiling is at least the value and reads well on an axis", () => {
  for (const value of [0, 1, 3, 999, 1000, 1024, 150_000, 600 * 1024, 3e9, 7e12]) {
    const ceiling = niceCeiling(value);
    assertEquals(
      ceiling >= value && ceiling <= Math.max(1, value * 2.6),
      true,
      `${value} ${ceiling}`,
    );
    assertEquals(/^(1|2|5|10|20|50|100|200|500) \w+\/s$/.test(rateLabel(ceiling)), true);
  }
});
