/**
 * Lists: from the items that are mounted to the items that are wanted, with the fewest moves.
 *
 * Worked example, keys `a b c d e f` to `a d x b c f`:
 *
 * ```
 * 1 common start        a                              patched in place
 * 2 common end          f                              patched in place
 * 3 old middle b c d e, new middle d x b c
 *   old index of each   d→2 x→none b→0 c→1
 *   e is not wanted     REMOVE e
 *   longest increasing  b→0 c→1 (they stay)
 * 4 from the end        c stays, b stays, INSERT x before b, MOVE d before x
 * ```
 *
 * One move and one insert. Walking forwards and moving whatever is out of place would move `b` and
 * `c` (every later item when one goes to the end); indexes instead of places would shift with each
 * operation. Two items that changed places are one SWAP.
 *
 * @module
 */
import { Op } from "../protocol/codes.ts";
import { canPatch, patchSame } from "./diff.ts";
import type { PatchEncoder } from "./encoder.ts";
import { Group, type Item, type List, type Live, placeIn, rootOf, unmount } from "./live.ts";
import { duplicateKey, flatten, keyOf } from "./lists.ts";

/** Brings the page from `list` to `values`. Returns what is mounted then. */
export function reconcile(encoder: PatchEncoder, list: List, values: Iterable<unknown>): Live {
  const next = flatten(values);
  const old = list.items;
  let start = 0;
  let oldEnd = old.length;
  let newEnd = next.length;
  while (start < oldEnd && start < newEnd && same(old[start]!, next[start])) {
    next[start] = patchItem(encoder, list, start, next[start]);
    start++;
  }
  while (oldEnd > start && newEnd > start && same(old[oldEnd - 1]!, next[newEnd - 1])) {
    newEnd--;
    oldEnd--;
    next[newEnd] = patchItem(encoder, list, oldEnd, next[newEnd]);
  }
  const items = next as Item[];
  if (start === oldEnd && start === newEnd) {
    list.items = items;
    return list;
  }
  if (start === oldEnd) insert(encoder, list, items, start, newEnd);
  else if (start === newEnd) removeRange(encoder, list, old, start, oldEnd, next.length);
  else if (!swap(encoder, list, next, start, oldEnd, newEnd)) {
    middle(encoder, list, next, start, oldEnd, newEnd);
  }
  list.items = items;
  return list;
}

/** Whether a mounted item is the same thing as a wanted one. */
function same(item: Item, value: unknown): boolean {
  if (item instanceof Group) {
    return keyOf(item.value) === keyOf(value) && (canPatch(item.value, value) || isPlain(value));
  }
  return keyOf(item) === keyOf(value) && canPatch(item, value);
}

/** Text has no identity: a group's text may become another. */
function isPlain(value: unknown): boolean {
  return typeof value !== "object" && typeof value !== "function";
}

/** Brings item number `index` of those that are mounted to `value`. */
function patchItem(encoder: PatchEncoder, list: List, index: number, value: unknown): Item {
  const item = list.items[index]!;
  if (!(item instanceof Group)) return patchSame(encoder, item, value, list, index) as Item;
  if (canPatch(item.value, value)) {
    item.value = patchSame(encoder, item.value, value, item, 0);
  } else {
    const text = String(value);
    if (text !== String(item.value)) {
      const simple = isPlain(item.value);
      if (!simple) unmount(item.value);
      encoder.out.at(simple ? Op.TEXT : Op.REPLACE, item.place);
      if (simple) encoder.out.string(text);
      else encoder.value(value, item, 0);
    }
    item.value = value as Live;
  }
  return item;
}

/** Inserts `items[from..to)` before `items[to]`, which is mounted, or at the end. */
function insert(
  encoder: PatchEncoder,
  list: List,
  items: unknown[],
  from: number,
  to: number,
): void {
  const { out } = encoder;
  const place = placeIn(list.holder, list.index);
  const ref = to < items.length ? rootOf(items[to] as Item) : 0;
  if (list.items.length === 0 && from === 0 && to === items.length) {
    // An empty list may stand as nothing at all: its content is set whole.
    out.at(Op.REPLACE, place);
    encoder.beginList(items.length);
  } else {
    out.at(Op.INSERT, place);
    out.varint(ref);
    out.varint(to - from);
  }
  for (let i = from; i < to; i++) items[i] = encoder.item(items[i], list);
}

function removeRange(
  encoder: PatchEncoder,
  list: List,
  old: readonly Item[],
  from: number,
  to: number,
  left: number,
): void {
  if (left === 0) {
    encoder.out.at(Op.REPLACE, placeIn(list.holder, list.index));
    encoder.beginNothing();
    for (let i = from; i < to; i++) unmount(old[i]);
    return;
  }
  for (let i = from; i < to; i++) remove(encoder, old[i]!);
}

function remove(encoder: PatchEncoder, item: Item): void {
  encoder.out.at(Op.REMOVE, rootOf(item));
  unmount(item);
}

/** Two items that changed places, all between them unmoved. */
function swap(
  encoder: PatchEncoder,
  list: List,
  next: unknown[],
  start: number,
  oldEnd: number,
  newEnd: number,
): boolean {
  const old = list.items;
  if (oldEnd !== newEnd || oldEnd - start < 2) return false;
  const last = oldEnd - 1;
  if (!same(old[start]!, next[last]) || !same(old[last]!, next[start])) return false;
  if (keyOf(next[start]) === undefined) return false;
  for (let i = start + 1; i < last; i++) if (!same(old[i]!, next[i])) return false;
  encoder.out.at(Op.SWAP, rootOf(old[start]!));
  encoder.out.varint(rootOf(old[last]!));
  next[start] = patchItem(encoder, list, last, next[start]);
  next[last] = patchItem(encoder, list, start, next[last]);
  for (let i = start + 1; i < last; i++) next[i] = patchItem(encoder, list, i, next[i]);
  return true;
}

function middle(
  encoder: PatchEncoder,
  list: List,
  next: unknown[],
  start: number,
  oldEnd: number,
  newEnd: number,
): void {
  const old = list.items;
  const sources = matchItems(old, next, start, oldEnd, newEnd);
  const kept = new Set<number>();
  for (const source of sources) if (source >= 0) kept.add(source);
  if (kept.size === 0 && start === 0 && oldEnd === old.length && newEnd === next.length) {
    for (const item of old) unmount(item);
    encoder.out.at(Op.REPLACE, placeIn(list.holder, list.index));
    encoder.beginList(next.length);
    for (let i = 0; i < next.length; i++) next[i] = encoder.item(next[i], list);
    return;
  }
  for (let i = start; i < oldEnd; i++) if (!kept.has(i)) remove(encoder, old[i]!);
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    if (source >= 0) next[start + i] = patchItem(encoder, list, source, next[start + i]);
  }
  const stays = longestIncreasing(sources);
  // From the end, so that what an item stands before is already in its place.
  for (let i = sources.length - 1; i >= 0; i--) {
    const at = start + i;
    if (sources[i]! < 0) {
      let from = i;
      while (from > 0 && sources[from - 1]! < 0) from--;
      insert(encoder, list, next, start + from, at + 1);
      i = from;
    } else if (!stays.has(i)) {
      const ref = at + 1 < next.length ? rootOf(next[at + 1] as Item) : 0;
      encoder.out.at(Op.MOVE, rootOf(next[at] as Item));
      encoder.out.varint(ref);
      if (ref === 0) encoder.out.varint(placeIn(list.holder, list.index));
    }
  }
}

/**
 * The old index of each wanted item, -1 for a new one. Items without a key are matched in order
 * with items of the same template or component.
 *
 * @throws {TemplateError} `duplicate-key`.
 */
function matchItems(
  old: readonly Item[],
  next: readonly unknown[],
  start: number,
  oldEnd: number,
  newEnd: number,
): number[] {
  const byKey = new Map<unknown, number>();
  const keyless: number[] = [];
  for (let i = start; i < oldEnd; i++) {
    const item = old[i]!;
    const key = keyOf(item instanceof Group ? item.value : item);
    if (key === undefined) keyless.push(i);
    else byKey.set(key, i);
  }
  const seen = new Set<unknown>();
  let free = 0;
  const sources: number[] = [];
  for (let i = start; i < newEnd; i++) {
    const value = next[i];
    const key = keyOf(value);
    if (key === undefined) {
      const found = keyless[free];
      if (found !== undefined && same(old[found]!, value)) {
        free++;
        sources.push(found);
      } else sources.push(-1);
      continue;
    }
    if (seen.has(key)) throw duplicateKey(key);
    seen.add(key);
    const found = byKey.get(key);
    sources.push(found !== undefined && same(old[found]!, value) ? found : -1);
  }
  return sources;
}

/** Indexes into `sources` of a longest increasing subsequence of its entries from 0 up. */
export function longestIncreasing(sources: readonly number[]): Set<number> {
  const tails: number[] = [];
  const before: number[] = new Array(sources.length).fill(-1);
  for (let i = 0; i < sources.length; i++) {
    const value = sources[i]!;
    if (value < 0) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (sources[tails[mid]!]! < value) low = mid + 1;
      else high = mid;
    }
    if (low > 0) before[i] = tails[low - 1]!;
    tails[low] = i;
  }
  const longest = new Set<number>();
  for (let i = tails[tails.length - 1] ?? -1; i >= 0; i = before[i]!) longest.add(i);
  return longest;
}
