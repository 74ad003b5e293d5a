/**
 * Bundles a contender into one module, so that all of them can take turns in one process, and none
 * is ahead by its packaging.
 *
 * @module
 */

/** A library to compare with. */
export interface PeerPackages {
  /** Name in the tables. */
  readonly name: string;
  /** Packages with their versions, as in `npm:NAME@VERSION`. */
  readonly packages: Readonly<Record<string, string>>;
  readonly jsx: "precompile" | "react-jsx";
  readonly jsxImportSource: string;
}

/** What a peer is bundled from. */
export interface PeerSources {
  /** The module that is imported. */
  readonly main: string;
  /** Files that all contenders share; copied, so that the peer's JSX transform compiles them. */
  readonly shared: readonly URL[];
  /** An empty folder; it is the caller's to remove. */
  readonly folder: string;
}

/**
 * Bundles a peer with what is compared, compiled by its own JSX transform, and imports the result.
 *
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function importPeer<T>(
  { packages, jsx, jsxImportSource }: PeerPackages,
  { main, shared, folder }: PeerSources,
): Promise<T> {
  const imports: Record<string, string> = {};
  for (const [name, version] of Object.entries(packages)) {
    imports[name] = `npm:${name}@${version}`;
    imports[`${name}/`] = `npm:/${name}@${version}/`;
  }
  const files: Record<string, string> = {
    "deno.json": JSON.stringify({ imports, compilerOptions: { jsx, jsxImportSource } }),
    "children.ts": "export type Children = any;",
    "main.tsx": main,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  for (const url of shared) {
    await Deno.copyFile(url, `${folder}/${url.pathname.slice(url.pathname.lastIndexOf("/") + 1)}`);
  }
  return await importBundled(`${folder}/main.tsx`, folder, "deno.json");
}

/**
 * Bundles a module of this project in the same way.
 *
 * @param folder An empty folder; it is the caller's to remove.
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function importOwn<T>(module: URL, folder: string): Promise<T> {
  const { pathname } = new URL("../deno.json", import.meta.url);
  return await importBundled(module.href, folder, decodeURIComponent(pathname));
}

async function importBundled<T>(entry: string, folder: string, config: string): Promise<T> {
  const output = `${folder}/bundled.mjs`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--no-lock",
      "--platform=deno",
      // Also chooses the packages' production builds.
      "--minify",
      `--output=${output}`,
      `--config=${config}`,
      entry,
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new Error(`cannot bundle ${entry}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return await import(new URL(`file://${output}`).href);
}
