/** The replica store's contract on IndexedDB, in the browser. */
import { assert } from "@std/assert";
import { openSyncSite } from "./sync_rig.ts";

declare const contractNames: string[];
declare function runContract(name: string): Promise<void>;

Deno.test("IndexedDB keeps the contract of a replica store", async (t) => {
  await using site = await openSyncSite("sync_contract_page.ts", [
    "--import-map",
    "tests/browser/sync_contract_imports.json",
  ]);
  const page = await site.open();
  const names = await page.evaluate(() => contractNames);
  assert(names.length > 8);
  for (const name of names) {
    await t.step(name, () => page.evaluate((name) => runContract(name), name));
  }
});
