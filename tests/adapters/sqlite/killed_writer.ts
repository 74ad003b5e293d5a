/** Writes sessions until it is killed, and prints a line after each save that was confirmed. */

import { openNodeSqlite } from "../../../src/adapters/sqlite/node_driver.ts";
import { createSqliteSessionStore } from "../../../src/adapters/sqlite/session_store.ts";

const [file = ""] = Deno.args;
const store = createSqliteSessionStore({ database: openNodeSqlite(file) });
const expiresAt = Date.now() + 3_600_000;
const revisions = new Map<string, string>();
const encoder = new TextEncoder();

for (let turn = 0;; turn++) {
  const id = `session${turn % 5}`;
  const fill = Math.floor(turn / 5) % 256;
  const revision = revisions.get(id) ?? (await store.load(id))?.revision;
  const data = new Uint8Array(20_000).fill(fill);
  revisions.set(id, await store.save(id, data, { expiresAt, revision }));
  Deno.stdout.writeSync(encoder.encode(`${id} ${fill}\n`));
}
