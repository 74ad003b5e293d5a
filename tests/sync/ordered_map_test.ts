import { assertEquals } from "@std/assert";
import { OrderedMap } from "../../src/sync/ordered_map.ts";
import { createRandom } from "./simulator/scheduler.ts";

Deno.test("OrderedMap agrees with a sorted Map through 20,000 random changes", () => {
  const random = createRandom(7);
  const map = new OrderedMap<number>();
  const model = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const key = `k${Math.floor(random() * 3_000)}`;
    if (random() < 0.6) {
      map.set(key, i);
      model.set(key, i);
    } else {
      assertEquals(map.delete(key), model.delete(key));
    }
    assertEquals(map.get(key), model.get(key));
  }
  const sorted = [...model].sort(([a], [b]) => a < b ? -1 : 1);
  assertEquals([...map.entriesFrom("")], sorted);
  assertEquals(map.size, sorted.length);
  assertEquals([...map.entriesFrom("k2")], sorted.filter(([key]) => key >= "k2"));
  assertEquals(
    [...map.entriesDownFrom("k2")],
    sorted.filter(([key]) => key < "k2").reverse(),
  );
});

Deno.test("OrderedMap filled in order keeps full blocks and finds every key", () => {
  const map = new OrderedMap<number>();
  for (let i = 0; i < 5_000; i++) map.set(String(i).padStart(5, "0"), i);
  assertEquals(map.size, 5_000);
  for (let i = 0; i < 5_000; i += 37) assertEquals(map.get(String(i).padStart(5, "0")), i);
});
