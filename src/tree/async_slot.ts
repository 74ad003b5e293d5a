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
import { TemplateError } from "../jsx/errors.ts";
import type { AsyncNode, TemplateNode } from "../jsx/node.ts";
import { Owner, swapOwner } from "../signals/owner.ts";
import { wrapError } from "./component_error.ts";
import type { Timed } from "./deadlines.ts";
import { containerOf, type Holder, type Instance, type Region, unmount } from "./live.ts";

/** Milliseconds that a region's function may take, unless its options say otherwise. */
export const DEFAULT_TIMEOUT = 30_000;

const NOWHERE: readonly string[] = [];

/** Tags that a placeholder may have. */
const TAG = /^[a-z][a-z0-9-]*$/i;

/** Something asynchronous in a page that did not settle in time. */
export class AsyncTimeoutError extends Error {
  override name = "AsyncTimeoutError";
  readonly code = "async-timeout";

  constructor(what: string, milliseconds: number, wayOut: string) {
    super(`cannot show ${what}: it has not settled after ${milliseconds} ms; ${wayOut}`);
  }
}

/** How a region's function ended. */
type Outcome = { readonly output: unknown } | { readonly error: unknown };

/** A mounted async region. It owns what its function created before its first await. */
export class AsyncSlot extends Owner implements Timed {
  readonly node: AsyncNode;
  /** The region around it. */
  readonly region: Region;
  readonly parent: Instance | undefined;
  holder: Holder;
  /** The `<select value>` around it. */
  chooser: TemplateNode | undefined = undefined;
  readonly index: number;
  /** The region of the fallback; then of the content. */
  shown: Region;
  /** The region of the content. */
  readonly content: Region;
  /** Tag of the placeholder. */
  readonly tag: string;
  /** Tags of the elements around it, outermost first, where nesting is checked. */
  around: readonly string[] = NOWHERE;
  /** What is to be shown, until it is written. */
  settled: { readonly output: unknown } | undefined = undefined;
  /** Whether what it shows, or is to show, stands for an error. */
  failed = false;
  #done: PromiseWithResolvers<void> | undefined;
  #controller: AbortController | undefined;
  #outcome: Outcome | undefined;
  /** Tells the batch that this region does not hold it back any more. */
  #leave: (() => void) | undefined;
  /** How many views of an error were tried. */
  #tried = 0;
  #over = false;
  /** Until when its function must have settled. */
  due = 0;

  constructor(
    node: AsyncNode,
    region: Region,
    parent: Instance | undefined,
    holder: Holder,
    index: number,
    tag: string,
  ) {
    super(region.tree.host);
    const { as } = node.options;
    if (as !== undefined && !TAG.test(as)) {
      throw new TemplateError(
        "markup",
        `cannot make a placeholder <${as}>: that is not the name of an element`,
      );
    }
    this.node = node;
    this.region = region;
    this.parent = parent;
    this.holder = holder;
    this.index = index;
    this.tag = as ?? tag;
    [this.shown, this.content] = region.tree.addSlot();
    this.shown.slot = this;
    this.content.slot = this;
  }

  /** Resolves when there is something to show, or when the region has gone. */
  get done(): Promise<void> {
    this.#done ??= Promise.withResolvers();
    if (this.#over) this.#done.resolve();
    return this.#done.promise;
  }

  get depth(): number {
    return this.parent ? this.parent.depth + 1 : 0;
  }

  /** Whether the content is what stands in the tree. */
  get complete(): boolean {
    return this.shown === this.content;
  }

  /** What is to be shown; the content's region takes the place of the fallback's. */
  takeOutput(): unknown {
    const output = this.settled?.output;
    this.settled = undefined;
    unmount(this.shown.root);
    if (!this.complete) this.region.tree.complete(this);
    this.shown = this.content;
    return output;
  }

  /** Runs the function. Called once, when the slot is mounted. */
  start(): void {
    const { timeout = DEFAULT_TIMEOUT, batch } = this.node.options;
    this.#leave = batch?.join(() => this.#show());
    this.region.tree.deadlines.add(this, timeout);
    this.#run().then(
      (output) => this.#arrive({ output }),
      (error: unknown) => this.#arrive({ error }),
    );
  }

  /** A promise even of what its function gives or throws at once: the walk goes on meanwhile. */
  #run(): Promise<unknown> {
    const { signal } = this.#controller = new AbortController();
    const before = swapOwner(this);
    try {
      const result = this.node.component(signal);
      return result instanceof Promise ? result : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    } finally {
      swapOwner(before);
    }
  }

  /** Shows `output`, which an earlier render of the page made, instead of running the function. */
  reuse(output: unknown): void {
    this.#outcome = { output };
    this.#show();
  }

  /** Stops the work; a late result is dropped. */
  end(): void {
    this.region.tree.dropSlot(this);
    this.settled = undefined;
    if (this.#over) return;
    this.#finish();
    this.#controller?.abort(new DOMException("the region is gone", "AbortError"));
  }

  /** The function has settled: its result waits for the rest of its batch. */
  #arrive(outcome: Outcome): void {
    if (this.#outcome || this.#over) return;
    this.#outcome = outcome;
    if (this.#leave) this.#leave();
    else this.#show();
  }

  /** Its time is up. A result that only waits for its batch is shown without the rest of it. */
  late(): void {
    const { timeout = DEFAULT_TIMEOUT } = this.node.options;
    const wayOut = "end it by the signal that its function is passed, or allow it a longer timeout";
    if (!this.#outcome) {
      const error = new AsyncTimeoutError("an async region", timeout, wayOut);
      this.#controller!.abort(error);
      this.#outcome = { error };
    }
    this.#show();
  }

  #show(): void {
    if (this.#over) return;
    const outcome = this.#outcome!;
    this.settled = "output" in outcome ? outcome : { output: this.errorView(outcome.error) };
    this.region.tree.mark(this);
    this.#finish();
  }

  /** Nothing more is expected: neither of the function, nor of the clock, nor of the batch. */
  #finish(): void {
    this.#over = true;
    this.region.tree.deadlines.drop(this);
    this.#done?.resolve();
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
  }

  /**
   * Shows a view of an error in place of the content, in which something failed after it was shown.
   *
   * @param card Show the card when there is no view.
   * @returns `false` when there is none: the card then stands in place of what failed alone.
   */
  fail(error: unknown, card = false): boolean {
    if (!this.complete) return false;
    if (!card && this.#tried >= this.#errorViews().length) return false;
    this.failed = true;
    this.settled = { output: this.errorView(error) };
    this.region.tree.mark(this);
    return true;
  }

  /**
   * What to show instead of an error: the region's own view, else the nearest boundary's fallback
   * (in the place of this region alone: siblings stay), else the card of the host. Called again
   * when a view cannot be shown either, it goes on to the next, and ends with nothing.
   */
  errorView(error: unknown): unknown {
    this.failed = true;
    const { tree } = this.region;
    let problem = error;
    const views = this.#errorViews();
    for (const view of views.slice(this.#tried)) {
      this.#tried++;
      try {
        return view(problem);
      } catch (second) {
        problem = second;
      }
    }
    // Where not even the card may stand, nothing does.
    if (this.#tried > views.length) return null;
    this.#tried = views.length + 1;
    return tree.host.errorCard(wrapError(problem, this.parent), this.tag);
  }

  /** Own first, then boundaries from the inside out. */
  #errorViews(): ((error: unknown) => unknown)[] {
    const views: ((error: unknown) => unknown)[] = [];
    const { errorFn } = this.node;
    if (errorFn) views.push((error) => errorFn(thrown(error)));
    for (let at = this.parent; at; at = at.parent) {
      const { fallbackFor } = at;
      if (fallbackFor) {
        views.push((error) => fallbackFor(wrapError(error, this.parent), this.tag));
      }
    }
    return views;
  }
}

/** What was thrown, without the components that it passed. */
function thrown(error: unknown): unknown {
  return (error as { code?: unknown })?.code === "component" ? (error as Error).cause : error;
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

/** The tag of what may stand where a part of the page is to: a placeholder, the card of an error. */
export function standInTag(holder: Holder, index: number, parent: Instance | undefined): string {
  let container = containerOf(holder, index);
  for (let at = parent; container === "" && at; at = at.parent) {
    container = containerOf(at.holder, at.index);
  }
  return placeholderTag(container);
}

/** The classes of a placeholder. */
export function placeholderClass(slot: AsyncSlot): string {
  const own = slot.node.options.class;
  return "vango-async-placeholder" + (own ? " " + own : "");
}
