/** `ctx.sync` on a device. */

import type { SyncOutcome, SyncPhase, SyncStatus } from "../../contract/sync.ts";
import type { Draft } from "../draft.ts";
import { CONFLICTS, type Tx } from "../protocol.ts";
import type { LetterRecord, LostRecord } from "../replica/records.ts";
import type { Replica } from "../replica/replica.ts";
import type { SyncDriver } from "../replica/syncer.ts";
import type { View } from "../view.ts";
import type { SyncBackend } from "./backend.ts";

export class ReplicaBackend implements SyncBackend {
  readonly ready: Promise<void> = Promise.resolve();
  readonly #replica: Replica;
  readonly #driver: SyncDriver;

  constructor(replica: Replica, driver: SyncDriver) {
    this.#replica = replica;
    this.#driver = driver;
  }

  get view(): View {
    return this.#replica.view;
  }

  get letters(): readonly LetterRecord[] {
    return this.#replica.letters;
  }

  get status(): SyncStatus {
    const { phase, online, lastError, skewMs, stuck } = this.#driver.state.value;
    const { loading, lastSync } = this.#replica.meta;
    const { view } = this.#replica;
    const oldest = view.oldestUnacked;
    const shown: SyncPhase = loading && phase === "syncing" ? "loading" : phase;
    return {
      phase: shown,
      online,
      syncing: phase === "syncing",
      pending: view.unacked,
      oldestPendingAge: oldest && this.#replica.ageOf(oldest),
      lastSync: lastSync === null ? undefined : new Date(lastSync),
      lastError,
      conflicts: view.size(CONFLICTS),
      dead: this.#replica.letters.length,
      skewMs,
      initial: loading ? { done: loading.done, total: loading.total } : undefined,
      stuck,
    };
  }

  load(res: string): Promise<void> {
    return this.#replica.load(res);
  }

  page(
    res: string,
    query: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<{ key: string; value: unknown }[]> {
    return this.#replica.page(res, query);
  }

  write(drafts: readonly Draft[], settles?: Tx["settles"]): Promise<void> {
    return this.#replica.write(drafts, settles).durable;
  }

  seen(res: string, key: string): number {
    void this.#replica.meta;
    return this.view.seen(res, key).version;
  }

  lost(res: string, key: string): Promise<LostRecord[]> {
    return this.#replica.lost(res, key);
  }

  dismiss(id: string): Promise<void> {
    return this.#replica.dismiss(id);
  }

  retry(id: string): Promise<void> {
    return this.#replica.retry(id);
  }

  force(): Promise<SyncOutcome> {
    return this.#driver.force();
  }

  close(): void {}
}
