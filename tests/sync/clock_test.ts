import { assertEquals } from "@std/assert";
import { ageOf, correctedTime } from "../../src/sync/clock.ts";
import { MAX_AGE_MS } from "../../src/sync/limits.ts";

const NOON = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;

Deno.test("correctedTime takes the age from the sender's clock and the rest from ours", () => {
  for (const skew of [0, 12 * 60 * MINUTE, -12 * 60 * MINUTE]) {
    const sentAt = NOON + skew;
    assertEquals(correctedTime(NOON, sentAt, sentAt - 5 * MINUTE, 0), NOON - 5 * MINUTE);
  }
});

Deno.test("correctedTime clamps the year 9999 to now, and 1970 to the oldest age", () => {
  assertEquals(correctedTime(NOON, NOON, Date.UTC(9999, 0), 0), NOON);
  assertEquals(correctedTime(NOON, NOON, 0, 0), NOON - MAX_AGE_MS);
});

Deno.test("correctedTime never goes back for one client, nor into the future", () => {
  const last = NOON - MINUTE;
  assertEquals(correctedTime(NOON, NOON, NOON - 10 * MINUTE, last), last);
  assertEquals(correctedTime(NOON, NOON, NOON, NOON + MINUTE), NOON);
});

Deno.test("ageOf tells the true age of this run's writes when the clock is set", () => {
  const wall = NOON - 12 * 60 * MINUTE;
  const clock = { now: () => wall, monotonic: () => 7 * MINUTE };
  assertEquals(ageOf(clock, 2 * MINUTE, NOON), 5 * MINUTE);
  assertEquals(ageOf(clock, undefined, wall - MINUTE), MINUTE);
  assertEquals(ageOf(clock, undefined, wall + MINUTE), 0);
});
