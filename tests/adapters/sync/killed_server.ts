/** A sync server on SQLite, until it is killed. Run by kill_test.ts. */
import { openNodeSqlite } from "../../../src/adapters/sqlite/node_driver.ts";
import { createSqliteAuthorityStore } from "../../../src/adapters/sqlite/sync_store.ts";
import { createAuthority } from "../../../src/sync/authority/authority.ts";
import { createSyncHandler } from "../../../src/sync/endpoint/handler.ts";

const [path = "", port = "0"] = Deno.args;
const authority = createAuthority({
  store: createSqliteAuthorityStore({ database: openNodeSqlite(path) }),
});
const handler = createSyncHandler({
  authority,
  identify: (request) =>
    request.headers.get("authorization") === "Bearer ana" ? { userId: "ana" } : undefined,
});
Deno.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  onListen: ({ port }) => console.log(`ready ${port}`),
}, handler);
