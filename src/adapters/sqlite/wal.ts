/**
 * Write-ahead logging, also when several processes open a new file at once.
 *
 * @module
 */
import type { SqliteDatabase } from "./driver.ts";

/** Milliseconds between two attempts. */
const PAUSE = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Switches a file to write-ahead logging. SQLite's own waiting does not cover this switch: of two
 * processes that make it at the same moment one is told that the file is locked. It is a matter of
 * milliseconds at start-up, so this waits without giving way.
 *
 * @param timeout Milliseconds after which a file that stays locked is given up.
 * @throws {Error} The driver's, when the file stays locked or cannot be used at all.
 */
export function enterWal(database: SqliteDatabase, timeout: number): void {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      const isLocked = error instanceof Error && /\block(?:ed)?\b|\bbusy\b/i.test(error.message);
      if (!isLocked || Date.now() >= end) throw error;
      Atomics.wait(sleeper, 0, 0, PAUSE);
    }
  }
}
