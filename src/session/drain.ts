/**
 * The last seconds of a process: what waits is saved with one call.
 */

import { SessionConflictError, SessionStoreError } from "./errors.ts";
import { inTime } from "./guarded_store.ts";
import type { SaveQueue } from "./save_queue.ts";
import { DeletionJob, SessionJob } from "./session_jobs.ts";
import { prepareSave, type SyncContext } from "./session_sync.ts";
import type { ValuesSnapshot } from "./session_values.ts";
import type { SessionSave } from "./store.ts";

/** What became of unsaved sessions at shutdown. */
export interface DrainResult {
  /** Sessions that were saved, and log-outs that were carried out. */
  readonly saved: number;
  /** Why each of the others was not, by id. */
  readonly failed: ReadonlyMap<string, Error>;
}

interface Prepared {
  readonly job: SessionJob;
  readonly save: SessionSave;
  readonly snapshot: ValuesSnapshot;
}

/**
 * Saves every session that waits, and carries out the deletions that wait. Starts no save by
 * itself afterwards: what is changed later needs another drain.
 */
export async function drainQueue(
  queue: SaveQueue,
  context: SyncContext,
  timeout: number,
): Promise<DrainResult> {
  const began = performance.now();
  const left = () => Math.max(1, timeout - (performance.now() - began));
  await inTime(queue.stop(), left()).catch(() => {});

  const prepared = new Map<string, Prepared>();
  const others: (SessionJob | DeletionJob)[] = [];
  for (const job of queue.jobs()) {
    if (job instanceof DeletionJob) others.push(job);
    if (!(job instanceof SessionJob)) continue;
    const { session } = job;
    if (session.end !== undefined || !session.isDirty) queue.remove(job);
    else prepared.set(session.id, { job, ...prepareSave(session, context) });
  }

  const failed = new Map<string, Error>();
  let saved = 0;
  try {
    const result = await context.store.saveAll(savesOf(prepared), left());
    for (const [id, revision] of result.saved) {
      const done = prepared.get(id);
      if (!done) continue;
      done.job.session.confirm(done.snapshot, revision, done.save.expiresAt);
      queue.remove(done.job);
      saved++;
    }
    for (const [id, error] of result.failed) {
      failed.set(id, error);
      const job = prepared.get(id)?.job;
      if (job && error instanceof SessionConflictError) others.push(job);
    }
  } catch (error) {
    for (const id of prepared.keys()) failed.set(id, asError(error));
  }

  await Promise.all(others.map(async (job) => {
    const id = job instanceof SessionJob ? job.session.id : job.id;
    try {
      await inTime(job.run(), left());
      queue.remove(job);
      failed.delete(id);
      saved++;
    } catch (error) {
      failed.set(id, asError(error));
    }
  }));
  return { saved, failed };
}

function savesOf(prepared: ReadonlyMap<string, Prepared>): Map<string, SessionSave> {
  return new Map([...prepared].map(([id, { save }]) => [id, save]));
}

function asError(error: unknown): Error {
  return error instanceof Error
    ? error
    : new SessionStoreError(`Cannot save the session: ${String(error)}`, "failed");
}
