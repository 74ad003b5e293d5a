/**
 * When the revisions that this process has seen lately expire.
 *
 * A save on an expired session must fail, and NATS compares nothing but sequence numbers. Whoever
 * saves has loaded or saved that revision here a moment ago; for one that was forgotten the store
 * reads first.
 */

/** Revisions that are remembered: about 4 MB, and more sessions than one process serves at once. */
const MAX_REVISIONS = 20_000;

/** Remembers a bounded number of revisions, the newest ones. */
export class RecentExpiries {
  readonly #expiries = new Map<string, number>();

  get(revision: string): number | undefined {
    return this.#expiries.get(revision);
  }

  /** Gives the revision back, for the convenience of the caller. */
  note(revision: string, expiresAt: number): string {
    this.#expiries.delete(revision);
    this.#expiries.set(revision, expiresAt);
    if (this.#expiries.size > MAX_REVISIONS) {
      const [oldest] = this.#expiries.keys();
      if (oldest !== undefined) this.#expiries.delete(oldest);
    }
    return revision;
  }
}
