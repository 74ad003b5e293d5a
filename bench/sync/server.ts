/**
 * The server of the part over HTTP, in a process of its own: the sync endpoint on a SQLite file.
 *
 * @module
 */
import { openNodeSqlite } from "../../src/adapters/sqlite/node_driver.ts";
import { createSqliteAuthorityStore } from "../../src/adapters/sqlite/sync_store.ts";
import { createAuthority } from "../../src/sync/authority/authority.ts";
import { createSyncHandler } from "../../src/sync/endpoint/handler.ts";

const [path = ""] = Deno.args;
const authority = createAuthority({
  store: createSqliteAuthorityStore({ database: openNodeSqlite(path) }),
});
const handler = createSyncHandler({
  authority,
  identify: (request) => ({ userId: request.headers.get("authorization") ?? "" }),
});
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, handler);
