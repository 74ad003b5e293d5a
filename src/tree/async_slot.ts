/**
 * Async regions in the live tree: a placeholder now, the content when it is ready.
 *
 * A slot has two regions, numbered n (odd) and n + 1. The fallback's places belong to n, the
 * content's to n + 1, each counted from 1. One region for both was rejected: the player may read
 * the content from the page's own stream before it connects, or be sent it later over the socket,
 * and only separate numbers make a place mean the same either way (and no event for the fallback
 * ever reaches a handler of the content).
 *
 * ```
 * running ── settles ──▶ settled ── written (stream) or patched (socket) ──▶ shown
 *    └──── timeout, error ──▶ settled with the error's view
 * ```
 *
 * @module
 */
import type { AsyncNode } from "../jsx/node.ts";
import { Owner, runWithOwner } from "../signals/owner.ts";
import { type Holder, type Instance, type Region, unmount } from "./live.ts";

/** Milliseconds that a region's function may take, unless its options say otherwise. */
const DEFAULT_TIMEOUT = 30_000;

/** A region whose function did not settle in time. */
export class AsyncTimeoutError extends Error {
  override name = "AsyncTimeoutError";
  readonly code = "async-timeout";

  constructor(milliseconds: number) {
    super(
      `cannot show an async region: its function has not settled after ${milliseconds} ms; give ` +
        `it the signal that it is passed, or a longer timeout`,
    );
  }
}

/** A mounted async region. It owns what its function created before its first await. */
export class AsyncSlot extends Owner {
  readonly node: AsyncNode;
  /** The region around it. */
  readonly region: Region;
  readonly parent: Instance | undefined;
  readonly holder: Holder;
  readonly index: number;
  /** The region of the fallback; then of the content. */
  shown: Region;
  /** The region of the content. */
  readonly content: Region;
  /** Tag of the placeholder. */
  readonly tag: string;
  /** What the function gave, until it is written. */
  settled: { readonly output: unknown } | undefined = undefined;
  /** Resolves when the function has settled, however it did. */
  done: Promise<void> = Promise.resolve();
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(
    node: AsyncNode,
    region: Region,
    parent: Instance | undefined,
    holder: Holder,
    index: number,
    tag: string,
  ) {
    super(region.tree.host);
    this.node = node;
    this.region = region;
    this.parent = parent;
    this.holder = holder;
    this.index = index;
    this.tag = node.options.as ?? tag;
    this.shown = region.tree.addRegion();
    this.content = region.tree.addRegion();
    this.shown.slot = this;
    this.content.slot = this;
  }

  get depth(): number {
    return this.parent ? this.parent.depth + 1 : 0;
  }

  /** Whether the content is what stands in the tree. */
  get complete(): boolean {
    return this.shown === this.content;
  }

  /** What the function gave; the content's region takes the place of the fallback's. */
  takeOutput(): unknown {
    const output = this.settled?.output;
    this.settled = undefined;
    unmount(this.shown.root);
    this.region.tree.regions.delete(this.shown.id);
    this.shown = this.content;
    return output;
  }

  /** Runs the function. Called once, when the slot is mounted. */
  start(): void {
    const { timeout = DEFAULT_TIMEOUT, batch } = this.node.options;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    let result: unknown;
    try {
      result = runWithOwner(this, () => this.node.component(signal));
    } catch (error) {
      result = Promise.reject(error);
    }
    const late = new Promise<never>((_, reject) => {
      this.#timer = setTimeout(() => {
        const error = new AsyncTimeoutError(timeout);
        this.#controller?.abort(error);
        reject(error);
      }, timeout);
    });
    const settled = Promise.race([result, late]);
    const shown = batch
      ? Promise.all([settled, batch.join(settled)]).then(([value]) => value)
      : settled;
    this.done = shown.then(
      (output) => this.#settle(output),
      (error) => this.#fail(error),
    );
  }

  /** Stops the work; a late result is dropped. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.settled = undefined;
    this.#controller?.abort(new DOMException("the region is gone", "AbortError"));
    this.#controller = undefined;
    this.region.tree.regions.delete(this.shown.id);
    this.region.tree.regions.delete(this.content.id);
  }

  #settle(output: unknown): void {
    clearTimeout(this.#timer);
    this.#controller = undefined;
    if (this.#ended) return;
    this.settled = { output };
    this.region.tree.mark(this);
  }

  /** Settles with the view of an error: never a fallback for ever. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#settle(this.errorView(error));
  }

  /**
   * What to show instead of an error: the region's own view, else the nearest boundary's fallback
   * (in the place of this region alone: siblings stay), else the card of the host.
   */
  errorView(error: unknown): unknown {
    const { host } = this.region.tree;
    let problem = error;
    if (this.node.errorFn) {
      try {
        return this.node.errorFn(error);
      } catch (second) {
        problem = new AggregateError([error, second], "the error view of an async region threw", {
          cause: second,
        });
      }
    }
    for (let at = this.parent; at; at = at.parent) {
      if (!at.fallbackFor) continue;
      try {
        return at.fallbackFor(problem);
      } catch (second) {
        problem = second;
      }
    }
    return host.errorCard(this.region.tree.wrap(problem, this.parent));
  }
}

/** What stands for a region where a `div` cannot, by the tag around it. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  table: "tbody",
  thead: "tr",
  tbody: "tr",
  tfoot: "tr",
  tr: "td",
  ul: "li",
  ol: "li",
  menu: "li",
  dl: "div",
  select: "option",
  svg: "g",
  g: "g",
};

/** Elements whose content is text and inline elements: a `div` would end a paragraph. */
const INLINE = new Set(
  ("p span a b i em strong small label button h1 h2 h3 h4 h5 h6 abbr cite code q sub sup time " +
    "pre summary legend").split(" "),
);

/** The tag of a placeholder inside of `container`. */
export function placeholderTag(container: string): string {
  return PLACEHOLDERS[container] ?? (INLINE.has(container) ? "span" : "div");
}

/** The classes of a placeholder. */
export function placeholderClass(slot: AsyncSlot): string {
  const own = slot.node.options.class;
  return "vango-async-placeholder" + (own ? " " + own : "");
}
