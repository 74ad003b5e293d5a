/**
 * Synced data for pages that are rendered before anybody has asked for it: what their components
 * read is there when the page leaves.
 *
 * @module
 */
import type { PageCtx } from "../ctx/page_ctx.ts";
import { type HtmlOptions, HtmlWriter } from "../html/write.ts";
import type { ComponentNode } from "../jsx/node.ts";
import type { LiveSession } from "../live/live_session.ts";
import { PatchEncoder } from "../tree/encoder.ts";
import { flushTree } from "../tree/flush.ts";
import { Tree } from "../tree/tree.ts";

/** Milliseconds that a page waits for its data; then it goes on with what there is. */
const PATIENCE = 5_000;

/** The content of a GET with the data that its components asked for, as far as it comes in time. */
export async function withData(
  live: LiveSession,
  ctx: PageCtx,
  content: string,
  options: HtmlOptions,
): Promise<string> {
  let written = content;
  await whileLoading(ctx, async () => {
    if (live.state === "ended") throw new DOMException("the page has ended", "AbortError");
    written = await live.rewrite(options);
  });
  return written;
}

/**
 * Runs a page aside, to learn what it asks for, and waits for that. A page that is restored must
 * look at its first render as it did where it was kept: what looks otherwise counts as changed code
 * and begins afresh, and an event for a row that is not there yet is lost.
 */
export async function preload(live: LiveSession, ctx: PageCtx, root: ComponentNode): Promise<void> {
  const tree = new Tree({ ...ASIDE, ctx });
  const region = tree.addRegion();
  try {
    new HtmlWriter(region, { marks: false }).writeRegion(root);
    await whileLoading(ctx, () => {
      if (live.state !== "ended") flushTree(tree, new PatchEncoder(region));
    });
  } catch {
    // The render that counts fails the same way, and says so.
  } finally {
    tree.dispose();
  }
}

/** What has come may make its readers ask for more. */
async function whileLoading(ctx: PageCtx, came: () => void | Promise<void>): Promise<void> {
  let isLate = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE))
    .then(() => void (isLate = true));
  try {
    for (let loading; !isLate && (loading = ctx.usedSync?.loading);) {
      await Promise.race([loading, late]);
      await came();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The host of a render that nobody sees. */
const ASIDE = {
  connected: false,
  schedule(): void {},
  invalidate(): void {},
  report(): void {},
  errorCard: (): null => null,
};
