/**
 * A map from text to values that stays sorted: blocks of at most 512 keys, so that an insertion
 * moves half a block and not half the map. (One sorted array costs 8 MB of copying per insertion
 * at a million keys; a balanced tree costs an object per key.)
 */

const MOST = 512;

interface Block<V> {
  readonly keys: string[];
  readonly values: V[];
}

export class OrderedMap<V> {
  #blocks: Block<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const block = this.#blocks[this.#blockOf(key)];
    if (!block) return undefined;
    const at = lowerBound(block.keys, key);
    return block.keys[at] === key ? block.values[at] : undefined;
  }

  set(key: string, value: V): void {
    let index = this.#blockOf(key);
    if (index < 0) {
      index = 0;
      if (this.#blocks.length === 0) this.#blocks.push({ keys: [], values: [] });
    }
    const block = this.#blocks[index]!;
    const at = lowerBound(block.keys, key);
    if (block.keys[at] === key) {
      block.values[at] = value;
      return;
    }
    this.#size++;
    if (at === block.keys.length) {
      block.keys.push(key);
      block.values.push(value);
    } else {
      block.keys.splice(at, 0, key);
      block.values.splice(at, 0, value);
    }
    if (block.keys.length > MOST) {
      // Appending in order, the usual case of a load, leaves full blocks behind, not half ones.
      const half = at === block.keys.length - 1 ? MOST : MOST / 2;
      const rest = { keys: block.keys.splice(half), values: block.values.splice(half) };
      this.#blocks.splice(index + 1, 0, rest);
    }
  }

  delete(key: string): boolean {
    const index = this.#blockOf(key);
    const block = this.#blocks[index];
    if (!block) return false;
    const at = lowerBound(block.keys, key);
    if (block.keys[at] !== key) return false;
    block.keys.splice(at, 1);
    block.values.splice(at, 1);
    if (block.keys.length === 0) this.#blocks.splice(index, 1);
    this.#size--;
    return true;
  }

  clear(): void {
    this.#blocks = [];
    this.#size = 0;
  }

  /** From `from` on, in order. Caller must not change the map meanwhile. */
  *entriesFrom(from: string): Generator<[string, V]> {
    let index = Math.max(0, this.#blockOf(from));
    for (; index < this.#blocks.length; index++) {
      const block = this.#blocks[index]!;
      let at = lowerBound(block.keys, from);
      for (; at < block.keys.length; at++) yield [block.keys[at]!, block.values[at]!];
    }
  }

  /** Before `before`, from the last one down. Caller must not change the map meanwhile. */
  *entriesDownFrom(before: string): Generator<[string, V]> {
    for (let index = this.#blockOf(before); index >= 0; index--) {
      const block = this.#blocks[index]!;
      let at = lowerBound(block.keys, before) - 1;
      for (; at >= 0; at--) yield [block.keys[at]!, block.values[at]!];
    }
  }

  /** The last block whose first key is not after `key`; -1 when there is none. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length;
    // Keys that are made one after the other mostly go to the end.
    if (high > 0 && this.#blocks[high - 1]!.keys[0]! <= key) return high - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#blocks[middle]!.keys[0]! <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Where `key` stands or would stand. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  if (high > 0 && keys[high - 1]! < key) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
