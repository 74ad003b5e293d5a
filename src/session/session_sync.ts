/**
 * A session's way to the store and back.
 *
 * ```text
 *   save ──► store.save(revision 4) ──► revision 5                          done
 *                │ conflict: somebody else saved 5
 *                ▼
 *            store.load ──► absorb 5 under our changes ──► store.save(revision 5) ──► 6
 *                │ nothing there
 *                ▼
 *            it was ended elsewhere: it ends here, too. A save never brings it back.
 * ```
 *
 * A save that timed out may have happened. The next one then meets a conflict with its own values,
 * absorbs them and goes on: nothing is applied twice, because changes say "is", not "add".
 */

import { decodeRecord, EncodedValue, encodeRecord, type SessionRecord } from "./codec.ts";
import { SessionConflictError, SessionDataError, SessionStoreError, shortId } from "./errors.ts";
import type { GuardedStore } from "./guarded_store.ts";
import { MAX_CONFLICT_PAUSE, MAX_SAVE_ATTEMPTS } from "./limits.ts";
import type { SharedSession } from "./shared_session.ts";
import type { SessionSave } from "./store.ts";
import type { ValuesSnapshot } from "./session_values.ts";

/** Something that an operator should know; sessions go on. */
export interface SessionNotice {
  /** What kind of thing happened. */
  readonly code:
    | "store_down"
    | "store_up"
    | "save_failed"
    | "value_overridden"
    | "data_discarded"
    | "unavailable";
  /** What happened, for a log; holds no value and no whole id. */
  readonly message: string;
  /** What was thrown, if something was. */
  readonly error?: unknown;
}

/** Brings the values of an older version of the app up to date; `undefined` discards them. */
export type SessionMigration = (
  values: Record<string, unknown>,
  fromVersion: number,
) => Record<string, unknown> | undefined;

/** What the functions here need. */
export interface SyncContext {
  readonly store: GuardedStore;
  readonly now: () => number;
  readonly idleTtl: number;
  readonly absoluteTtl: number;
  readonly schemaVersion: number;
  readonly migrate: SessionMigration | undefined;
  readonly notice: (notice: SessionNotice) => void;
}

/** When a session expires if nothing more is heard of it. */
export function expiryOf(session: SharedSession, context: SyncContext): number {
  return Math.min(
    session.lastActiveAt + context.idleTtl,
    session.createdAt + context.absoluteTtl,
  );
}

/** Whether the store's expiry lags so far behind that it should be moved. */
export function isTouchDue(session: SharedSession, context: SyncContext): boolean {
  if (session.revision === undefined || session.isDirty) return false;
  const lag = Math.min(context.idleTtl / 10, 300_000);
  return expiryOf(session, context) - session.storedExpiry >= lag;
}

/**
 * Brings a session up to what the store holds, under our changes.
 *
 * @returns `false` when it is over
 * @throws {SessionStoreError} when the store does not answer
 */
export async function refreshSession(
  session: SharedSession,
  context: SyncContext,
): Promise<boolean> {
  if (session.end) return false;
  const stored = await context.store.load(session.id);
  if (session.end) return false;
  if (!stored) {
    if (session.mustExist) {
      session.finish(expiryOf(session, context) <= context.now() ? "expired" : "gone");
    } else session.isLoaded = true;
    return !session.mustExist;
  }
  if (session.isLoaded && stored.revision === session.revision) {
    session.storedExpiry = stored.expiresAt;
    noteActivityElsewhere(session, stored.expiresAt, context);
    return true;
  }
  const record = readRecord(stored.data, session, context);
  if (!record || record.createdAt + context.absoluteTtl <= context.now()) {
    session.finish(record ? "expired" : "gone");
    return false;
  }
  if (session.isLoaded && record.userId !== session.userId) {
    // Whose session it is never changes under one id: this one was made by two nodes at once.
    session.finish("gone");
    return false;
  }
  const { overridden } = session.absorb(record, stored.revision, stored.expiresAt);
  noteActivityElsewhere(session, stored.expiresAt, context);
  if (overridden.length > 0) {
    context.notice({
      code: "value_overridden",
      message: `Session ${shortId(session.id)}: ${overridden.join(", ")} changed on two nodes at ` +
        "the same time; the later change wins",
    });
  }
  return true;
}

/**
 * Saves what the store lacks; creates the session if it was never saved.
 *
 * @throws {SessionStoreError} when the store does not take it; the changes are kept
 */
export async function saveSession(session: SharedSession, context: SyncContext): Promise<void> {
  for (let attempt = 0; attempt < MAX_SAVE_ATTEMPTS; attempt++) {
    if (session.end) return;
    if (!session.isLoaded && !await refreshSession(session, context)) return;
    try {
      if (session.isDirty) await saveOnce(session, context);
      else if (isTouchDue(session, context)) await touchOnce(session, context);
      else return;
      attempt = -1;
    } catch (error) {
      if (!(error instanceof SessionConflictError)) throw error;
      await letOthersFinish(attempt);
      await refreshSession(session, context);
    }
  }
  throw new SessionStoreError(
    `Cannot save session ${shortId(session.id)}: other writers were faster ` +
      `${MAX_SAVE_ATTEMPTS} times; it is tried again shortly`,
    "busy",
  );
}

/**
 * Two nodes that save one session over and over would take turns at losing: whoever lost waits a
 * random moment, longer each time, in which the other's burst ends. The first time it does not.
 */
async function letOthersFinish(attempt: number): Promise<void> {
  if (attempt <= 0) return;
  const wait = Math.random() * Math.min(MAX_CONFLICT_PAUSE, 2 << attempt);
  await new Promise((resolve) => setTimeout(resolve, wait));
}

/** A session as `saveAll` takes it, and the snapshot to confirm afterwards. */
export function prepareSave(
  session: SharedSession,
  context: SyncContext,
): { readonly save: SessionSave; readonly snapshot: ValuesSnapshot } {
  const snapshot = session.values.snapshot();
  const data = encodeRecord({
    id: session.id,
    schemaVersion: context.schemaVersion,
    createdAt: session.createdAt,
    userId: session.userId,
    values: snapshot.values,
  });
  const expiresAt = expiryOf(session, context);
  return { save: { data, expiresAt, revision: session.revision }, snapshot };
}

async function saveOnce(session: SharedSession, context: SyncContext): Promise<void> {
  const { save, snapshot } = prepareSave(session, context);
  const revision = await context.store.save(session.id, save.data, save);
  session.confirm(snapshot, revision, save.expiresAt);
}

async function touchOnce(session: SharedSession, context: SyncContext): Promise<void> {
  const expiresAt = expiryOf(session, context);
  const before = session.revision;
  const revision = await context.store.touch(session.id, expiresAt);
  if (revision === undefined) session.finish("gone");
  else if (revision === before || await isOnlyTouched(session, revision, context)) {
    session.confirm(undefined, revision, expiresAt);
  }
}

/**
 * A store whose touch makes a new revision may have touched another writer's: then what it holds
 * must be read before we build on that revision.
 */
async function isOnlyTouched(
  session: SharedSession,
  revision: string,
  context: SyncContext,
): Promise<boolean> {
  if (session.knows(revision)) return true;
  await refreshSession(session, context);
  return false;
}

/** Another node's tab keeps the session alive, too. */
function noteActivityElsewhere(
  session: SharedSession,
  storedExpiry: number,
  context: SyncContext,
): void {
  const heard = Math.min(storedExpiry - context.idleTtl, context.now());
  session.lastActiveAt = Math.max(session.lastActiveAt, heard);
}

/** The record, migrated; `undefined`, with a notice, when this app cannot read it. */
function readRecord(
  data: Uint8Array,
  session: SharedSession,
  context: SyncContext,
): SessionRecord | undefined {
  try {
    const record = decodeRecord(data, session.id);
    return record.schemaVersion === context.schemaVersion ? record : migrate(record, context);
  } catch (error) {
    const known = error instanceof SessionDataError;
    context.notice({
      code: "data_discarded",
      message: known ? error.message : `Session ${shortId(session.id)}: its migration failed`,
      error,
    });
    return undefined;
  }
}

function migrate(record: SessionRecord, context: SyncContext): SessionRecord {
  const { schemaVersion: from } = record;
  const before: Record<string, unknown> = Object.create(null);
  for (const [key, encoded] of record.values) before[key] = encoded.value;
  const after = context.migrate?.(before, from);
  if (!after) {
    throw new SessionDataError(
      `Cannot read the stored session ${shortId(record.id)}: its schema has version ${from}, ` +
        `the app's has ${context.schemaVersion}, and nothing migrates it; pass \`migrate\``,
      "schema_version",
    );
  }
  const values = new Map<string, EncodedValue>();
  for (const [key, value] of Object.entries(after)) values.set(key, EncodedValue.of(key, value));
  return { ...record, schemaVersion: context.schemaVersion, values };
}
