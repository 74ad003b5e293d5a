/** Whether a request may act with the visitor's cookies. */

import { SyncRefusal } from "../authority/policy.ts";

/**
 * Refuses what another site made a visitor's browser send.
 *
 * Browsers say where a request comes from; a program that is none sends no `Origin`, and then it
 * must not come with cookies either: it authenticates by a bearer token.
 *
 * @param origins further origins that may call, such as `https://app.example`
 * @throws {SyncRefusal} `cross-site`
 */
export function mustBeSameSite(request: Request, origins: readonly string[]): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const allowed = origin !== null &&
    (origin === new URL(request.url).origin || origins.includes(origin));
  if (allowed) return;
  // Browsers leave `Origin` out of same-origin GETs, and then say `same-origin` here.
  if (origin === null && site === "same-origin") return;
  if (origin === null && site === null && !request.headers.has("cookie")) return;
  throw new SyncRefusal("cross-site", "Cannot sync: the request comes from another site");
}
