/** What one tab holds of the store in memory, and how it is kept in line with it. */

import { batch, type Signal, signal } from "@preact/signals-core";
import type { Tx } from "../protocol.ts";
import { View } from "../view.ts";
import type { Delta } from "./channel.ts";
import type { Row } from "../resource_rows.ts";
import type { LetterRecord, LogTx, ReplicaMeta } from "./records.ts";

/** Everything that is to be in memory, as one store transaction read it. */
export interface StoredState {
  readonly meta: Readonly<ReplicaMeta>;
  /** In the order of {@linkcode View.loadedNames}. */
  readonly rows: readonly (readonly [res: string, rows: readonly Row[]])[];
  readonly log: readonly LogTx[];
  readonly carried: readonly LogTx[];
  readonly letters: readonly LetterRecord[];
}

export class ReplicaMemory {
  readonly view: View = new View(() => this.#meta.seen);
  readonly #changed: Signal<number> = signal(0);
  #meta: Readonly<ReplicaMeta>;
  #letters: readonly LetterRecord[] = [];
  #rev = -1;

  constructor(meta: Readonly<ReplicaMeta>) {
    this.#meta = meta;
  }

  /** Reactive. */
  get meta(): Readonly<ReplicaMeta> {
    void this.#changed.value;
    return this.#meta;
  }

  /** Reactive. */
  get letters(): readonly LetterRecord[] {
    void this.#changed.value;
    return this.#letters;
  }

  /** The commit of which memory is what the store was; -1 where only reading anew will help. */
  get rev(): number {
    return this.#rev;
  }

  setStale(): void {
    this.#rev = -1;
  }

  /** Takes over one commit. Caller checked that memory is at the one before. */
  apply(delta: Readonly<Delta>): void {
    const before = this.#meta;
    const { meta } = delta;
    this.#rev = meta.rev;
    batch(() => {
      this.#meta = meta;
      for (const item of delta.append ?? []) this.#admit(item);
      for (const mid of delta.removed ?? []) this.forget(mid);
      for (const res of delta.revoked ?? []) if (this.view.isLoaded(res)) this.view.load(res, []);
      for (const [res, key, version, value] of delta.rows ?? []) {
        this.view.setRow(res, key, version, value);
      }
      if (before.acked !== meta.acked || before.included !== meta.included || delta.complete) {
        this.#settle(delta.complete ?? false);
      }
      if (delta.letters) this.#letters = delta.letters;
    });
    this.#changed.value++;
  }

  /** Replaces everything, and keeps what is not durable yet. */
  replace(state: StoredState, unsaved: readonly Omit<Tx, "seq">[]): void {
    const moments = new Map([...this.view.entries()].map(({ mid, written }) => [mid, written]));
    this.view.renew([...state.carried, ...state.log, ...unsaved], () => {
      this.#meta = state.meta;
      this.#letters = state.letters;
      for (const [res, rows] of state.rows) this.view.load(res, rows);
      for (const item of state.carried) {
        this.view.addEntry({ ...item, seq: 0, replay: true, acked: true, carried: true });
      }
      for (const item of state.log) this.#admit(item, moments.get(item.mid));
      for (const tx of unsaved) {
        // It may have become durable since.
        if (!this.view.entry(tx.mid)) this.show(tx, moments.get(tx.mid));
      }
    });
    this.#rev = state.meta.rev;
    this.#changed.value++;
  }

  /**
   * Shows a transaction that is not durable yet.
   *
   * @param written its moment by the monotonic clock
   */
  show(tx: Omit<Tx, "seq">, written: number | undefined): void {
    const { mid, at, ops } = tx;
    this.view.addEntry({ mid, at, ops, seq: Infinity, replay: true, acked: false, written });
  }

  /** Shows it no longer. */
  forget(mid: string): void {
    this.view.removeEntry(mid);
  }

  #admit(item: LogTx, written?: number): void {
    const { acked, included } = this.#meta;
    if (item.void !== undefined || item.seq <= Math.min(acked, included)) return;
    const state = { seq: item.seq, replay: item.seq > included, acked: item.seq <= acked };
    const known = this.view.entry(item.mid);
    if (known) this.view.setEntry(known, state);
    else this.view.addEntry({ mid: item.mid, at: item.at, ops: item.ops, ...state, written });
  }

  /** Brings the entries in line with what was answered and delivered. */
  #settle(complete: boolean): void {
    const { acked, included } = this.#meta;
    for (const entry of [...this.view.entries()]) {
      if (entry.carried) {
        if (complete) this.forget(entry.mid);
      } else if (entry.seq <= Math.min(acked, included)) this.forget(entry.mid);
      else if (entry.seq <= Math.max(acked, included)) {
        this.view.setEntry(entry, { acked: entry.seq <= acked, replay: entry.seq > included });
      }
    }
  }
}
