/**
 * `saveAll` for a store that has nothing better than saving each.
 */

import type { SaveAllResult, SessionSave, SessionStore } from "./store.ts";

/** Saves every session by itself, all at the same time, and lists what failed. */
export async function saveEach(
  store: Pick<SessionStore, "save">,
  sessions: ReadonlyMap<string, SessionSave>,
): Promise<SaveAllResult> {
  const saved = new Map<string, string>();
  const failed = new Map<string, Error>();
  await Promise.all([...sessions].map(async ([id, { data, expiresAt, revision }]) => {
    try {
      saved.set(id, await store.save(id, data, { expiresAt, revision }));
    } catch (error) {
      failed.set(id, error instanceof Error ? error : new Error(String(error)));
    }
  }));
  return { saved, failed };
}
