/**
 * What lists cost: as few moves as there can be, one operation for one change, and work that grows
 * with the change and not with the page.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { signal } from "../../src/signals/signals.ts";
import type { Signal } from "../../src/signals/signals.ts";
import { longestIncreasing } from "../../src/tree/reconcile.ts";
import { LivePage } from "../tree/live_page.ts";
import { Random } from "./random.ts";

interface Table {
  readonly rows: Signal<readonly number[]>;
  readonly live: LivePage;
}

function table(keys: readonly number[]): Table {
  const rows = signal<readonly number[]>(keys);
  const live = new LivePage(
    jsx(() => () => <ul>{rows.value.map((n) => <li key={n} title={`${n}`}>row {n}</li>)}</ul>, {}),
  );
  return { rows, live };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** The operations of one change, counted by their kind; the page must then be right. */
function change({ rows, live }: Table, keys: readonly number[]): Record<string, number> {
  rows.value = keys;
  const counts: Record<string, number> = {};
  for (const { op } of live.flush().ops) counts[op] = (counts[op] ?? 0) + 1;
  const shown = live.page.body.text.split("row ").slice(1).map(Number);
  assertEquals(shown, [...keys]);
  assertEquals(live.mismatches, []);
  return counts;
}

/** Length of the longest increasing subsequence, by trying every subsequence. */
function longestByTrying(values: readonly number[]): number {
  let longest = 0;
  for (let chosen = 0; chosen < 1 << values.length; chosen++) {
    const picked = values.filter((_, i) => chosen >> i & 1);
    if (picked.length <= longest) continue;
    if (picked.every((value, i) => i === 0 || picked[i - 1]! < value)) longest = picked.length;
  }
  return longest;
}

function* permutations(values: readonly number[]): Generator<number[]> {
  if (values.length < 2) return yield values.slice();
  for (let i = 0; i < values.length; i++) {
    const rest = [...values.slice(0, i), ...values.slice(i + 1)];
    for (const tail of permutations(rest)) yield [values[i]!, ...tail];
  }
}

Deno.test("longestIncreasing is as long as can be, for every order of seven", () => {
  for (const order of permutations(numbers(7))) {
    const found = [...longestIncreasing(order)].sort((a, b) => a - b).map((i) => order[i]!);
    assert(found.every((value, i) => i === 0 || found[i - 1]! < value), order.join());
    assertEquals(found.length, longestByTrying(order), order.join());
  }
});

Deno.test("every order of six is reached with the fewest moves, a swap counted as one", () => {
  for (const order of permutations(numbers(6))) {
    const { move = 0, swap = 0, ...others } = change(table(numbers(6)), order);
    assertEquals(others, {}, order.join());
    const fewest = 6 - longestByTrying(order);
    assert(move + swap <= fewest, `${order}: ${move} moves, ${swap} swaps, ${fewest} would do`);
  }
});

Deno.test("random changes of small lists insert what is new, remove what is gone, move the fewest", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const before = random.shuffle(numbers(9)).slice(0, random.int(9));
    const after = random.shuffle(numbers(9)).slice(0, random.int(9));
    const counts = change(table(before), after);
    if (counts.replace) continue;
    const stay = after.filter((n) => before.includes(n)).map((n) => before.indexOf(n));
    const { move = 0, swap = 0, remove = 0 } = counts;
    assertEquals(remove, before.length - stay.length, `seed ${seed}`);
    assert(move + swap <= stay.length - longestByTrying(stay), `seed ${seed}`);
  }
});

Deno.test("of a thousand rows, one change is one operation", () => {
  const all = numbers(1000);
  const rows = table(all);
  const swapped = all.slice();
  [swapped[1], swapped[998]] = [998, 1];
  assertEquals(change(rows, swapped), { swap: 1 });
  assertEquals(change(rows, all), { swap: 1 });
  assertEquals(change(rows, all.filter((n) => n !== 500)), { remove: 1 });
  assertEquals(change(rows, all), { insert: 1 });
  assertEquals(change(rows, [2000, ...all]), { insert: 1 });
  assertEquals(change(rows, [2000, ...all, ...numbers(1000).map((n) => n + 3000)]), { insert: 1 });
  assertEquals(change(rows, all), { remove: 1001 });
  assertEquals(change(rows, [...all.slice(1), 0]), { move: 1 });
  assertEquals(change(rows, all), { move: 1 });
  assertEquals(change(rows, []), { replace: 1 });
  assertEquals(change(rows, all), { replace: 1 });
  assertEquals(change(rows, all.map((n) => n + 5000)), { replace: 1 });
});

Deno.test("a change of a long list is a few bytes", () => {
  const all = numbers(1000);
  const rows = table(all);
  const swapped = all.slice();
  [swapped[1], swapped[998]] = [998, 1];
  const sizes: [string, readonly number[], number][] = [
    ["swap", swapped, 12],
    ["remove", swapped.filter((n) => n !== 500), 8],
    ["clear", [], 8],
  ];
  for (const [what, keys, most] of sizes) {
    change(rows, keys);
    const { length } = rows.live.frames.at(-1)!;
    assert(length <= most, `${what}: ${length} bytes, ${most} at most`);
  }
});

Deno.test("places are forgotten with their elements: nothing grows while a list turns over", () => {
  const rows = table(numbers(10));
  for (let round = 1; round <= 200; round++) change(rows, numbers(10).map((n) => n + round));
  const { places } = rows.live.page.regions.byId.get(0)!;
  assert(places.size <= 22, `${places.size} places are remembered for a list of 10`);
});

Deno.test("the work of a change grows with the change, not with the list", () => {
  const steps = (count: number): number => {
    const { rows, live } = table(numbers(count));
    rows.value = rows.peek().filter((n) => n !== 5);
    return live.encode().length;
  };
  assert(steps(10_000) <= steps(100) + 2);
});
