import { assertEquals } from "@std/assert";
import { simulate } from "./simulator/simulate.ts";

/** Seeds that once broke an invariant, and what was behind it. */
const REGRESSIONS: [seed: number, law: string][] = [
  [1396, "a transaction sent under two client ids takes effect once"],
  [24, "a device that gives up a write finds its way into a new epoch"],
  [2373, "a tab that loads while another writes shows one commit, not two"],
  [2568, "a base that is loaded is never one that is being deleted"],
  [4177, "a collection that runs beside a push keeps its floor"],
  [1000040, "who deleted a record may make it again in the same millisecond"],
  [1000101, "a delete in one scope says nothing of the same name in another"],
  [1000209, "a tombstone of one scope is collected, and the other's record lives"],
  [15177, "a late delete does not let a put of the same moment pass for a new one"],
  [1000189, "what a function merged is merged again with what its writer had not seen"],
  [1229, "what is written before a resource is loaded claims to have seen nothing of it"],
  [311, "what own writes hide was not seen, though it was pulled"],
  [2492, "a decision does not take back what its screen had shown"],
  [30792, "a backup of a device has what was durable by then, not what was on its way"],
  [309327, "who shows what became a question had no record of it"],
  [1000650, "a record made without knowing of another's is a new one, not one come back"],
];

for (const [seed, law] of REGRESSIONS) {
  Deno.test(`simulated world ${seed}: ${law}`, async () => {
    assertEquals((await simulate(seed)).violations, []);
  });
}

Deno.test("300 simulated worlds break no invariant (I1 to I11)", async () => {
  const broken: string[] = [];
  const counts: Record<string, number> = {};
  for (let seed = 1_000_000; seed < 1_000_300; seed++) {
    const verdict = await simulate(seed);
    for (const [name, count] of Object.entries(verdict.counts)) {
      counts[name] = (counts[name] ?? 0) + count;
    }
    broken.push(...verdict.violations.map((text) => `seed ${seed}: ${text}`));
  }
  assertEquals(broken, []);
  // A simulator in which nothing happens proves nothing.
  for (const what of ["applied", "merged", "superseded", "conflict", "rejected"]) {
    assertEquals((counts[what] ?? 0) > 100, true, `only ${counts[what]} times ${what}`);
  }
});

Deno.test("a simulated world is the same each time", async () => {
  assertEquals(await simulate(42), await simulate(42));
});
