/**
 * Our contender: what a GET does to a page's body, marks and live tree included.
 *
 * @module
 */
import { HtmlWriter } from "../../src/html/write.ts";
import { Tree, type TreeHost } from "../../src/tree/tree.ts";
import { RowsPage, ShopPage, TablePage, TinyPage } from "./pages.tsx";
import type { RenderedPages } from "./peers.ts";

const host: TreeHost = {
  connected: false,
  ctx: undefined,
  schedule(run) {
    run();
  },
  invalidate() {},
  report(error) {
    throw error;
  },
  errorCard: () => "",
};

function render(page: unknown): string {
  const writer = new HtmlWriter(new Tree(host).addRegion());
  writer.writeRegion(page);
  return writer.html;
}

/** The compared pages. */
export const pages: RenderedPages = {
  table: () => render(<TablePage />),
  rows: () => render(<RowsPage />),
  shop: () => render(<ShopPage />),
  tiny: () => render(<TinyPage />),
};
