/**
 * What waits in the save queue: sessions with changes, and deletions.
 */

import type { SessionId } from "../internal/ids.ts";
import type { QueueJob } from "./save_queue.ts";
import { saveSession, type SyncContext } from "./session_sync.ts";
import type { SharedSession } from "./shared_session.ts";

/** Saves a session, or loads it when the store was away. One per session. */
export class SessionJob implements QueueJob {
  readonly session: SharedSession;
  readonly #context: SyncContext;

  constructor(session: SharedSession, context: SyncContext) {
    this.session = session;
    this.#context = context;
  }

  get bytes(): number {
    return this.session.values.bytes;
  }

  run(): Promise<void> {
    return this.session.exclusive(() => saveSession(this.session, this.#context));
  }
}

/** Deletes a session, behind whatever save of it is under way. */
export class DeletionJob implements QueueJob {
  readonly id: SessionId;
  readonly bytes = 0;
  readonly #context: SyncContext;
  readonly #session: SharedSession | undefined;

  constructor(id: SessionId, context: SyncContext, session: SharedSession | undefined) {
    this.id = id;
    this.#context = context;
    this.#session = session;
  }

  run(): Promise<void> {
    const work = () => this.#context.store.delete(this.id);
    return this.#session ? this.#session.exclusive(work) : work();
  }
}
