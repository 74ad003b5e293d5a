/**
 * Addresses within this site.
 *
 * @module
 */

/** An address that leaves the site, or could be read so. */
export class RedirectError extends Error {
  /** Name of the class. */
  override name = "RedirectError";
  /** For programs. */
  readonly code = "redirect";
}

// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u0020\u007f\\]/;
const OTHER_HOST = /^\/(?:\/|%2f|%5c)/i;

/**
 * `path` as path, query and hash of this site.
 *
 * Refused are whatever any browser or proxy could read as another origin: `//host`, `/\host`,
 * schemes, tabs and newlines (which URL parsers drop), and the same in percent-encoding.
 *
 * @param path Begins with `/`, `?` or `#`.
 * @param base The page's address.
 * @throws {RedirectError}
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { sitePath } from "./site_path.ts";
 * const base = new URL("https://shop.example/cart");
 * assertEquals(sitePath("/orders?page=2#top", base), "/orders?page=2#top");
 * assertThrows(() => sitePath("//evil.example", base));
 * ```
 */
export function sitePath(path: string, base: URL): string {
  const text = String(path);
  if (/^[/?#]/.test(text) && text.length <= 8192 && !UNSAFE.test(text) && !OTHER_HOST.test(text)) {
    const url = new URL(text, base);
    const result = url.pathname + url.search + url.hash;
    // Again, because dots go away: "/.//evil.example" has become "//evil.example".
    if (url.origin === base.origin && !OTHER_HOST.test(result)) return result;
  }
  throw new RedirectError(
    `cannot go to ${JSON.stringify(text.slice(0, 80))}: it is not a path of this site; ` +
      `use a path that begins with one "/", or a plain link for other sites`,
  );
}
