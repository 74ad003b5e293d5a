/** What tabs on one store tell each other, so that a write in one shows in all. */

import type { Change } from "../protocol.ts";
import type { LetterRecord, LogTx, ReplicaMeta } from "./records.ts";

/**
 * What one commit changed. A tab that is one commit behind applies it; one that missed a commit
 * reads the store anew, so a lost message costs time, never truth.
 */
export interface Delta {
  /** As it is after the commit; `rev` tells a reader whether it missed one. */
  meta: ReplicaMeta;
  append?: readonly LogTx[];
  rows?: readonly Change[];
  revoked?: readonly string[];
  /** Transactions that are not to be shown any more. */
  removed?: readonly string[];
  /** A pull was completed: what was carried from former client ids has been delivered. */
  complete?: boolean;
  letters?: readonly LetterRecord[];
  /** Too much changed to say: read everything anew. */
  reload?: boolean;
}

/** Carries deltas between the tabs of one store: a `BroadcastChannel` in browsers. */
export interface ReplicaChannel {
  post(delta: Readonly<Delta>): void;
  /** @returns ends the listening */
  listen(onDelta: (delta: Readonly<Delta>) => void): () => void;
}
