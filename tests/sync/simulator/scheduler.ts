/** Time that the simulator owns: nothing happens between two events but microtasks. */

/** A seeded source of numbers in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Event {
  readonly at: number;
  readonly order: number;
  fn: (() => void) | undefined;
}

export class Scheduler {
  /** Milliseconds since 1970: the truth, which no device knows. */
  now = Date.UTC(2026, 0, 1);
  readonly #heap: Event[] = [];
  #order = 0;

  /** @returns cancels it */
  after(ms: number, fn: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, ms), order: this.#order++, fn };
    this.#push(event);
    return () => event.fn = undefined;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs events, and what follows from each, until `until` or until there is none. */
  async runUntil(until: number): Promise<void> {
    await settle();
    for (;;) {
      const next = this.#heap[0];
      if (!next || next.at > until) break;
      this.#pop();
      if (!next.fn) continue;
      this.now = Math.max(this.now, next.at);
      next.fn();
      await settle();
    }
    this.now = Math.max(this.now, until);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = i * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order;
}

/** Runs every microtask that there is, and those that follow from them. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
