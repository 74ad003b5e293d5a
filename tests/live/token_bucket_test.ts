import { assert, assertEquals } from "@std/assert";
import { TokenBucket } from "../../src/live/token_bucket.ts";

/** How many of `tries` are allowed at a time. */
function allowed(bucket: TokenBucket, tries: number, now: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (bucket.take(now)) count++;
  return count;
}

Deno.test("TokenBucket allows a burst, then the rate", () => {
  const bucket = new TokenBucket(10, 5);
  assertEquals(allowed(bucket, 100, 1000), 5);
  assertEquals(allowed(bucket, 100, 1100), 1);
  assertEquals(allowed(bucket, 100, 1400), 3);
});

Deno.test("TokenBucket saves up no more than the burst", () => {
  const bucket = new TokenBucket(10, 5);
  assert(bucket.take(1));
  assertEquals(allowed(bucket, 100, 1_000_000), 5);
});
