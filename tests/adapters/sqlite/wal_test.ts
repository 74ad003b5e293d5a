import { assertEquals, assertThrows } from "@std/assert";
import type { SqliteDatabase } from "../../../src/adapters/sqlite/driver.ts";
import { enterWal } from "../../../src/adapters/sqlite/wal.ts";

/** A file that another process is switching, too: so many attempts are refused. */
function lockedFile(refusals: number, message = "database is locked") {
  const file = {
    attempts: 0,
    exec() {
      if (++file.attempts <= refusals) throw new Error(message);
    },
  };
  return file as typeof file & SqliteDatabase;
}

Deno.test("a file that another process switches to write-ahead logging is waited for", () => {
  const file = lockedFile(3);
  enterWal(file, 5_000);
  assertEquals(file.attempts, 4);
});

Deno.test("a file that stays locked, or is no database, is given up with the driver's error", () => {
  assertThrows(() => enterWal(lockedFile(Infinity), 20), Error, "database is locked");
  const broken = lockedFile(Infinity, "file is not a database");
  assertThrows(() => enterWal(broken, 5_000), Error, "not a database");
  assertEquals(broken.attempts, 1);
});
