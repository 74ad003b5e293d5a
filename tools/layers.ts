/**
 * The architecture as data. A module imports its own folder or a lower layer: never sideways,
 * never up; type imports count. `tools/layer_check.ts` holds the tree to it.
 *
 * @module
 */

/** Folder under `src/` → its layer. A new folder must be put here before it can be used. */
export const LAYERS: Readonly<Record<string, number>> = {
  internal: 0,
  contract: 1,
  signals: 1,
  jsx: 1,
  protocol: 1,
  tree: 2,
  session: 2,
  sync: 2,
  html: 3,
  live: 4,
  ctx: 5,
  server: 6,
  player: 6,
  ui: 6,
  adapters: 7,
  devtools: 7,
  testing: 7,
};

/** Types alone: it and the other folders of its layer may import each other's. */
export const SHARED_FOLDERS: ReadonlySet<string> = new Set(["contract"]);

/** Where `Deno.*`, `node:` and drivers may be used; all else runs on web standards (law L8). */
export const PLATFORM_FOLDERS: ReadonlySet<string> = new Set(["adapters"]);

/** The player that runs in the browser: outside `src/`, below nothing, above these. */
export const CLIENT_MAY_IMPORT: ReadonlySet<string> = new Set(
  Object.keys(LAYERS).filter((folder) => (LAYERS[folder] ?? 0) <= 5),
);

/** The part of it that runs the app in the browser, and so has the server with it. */
export const OFFLINE_FOLDER = "client/offline/";

/** What that part may import. */
export const OFFLINE_MAY_IMPORT: ReadonlySet<string> = new Set(
  Object.keys(LAYERS).filter((folder) => (LAYERS[folder] ?? 0) <= 6),
);

/** What importing `.` may load besides `src/`: no driver, nothing that needs a platform. */
export const ROOT_PACKAGES: ReadonlySet<string> = new Set([
  "@noble/hashes",
  "@preact/signals-core",
  "devalue",
  "hono",
]);

/** Packages that an example may import, besides its own files. */
export const EXAMPLE_PACKAGES: ReadonlySet<string> = new Set(["@vango/vango", "hono"]);

/** Lines that a file may have without a note under `docs/decisions/` naming it. */
export const MOST_LINES = 600;

/** File names that say nothing about what is inside. */
export const EMPTY_NAMES: ReadonlySet<string> = new Set([
  "utils",
  "util",
  "helpers",
  "common",
  "misc",
]);
