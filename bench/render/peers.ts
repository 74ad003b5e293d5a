/**
 * The peers: each is bundled with the compared pages, compiled by its own JSX transform, into one
 * module, so that all contenders can take turns in one process.
 *
 * @module
 */
import { importOwn, importPeer, type PeerPackages } from "../bundle_peer.ts";

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
export interface Peer extends PeerPackages {
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

/**
 * Bundles a peer with the pages and imports the result.
 *
 * @param folder An empty folder; it is the caller's to remove.
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function loadPeer(peer: Peer, folder: string): Promise<RenderedPages> {
  const main = `import { RowsPage, ShopPage, TablePage, TinyPage } from "./pages.tsx";
${peer.renderer}
export const pages = {
  table: () => render(<TablePage />),
  rows: () => render(<RowsPage />),
  shop: () => render(<ShopPage />),
  tiny: () => render(<TinyPage />),
};
`;
  const shared = ["pages.tsx", "data.ts"].map((name) => new URL(name, import.meta.url));
  const { pages } = await importPeer<{ pages: RenderedPages }>(peer, { main, shared, folder });
  return pages;
}

/**
 * Bundles a module of this project in the same way.
 *
 * @param name A file of this folder that exports `pages`.
 * @param folder An empty folder; it is the caller's to remove.
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function loadOwn(name: string, folder: string): Promise<RenderedPages> {
  const module = new URL(name, import.meta.url);
  const { pages } = await importOwn<{ pages: RenderedPages }>(module, folder);
  return pages;
}
