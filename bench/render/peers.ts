/**
 * The peers: each is bundled with the compared pages, compiled by its own JSX transform, into one
 * module, so that all contenders can take turns in one process.
 *
 * @module
 */

/** Renders one of the compared pages to a string. */
export type RenderPage = () => string;

/** What a contender's module exports. */
export interface RenderedPages {
  table: RenderPage;
  rows: RenderPage;
  shop: RenderPage;
  tiny: RenderPage;
}

/** A library to compare with. */
export interface Peer {
  /** Name in the tables. */
  readonly name: string;
  /** Packages with their versions, as in `npm:NAME@VERSION`. */
  readonly packages: Readonly<Record<string, string>>;
  readonly jsx: "precompile" | "react-jsx";
  readonly jsxImportSource: string;
  /** How the library's own documentation renders an element to a string. */
  readonly renderer: string;
}

/** The peers, at the newest versions of the day the benchmark was written. */
export const PEERS: readonly Peer[] = [
  {
    name: "hono/jsx",
    packages: { hono: "4.13.19" },
    jsx: "precompile",
    jsxImportSource: "hono/jsx",
    renderer: `const render = (page) => page.toString();`,
  },
  {
    name: "preact-render-to-string",
    packages: { preact: "11.2.0", "preact-render-to-string": "6.8.2" },
    jsx: "precompile",
    jsxImportSource: "preact",
    renderer: `import { renderToString as render } from "preact-render-to-string";`,
  },
  {
    name: "react-dom/server",
    packages: { react: "19.3.1", "react-dom": "19.3.1" },
    jsx: "react-jsx",
    jsxImportSource: "react",
    renderer: `import { renderToString as render } from "react-dom/server";`,
  },
];

const SHARED = ["pages.tsx", "data.ts"];

/**
 * Bundles a peer with the pages and imports the result.
 *
 * @param folder An empty folder; it is the caller's to remove.
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function loadPeer(peer: Peer, folder: string): Promise<RenderedPages> {
  const imports: Record<string, string> = {};
  for (const [name, version] of Object.entries(peer.packages)) {
    imports[name] = `npm:${name}@${version}`;
    imports[`${name}/`] = `npm:/${name}@${version}/`;
  }
  const { jsx, jsxImportSource } = peer;
  const files: Record<string, string> = {
    "deno.json": JSON.stringify({ imports, compilerOptions: { jsx, jsxImportSource } }),
    "children.ts": "export type Children = any;",
    "main.tsx": `import { RowsPage, ShopPage, TablePage, TinyPage } from "./pages.tsx";
${peer.renderer}
export const pages = {
  table: () => render(<TablePage />),
  rows: () => render(<RowsPage />),
  shop: () => render(<ShopPage />),
  tiny: () => render(<TinyPage />),
};
`,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  for (const name of SHARED) {
    await Deno.copyFile(new URL(name, import.meta.url), `${folder}/${name}`);
  }
  return await loadBundled(`${folder}/main.tsx`, folder, ["--config=deno.json"]);
}

/**
 * Bundles a module of this project in the same way, so that no contender is ahead by its packaging.
 *
 * @param name A file of this folder that exports `pages`.
 * @param folder An empty folder; it is the caller's to remove.
 * @throws {Error} When the bundler fails, with its own words.
 */
export function loadOwn(name: string, folder: string): Promise<RenderedPages> {
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  return loadBundled(new URL(name, import.meta.url).href, folder, [`--config=${config}`]);
}

async function loadBundled(
  entry: string,
  folder: string,
  options: readonly string[],
): Promise<RenderedPages> {
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
      ...options,
      entry,
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new Error(`cannot bundle ${entry}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  const { pages } = await import(new URL(`file://${output}`).href);
  return pages;
}

function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}
