/** THREATS 36: what one user has seen is not kept for the next one on the same device. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openOfflineSite } from "../browser/offline_rig.ts";

/** What the browser's caches hold: path, type, and who may keep it. */
function kept(page: Page): Promise<string[][]> {
  return page.evaluate(async () => {
    const found: string[][] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const { headers } = (await cache.match(request))!;
        const [type, control] = ["content-type", "cache-control"].map((name) => headers.get(name));
        found.push([new URL(request.url).pathname, type ?? "", control ?? ""]);
      }
    }
    return found;
  });
}

Deno.test("THREATS 36: the service worker keeps scripts and styles, and never a page", async () => {
  await using site = await openOfflineSite();
  const page = await site.open();
  // A page that is asked for as if it was a picture comes by the way of what is kept.
  const asked = page.waitForResponse((response) => response.url() === `${site.origin}/?picture`);
  await page.evaluate(() => {
    const picture = new Image();
    picture.src = "/?picture";
    return new Promise((resolve) => picture.onload = picture.onerror = resolve);
  });
  const response = await asked;
  assertEquals(response.headers()["cache-control"], "private, no-store");
  assert(response.fromServiceWorker());
  const found = await kept(page);
  assert(found.some(([path]) => path!.endsWith(".js")), "the scripts are kept");
  for (const entry of found) {
    const [, type, control] = entry;
    assert(!/html/.test(type!) && !/private|no-store/.test(control!), entry.join(" "));
  }
});
