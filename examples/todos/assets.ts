/**
 * The files beside the app.
 *
 * @module
 */
import type { Hono } from "hono";

const FILES: Readonly<Record<string, string>> = {
  "/style.css": "text/css; charset=utf-8",
  "/here.js": "text/javascript; charset=utf-8",
  "/icon.svg": "image/svg+xml",
  "/icon_192.png": "image/png",
  "/icon_512.png": "image/png",
  "/manifest.webmanifest": "application/manifest+json",
};

/** Serves them. Browsers ask each time whether they have changed. */
export async function serveAssets(app: Hono): Promise<void> {
  for (const [path, type] of Object.entries(FILES)) {
    const files = path === "/style.css" ? ["../shared/base.css", "style.css"] : [`.${path}`];
    const parts = await Promise.all(
      files.map((file) => Deno.readFile(new URL(file, import.meta.url))),
    );
    const bytes = await new Blob(parts).bytes();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const etag = `"${digest.toHex().slice(0, 16)}"`;
    const headers = {
      "content-type": type,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      etag,
    };
    app.get(
      path,
      (c) =>
        c.req.header("if-none-match") === etag
          ? new Response(null, { status: 304, headers })
          : new Response(bytes, { headers }),
    );
  }
}
