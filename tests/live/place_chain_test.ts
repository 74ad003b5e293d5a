import { assertEquals } from "@std/assert";
import { movesBetween, PlaceChain } from "../../src/live/place_chain.ts";

/** Moves in the page's own region. */
function moves(...pairs: [from: number, to: number][]): Map<string, Map<number, number>> {
  return new Map([["", new Map(pairs)]]);
}

Deno.test("PlaceChain leads an event through every numbering since its own", () => {
  const chain = new PlaceChain();
  chain.renumber(moves([1, 10]), 11);
  chain.renumber(moves([10, 20], [12, 22]), 15);
  assertEquals([chain.find(0, 1, 0), chain.find(0, 1, 10)], [20, 20]);
  assertEquals([chain.find(0, 10, 11), chain.find(0, 12, 14)], [20, 22]);
  assertEquals(chain.find(0, 10, 15), 10);
});

Deno.test("PlaceChain gives nothing for a place that is in no numbering, or in another region", () => {
  const chain = new PlaceChain();
  chain.renumber(moves([1, 10]), 11);
  assertEquals([chain.find(0, 2, 5), chain.find(3, 1, 5)], [undefined, undefined]);
});

Deno.test("PlaceChain takes back numberings that the page has never seen", () => {
  const chain = new PlaceChain();
  chain.renumber(moves([1, 10]), 11);
  chain.renumber(moves([10, 20]), 13);
  // The page has applied 11; 12 is the next node's.
  chain.rewind(12);
  chain.renumber(moves([20, 30]), 12);
  assertEquals([chain.find(0, 1, 10), chain.find(0, 10, 11)], [30, 30]);
  assertEquals(chain.find(0, 30, 12), 30);
  assertEquals(chain.entries.map(({ below }) => below), [11, 12]);
});

Deno.test("PlaceChain guesses nothing of a numbering that it was not told of", () => {
  const chain = new PlaceChain();
  chain.renumber(moves([1, 10]), 11);
  chain.forget(11, 14);
  assertEquals(chain.find(0, 1, 10), 10);
  assertEquals([11, 12, 13].map((ack) => chain.find(0, 1, ack)), [undefined, undefined, undefined]);
  assertEquals(chain.find(0, 1, 14), 1);
});

Deno.test("PlaceChain stays short, and drops what is too old instead of taking it for newer", () => {
  const chain = new PlaceChain();
  for (let i = 1; i <= 20; i++) chain.renumber(moves([i, i + 1]), 10 * i);
  assertEquals(chain.entries.length, 8);
  assertEquals(chain.find(0, 1, 5), undefined);
  assertEquals(chain.find(0, 12, 115), undefined);
  assertEquals(chain.find(0, 20, 195), 21);
});

Deno.test("movesBetween follows the parts that are alike, and leaves out the others", () => {
  const before = new Map([["", new Map([[7, [1, 2]], [8, [5]], [9, [6]]])]]);
  const after = new Map([["", new Map([[7, [3, 4]], [8, [5, 6]], [10, [6]]])]]);
  assertEquals(movesBetween(before, after), moves([1, 3], [2, 4]));
});
