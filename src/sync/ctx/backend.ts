/** What `ctx.sync` stands on: a replica on a device, or the authority itself on the server. */

import type { SyncOutcome, SyncStatus } from "../../contract/sync.ts";
import type { Draft } from "../draft.ts";
import type { Tx } from "../protocol.ts";
import type { LetterRecord, LostRecord } from "../replica/records.ts";
import type { View } from "../view.ts";

export interface SyncBackend {
  readonly view: View;
  /** Fulfilled when `status` and the conflicts are known. */
  readonly ready: Promise<void>;
  /** Reactive. */
  readonly status: SyncStatus;
  /** Reactive. */
  readonly letters: readonly LetterRecord[];
  load(res: string): Promise<void>;
  page(
    res: string,
    query: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<{ key: string; value: unknown }[]>;
  /** @throws {SyncError} at once, for what cannot be written */
  write(drafts: readonly Draft[], settles?: Tx["settles"]): Promise<void>;
  /** The version that is seen of one record. Reactive. */
  seen(res: string, key: string): number;
  lost(res: string, key: string): Promise<LostRecord[]>;
  dismiss(id: string): Promise<void>;
  retry(id: string): Promise<void>;
  force(): Promise<SyncOutcome>;
  close(): void;
}
