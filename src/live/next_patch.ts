/**
 * The next PATCH: what it is to tell is collected until it can be sent, and written then, in one go.
 *
 * ```
 * show(root)       1  another page, before anything of the old one runs
 * stale slots      2  the newest state once, not every state        ┐ again, while handlers of
 * add(operation)   3  emits, addresses, tickets                     ┘ one cause the other
 * head             4  the document's head
 * focus            5  on what is there by now
 * render(region)   6  whole regions, behind every patch to their places
 * ```
 *
 * @module
 */
import type { Head } from "../html/head.ts";
import { HtmlWriter } from "../html/write.ts";
import type { ComponentNode } from "../jsx/node.ts";
import { Op } from "../protocol/codes.ts";
import { patchRoot } from "../tree/diff.ts";
import { PatchEncoder } from "../tree/encoder.ts";
import { flushTree } from "../tree/flush.ts";
import type { Region } from "../tree/live.ts";
import type { Tree } from "../tree/tree.ts";
import * as limits from "./limits.ts";
import { type PageOperation, textOperation } from "./page_operations.ts";

/** The page that patches are made of. */
export interface PatchedPage {
  readonly tree: Tree;
  readonly region: Region;
  readonly head: Head;
  /** What is shown in place of a page that fails. */
  errorCard(error: unknown): unknown;
  /** Calls `write`, with which places get other numbers. */
  renumber(write: () => void): void;
}

/** What one page's player is told next. */
export class NextPatch {
  readonly #page: PatchedPage;
  /** Made with the first connection. */
  #encoder: PatchEncoder | undefined;
  /** Operations that no part of the tree asks for: emits, addresses. */
  #operations: PageOperation[] | undefined;
  /** The page to show. */
  #root: ComponentNode | undefined;
  #renders: Set<Region> | undefined;
  /** The player knows nothing yet: what is stale is written with the whole regions, not before. */
  #isFirst = false;

  constructor(page: PatchedPage) {
    this.#page = page;
  }

  /** Whether there is, or was, a player to patch. */
  get begun(): boolean {
    return this.#encoder !== undefined;
  }

  /** Whether whole regions are asked for: they number their places anew. */
  get renders(): boolean {
    return this.#renders !== undefined;
  }

  /** A player comes that has been told nothing on this connection; what waits is for it. */
  begin(): void {
    this.#encoder ??= new PatchEncoder(this.#page.region);
    this.#encoder.reset();
    this.#isFirst = false;
  }

  /** After {@linkcode begin}: the player has nothing that could be patched, so it is sent all. */
  beginWhole(): void {
    this.#isFirst = true;
    this.render(this.#page.region);
    for (const change of this.#page.head.all()) {
      this.add(textOperation(Op.HEAD, JSON.stringify(change)));
    }
  }

  /** Another page, in place of the current one. */
  show(root: ComponentNode): void {
    this.#root = root;
  }

  /** An operation of the page's own; kept until a player is connected, the newest ones if many. */
  add(write: PageOperation): void {
    const operations = this.#operations ??= [];
    if (operations.length >= limits.MAX_EXTRAS) operations.shift();
    operations.push(write);
  }

  /** A region, whole. */
  render(region: Region): void {
    (this.#renders ??= new Set()).add(region);
  }

  /**
   * Writes everything that is to be told.
   *
   * @returns The encoder, which holds it; it must be finished or cleared in this turn.
   * @throws what the tree could not catch; the page cannot go on then.
   */
  write(): PatchEncoder {
    const encoder = this.#encoder!;
    const { tree, head } = this.#page;
    this.#showRoot(encoder);
    if (this.#isFirst) {
      // What is stale is brought up to date without telling: the player is sent the whole page.
      flushTree(tree, encoder);
      encoder.reset();
      this.#isFirst = false;
    }
    if (tree.wantsTransition) encoder.out.op(Op.TRANSITION);
    for (let more = true; more;) {
      const operations = this.#operations;
      this.#operations = undefined;
      flushTree(tree, encoder);
      if (operations) { for (const write of operations) write(encoder); }
      more = tree.stale || this.#operations !== undefined;
    }
    for (const change of head.takeChanges()) {
      textOperation(Op.HEAD, JSON.stringify(change))(encoder);
    }
    encoder.writeFocus();
    const renders = this.#renders;
    this.#renders = undefined;
    if (renders) this.#page.renumber(() => writeRegions(encoder, renders));
    return encoder;
  }

  /** One that fails shows its error, not the old page. */
  #showRoot(encoder: PatchEncoder): void {
    const root = this.#root;
    if (!root) return;
    this.#root = undefined;
    const { region } = this.#page;
    const restore = encoder.savepoint();
    try {
      patchRoot(encoder, region, root);
    } catch (error) {
      restore();
      region.tree.unmountRegion(region);
      patchRoot(encoder, region, this.#page.errorCard(error));
    }
  }
}

function writeRegions({ out }: PatchEncoder, regions: Iterable<Region>): void {
  for (const region of regions) {
    const writer = new HtmlWriter(region);
    writer.rewriteRegion();
    out.op(Op.RENDER);
    out.varint(region.id);
    out.string(writer.html);
  }
}
