/**
 * `ctx.async`: slow parts of a page stream in when they are ready, in whatever order.
 *
 * @module
 */
import type { AsyncOptions, RegionBatch } from "../jsx/node.ts";
import type { Renderable } from "./component.ts";

export type { AsyncOptions, RegionBatch };

/** The function of an async region. The signal ends when nobody waits for the result any more. */
export type AsyncComponent = (signal: AbortSignal) => Renderable | Promise<Renderable>;

/** Work of a batch: may give back a function that applies its result, run with all the others. */
export type BatchTask = () => unknown;

/** Work that is shown together. Made by {@linkcode AsyncCtx.batch}. */
export interface Batch extends RegionBatch {
  /** For messages and metrics. */
  readonly name: string;
  /** Calls `fn` once, when every task and region of the batch has settled. */
  onComplete(fn: () => void): Batch;
  /** Resolves then, too: for tests. */
  wait(): Promise<void>;
}

/** Intelligent streaming. */
export interface AsyncCtx {
  /**
   * Shows `fallback` at once and the result of `component` when it is there: in the same response
   * during a GET, as one patch later. A throw, a rejection or a timeout shows the nearest error
   * boundary's fallback in the region's place, else an error card; never `fallback` for ever.
   *
   * @example
   * ```tsx
   * import type { Ctx } from "@vango/vango";
   * const slowTotal = (_signal: AbortSignal) => Promise.resolve(12);
   *
   * const Page = (ctx: Ctx) => (
   *   <main>
   *     {ctx.async.render(<p>Adding up…</p>, async (signal) => <b>{await slowTotal(signal)}</b>)}
   *   </main>
   * );
   * console.assert(typeof Page === "function");
   * ```
   */
  render(fallback: Renderable, component: AsyncComponent, options?: AsyncOptions): Renderable;

  /** As {@linkcode AsyncCtx.render}, with a view of its own for errors. */
  renderWithError(
    fallback: Renderable,
    component: AsyncComponent,
    errorFn: (error: unknown) => Renderable,
    options?: AsyncOptions,
  ): Renderable;

  /**
   * Groups work: its tasks start at once, side by side; the functions that they give back, and the
   * regions that name the batch in their options, are applied together and travel as one frame.
   *
   * @param name For messages and metrics.
   */
  batch(name: string, ...tasks: BatchTask[]): Batch;
}
