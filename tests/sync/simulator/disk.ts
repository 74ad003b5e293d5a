/**
 * Disks that survive the processes on them: transactions commit whole or not at all, and a process
 * may die before any operation, before a commit and right after one.
 */
import { SyncError } from "../../../src/sync/errors.ts";
import { OverlayTx } from "../../../src/sync/memory_store.ts";
import { OrderedMap } from "../../../src/sync/ordered_map.ts";
import type { StoreMode, StoreTx } from "../../../src/sync/ports.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a dead process waits for. A shared promise would keep all who ever waited for it. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** A running program. What it awaits after its death never comes. */
export class Process {
  dead = false;
  readonly started: number;
  /** Operations on disks until it dies; infinite for a healthy one. */
  opsLeft = Infinity;
  /** Puts until the disk is full; infinite for a roomy one. */
  putsLeft = Infinity;
  readonly #onDeath = new Set<() => void>();

  constructor(readonly scheduler: Scheduler) {
    this.started = scheduler.now;
  }

  kill(): void {
    if (this.dead) return;
    this.dead = true;
    for (const fn of this.#onDeath) fn();
    this.#onDeath.clear();
  }

  onDeath(fn: () => void): () => void {
    this.#onDeath.add(fn);
    return () => this.#onDeath.delete(fn);
  }

  /** Counts one operation; false when the process is dead (now). */
  breathe(): boolean {
    if (!this.dead && --this.opsLeft < 0) this.kill();
    return !this.dead;
  }

  after(ms: number, fn: () => void): () => void {
    return this.scheduler.after(ms, () => {
      if (!this.dead) fn();
    });
  }
}

type Writes = [key: string, value: unknown][];

export class Disk {
  map = new OrderedMap<unknown>();
  /** Looks at each commit before it takes effect. */
  onCommit: (writes: Writes, before: OrderedMap<unknown>) => void = () => {};
  #tail: Promise<void> = Promise.resolve();
  readonly #scheduler: Scheduler;
  readonly #random: () => number;

  constructor(scheduler: Scheduler, random: () => number) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** What a backup would have. */
  snapshot(): OrderedMap<unknown> {
    const copy = new OrderedMap<unknown>();
    for (const [key, value] of this.map.entriesFrom("")) copy.set(key, value);
    return copy;
  }

  async tx<T>(
    process: Process,
    mode: StoreMode,
    fn: (tx: StoreTx) => Promise<T>,
  ): Promise<T> {
    const before = this.#tail;
    let release = (): void => {};
    this.#tail = new Promise<void>((resolve) => release = resolve);
    await before;
    // A process that dies in its turn gives it up; one that died before never began it.
    const stopWaiting = process.onDeath(release);
    if (process.dead) release();
    // Half of all transactions take time, so that others come between.
    if (this.#random() < 0.5) await this.#scheduler.sleep(this.#random() * 4);
    try {
      if (process.dead) return await never();
      // A store may run a transaction, find that others were faster, and run it again.
      if (this.#random() < 0.03) {
        await fn(new MortalTx(new OverlayTx(this.map), process)).catch(() => {});
      }
      const tx = new OverlayTx(this.map);
      const result = await fn(new MortalTx(tx, process));
      if (!process.breathe()) return await never();
      if (mode === "write") {
        this.onCommit(tx.writes(), this.map);
        tx.commit();
      }
      if (!process.breathe()) return await never();
      return result;
    } finally {
      stopWaiting();
      release();
    }
  }
}

class MortalTx implements StoreTx {
  constructor(readonly inner: OverlayTx, readonly process: Process) {}

  get(key: string): Promise<unknown> {
    return this.process.breathe() ? this.inner.get(key) : never();
  }

  put(key: string, value: unknown): void {
    if (!this.process.breathe()) return;
    if (--this.process.putsLeft < 0) {
      throw new SyncError("quota", "Cannot write: the device has no room left");
    }
    this.inner.put(key, freeze(value));
  }

  delete(key: string): void {
    if (this.process.breathe()) this.inner.delete(key);
  }

  range(range: Parameters<StoreTx["range"]>[0]): ReturnType<StoreTx["range"]> {
    return this.process.breathe() ? this.inner.range(range) : never();
  }
}

/** A store keeps copies; here nobody may change what both hold. */
function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) {
    if (item === undefined) throw new TypeError("undefined is not plain data");
    freeze(item);
  }
  return Object.freeze(value);
}
