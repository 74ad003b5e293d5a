/** Whether a request may act with the visitor's cookies. */

/**
 * Whether no other site made a visitor's browser send this.
 *
 * Browsers say where a request comes from; a program that is none sends no `Origin`, and then it
 * must not come with cookies either: it authenticates by a bearer token.
 *
 * @param origins further origins that may call, such as `https://app.example`
 */
export function isSameSite(request: Request, origins: readonly string[]): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null) {
    return origin === new URL(request.url).origin || origins.includes(origin);
  }
  const site = request.headers.get("sec-fetch-site");
  // Browsers leave `Origin` out of same-origin GETs, and then say `same-origin` here.
  return site === "same-origin" || site === null && !request.headers.has("cookie");
}
