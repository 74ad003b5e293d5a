/**
 * `ctx.async` of a live page.
 *
 * @module
 */
import type { AsyncComponent, AsyncCtx, Batch, BatchTask } from "../contract/async.ts";
import type { Renderable } from "../contract/component.ts";
import { AsyncNode, type AsyncOptions } from "../jsx/node.ts";
import { batch as batchSignals } from "../signals/signals.ts";

/** Makes `ctx.async`. @param report Takes what a task of a batch throws. */
export function createAsyncCtx(report: (error: unknown) => void): AsyncCtx {
  return {
    render(
      fallback: Renderable,
      component: AsyncComponent,
      options: AsyncOptions = {},
    ): Renderable {
      return new AsyncNode(fallback, component, undefined, options);
    },
    renderWithError(
      fallback: Renderable,
      component: AsyncComponent,
      errorFn: (error: unknown) => Renderable,
      options: AsyncOptions = {},
    ): Renderable {
      return new AsyncNode(fallback, component, errorFn, options);
    },
    batch(name: string, ...tasks: BatchTask[]): Batch {
      return new WorkBatch(name, tasks, report);
    },
  };
}

/**
 * Work that is applied together. It completes when everything that joined has settled; what joins
 * afterwards (a region that renders again) is not held back.
 *
 * Regions are shown by calls, not by a promise that they await: signals that the tasks write and
 * the regions are then stale in one turn, so that one frame brings them all.
 */
class WorkBatch implements Batch {
  readonly name: string;
  readonly #report: (error: unknown) => void;
  readonly #apply: (() => unknown)[] = [];
  readonly #listeners: (() => void)[] = [];
  readonly #regions: (() => void)[] = [];
  readonly #completion: PromiseWithResolvers<void> = Promise.withResolvers();
  #open = 0;
  #complete = false;

  constructor(name: string, tasks: readonly BatchTask[], report: (error: unknown) => void) {
    this.name = name;
    this.#report = report;
    for (const task of tasks) this.#run(task);
    // Regions join in the same turn; a batch of nothing completes after it.
    Promise.resolve().then(this.#enter());
  }

  onComplete(fn: () => void): Batch {
    if (this.#complete) this.#guard(fn);
    else this.#listeners.push(fn);
    return this;
  }

  wait(): Promise<void> {
    return this.#completion.promise;
  }

  join(show: () => void): () => void {
    if (this.#complete) return show;
    this.#regions.push(show);
    return this.#enter();
  }

  /** Holds the batch open until the function that is returned is called. */
  #enter(): () => void {
    this.#open++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (--this.#open === 0) this.#finish();
    };
  }

  #run(task: BatchTask): void {
    const leave = this.#enter();
    Promise.try(task).then((apply) => {
      if (typeof apply === "function") this.#apply.push(apply as () => unknown);
    }).catch(this.#report).then(leave);
  }

  #finish(): void {
    this.#complete = true;
    batchSignals(() => {
      for (const apply of this.#apply) this.#guard(apply);
      for (const show of this.#regions) show();
      for (const listener of this.#listeners) this.#guard(listener);
    });
    this.#completion.resolve();
  }

  /** Nobody awaits what `fn` may promise: its failure is reported like a throw. */
  #guard(fn: () => unknown): void {
    Promise.try(fn).catch(this.#report);
  }
}
