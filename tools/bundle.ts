/**
 * Makes the scripts that browsers load, as modules that hold them as text: the published package
 * needs no build step at its user's, and a server serves them from memory.
 *
 * `deno run -A tools/bundle.ts` writes them, `--check` only says which are stale. The same sources
 * give the same bytes; the bundler comes with Deno, so another version of Deno may give others.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** One script to make. Paths are from the root. */
export interface BundleTarget {
  /** What the script is, for the generated module's documentation. */
  what: string;
  /** The module that is bundled with all that it imports. */
  entry: string;
  /** The generated module, `*.gen.ts`. */
  output: string;
}

/** Turns a module and its imports into one minified script. */
export type Bundler = (root: string, entry: string) => Promise<string>;

/** A script's size in bytes: as it is, and under the strongest setting of each compression. */
export interface BundleSizes {
  raw: number;
  gzip: number;
  brotli: number;
}

/** Every script of this project. A second one (a service worker, a worker) is one more line. */
export const TARGETS: readonly BundleTarget[] = [
  { what: "The browser player", entry: "client/main.ts", output: "client/client.gen.ts" },
  {
    what: "The offline part of pages",
    entry: "client/offline/page.ts",
    output: "client/offline.gen.ts",
  },
];

/**
 * Bundles one target.
 *
 * @returns The text of the generated module.
 * @throws {Error} When the bundler fails; its own words are in the message.
 */
export async function generate(
  root: string,
  target: BundleTarget,
  bundler: Bundler = bundleWithDeno,
): Promise<string> {
  const code = await bundler(root, target.entry);
  const { raw, gzip, brotli } = sizesOf(code);
  // Explicit types: the published package's types must not have to be inferred.
  return `// Generated from ${target.entry} by \`deno task bundle\`. Do not edit: the gate compares.

/** ${target.what}, bundled and minified: an ES module as text. */
export const code: string = ${JSON.stringify(code)};

/** The first 10 hex digits of the SHA-256 of {@linkcode code} as UTF-8: its name in a URL. */
export const hash: string = "${await hashOf(code)}";

/** The size of {@linkcode code} in bytes. */
export const sizes: { readonly raw: number; readonly gzip: number; readonly brotli: number } = {
  raw: ${raw},
  gzip: ${gzip},
  brotli: ${brotli},
};
`;
}

/**
 * Whether the generated module differs from what its sources give now, or is missing.
 *
 * @throws {Error} When the bundler fails.
 */
export async function isStale(
  root: string,
  target: BundleTarget,
  bundler?: Bundler,
): Promise<boolean> {
  const fresh = await generate(root, target, bundler);
  return fresh !== await readIfThere(`${root}/${target.output}`);
}

/** The first 10 hex digits of the SHA-256 of `code` as UTF-8. */
export async function hashOf(code: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return new Uint8Array(digest).toHex().slice(0, 10);
}

/** Measures a script as a server would send it. */
export function sizesOf(code: string): BundleSizes {
  const bytes = Buffer.from(code);
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }).length,
  };
}

/** The bundler that comes with Deno. It fetches its own binary once, on its first run. */
async function bundleWithDeno(root: string, entry: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", "--no-lock", entry],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new Error(`Cannot bundle ${entry}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return new TextDecoder().decode(stdout).trimEnd() + "\n";
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function main(root: string, args: string[]): Promise<number> {
  const stale: string[] = [];
  for (const target of TARGETS) {
    const text = await generate(root, target);
    const path = `${root}/${target.output}`;
    const before = await readIfThere(path);
    if (before !== text) {
      stale.push(target.output);
      if (!args.includes("--check")) await Deno.writeTextFile(path, text);
    }
    const sizes = [...text.matchAll(/^ {2}(\w+): (\d+),$/gm)].map(([, name, n]) => `${n} ${name}`);
    console.log(`${target.output}: ${sizes.join(", ")} bytes`);
  }
  if (!args.includes("--check") || stale.length === 0) return 0;
  console.error(
    `Stale: ${stale.join(", ")}. Run \`deno task bundle\` and commit the result ` +
      `(this is Deno ${Deno.version.deno}; another version's bundler may give other bytes).`,
  );
  return 1;
}

if (import.meta.main) {
  const exitCode = await main(Deno.cwd(), Deno.args).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
  Deno.exit(exitCode);
}
