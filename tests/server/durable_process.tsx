/**
 * A node in a process of its own, to be killed: `durable_process.tsx FILE`. Prints its port.
 *
 * @module
 */
import { type Page, signal } from "@vango/vango";
import { createSqliteSessionStore, openNodeSqlite } from "../../src/adapters/sqlite/mod.ts";
import { startNode } from "./node.ts";

const page = (() => {
  const count = signal(0);
  return () => <button type="button" id="n" onclick={() => count.value++}>{count.value}</button>;
}) as unknown as Page;

const store = createSqliteSessionStore({ database: openNodeSqlite(Deno.args[0]!) });
console.log(startNode({ "/": page }, { store }).server.port);
