/**
 * Files that browsers keep for ever: their path has a hash of their content.
 *
 * @module
 */

/** A file as it is served. */
export interface Asset {
  readonly path: string;
  /** Answers with the file. */
  readonly serve: () => Response;
}

/** The stylesheet. */
export const stylesheet: Asset = await asset(
  "style.css",
  "text/css; charset=utf-8",
  await read("../shared/base.css") + await read("style.css"),
);
/** The icon in the browser's tab. */
export const icon: Asset = await asset(
  "icon.svg",
  "image/svg+xml",
  await read("icon.svg"),
);

function read(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, import.meta.url));
}

async function asset(file: string, type: string, text: string): Promise<Asset> {
  const bytes = new TextEncoder().encode(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hash = digest.toHex().slice(0, 12);
  const [name, extension] = file.split(".");
  const headers = {
    "content-type": type,
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
  };
  return {
    path: `/assets/${name}.${hash}.${extension}`,
    serve: () => new Response(bytes, { headers }),
  };
}
