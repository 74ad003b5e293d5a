/**
 * Error boundaries.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import { currentOwner } from "../signals/owner.ts";
import { signal, untracked } from "../signals/signals.ts";
import { standInTag } from "../tree/async_slot.ts";
import { Instance } from "../tree/live.ts";
import type { TreeHost } from "../tree/tree.ts";

/** Props of {@linkcode ErrorBoundary}. */
export interface ErrorBoundaryProps {
  /** What is guarded. */
  readonly children?: Renderable;
  /**
   * What stands in place of the children after one of them threw. Without it stands the card of the
   * page: in production the id of the error in the log, in development what was thrown.
   *
   * @param error What was thrown; its message may hold what users must not see.
   * @param reset Shows the children again, mounted anew.
   */
  readonly fallback?: (error: unknown, reset: () => void) => Renderable;
}

/**
 * Shows a fallback in place of its children when one of them throws: while the page is rendered,
 * in an update, or in an async component. An async region that fails below it shows the fallback in
 * its own place, and the region's siblings stay. What was thrown is logged. In a layout, the next
 * page is shown, whatever became of the last.
 *
 * A fallback that throws is the next boundary's to catch.
 *
 * @example
 * ```tsx
 * import { ErrorBoundary } from "@vango/vango";
 *
 * const Broken = () => {
 *   throw new Error("no data");
 * };
 * const page = () => (
 *   <ErrorBoundary fallback={(_, reset) => <button onclick={reset}>Try again</button>}>
 *     <Broken />
 *   </ErrorBoundary>
 * );
 * console.assert(typeof page === "function");
 * ```
 */
export function ErrorBoundary(props: ErrorBoundaryProps, ctx: Ctx): () => Renderable {
  // Not kept when the page is saved: what failed here may work elsewhere.
  const failure = signal<Failure | undefined>(undefined, { durable: false });
  const instance = currentOwner();
  let showing = false;
  const reset = (): void => {
    showing = false;
    failure.value = undefined;
  };
  if (instance instanceof Instance) {
    const host = instance.host as TreeHost;
    const ownTag = () => standInTag(instance.holder, instance.index, instance.parent);
    /** Logs an error; the view of it, where `tag` may stand, may be asked for more than once. */
    const view = (error: unknown, tag = ownTag()): () => Renderable => {
      if (!props.fallback) {
        const card = host.errorCard(error, tag) as Renderable;
        return () => card;
      }
      host.report(error, instance);
      return () => props.fallback?.(causeOf(error), reset);
    };
    instance.catchError = (error) => {
      // The fallback itself threw: it is not ours to show again.
      if (showing) return false;
      failure.value = { view: view(error), url: untracked(() => ctx.url) };
      return true;
    };
    instance.fallbackFor = (error, tag) => view(error, tag)();
  }
  return () => {
    const failed = failure.value;
    showing = failed !== undefined && failed.url === ctx.url;
    return showing ? failed!.view() : props.children;
  };
}

/** What was caught, and on which page. */
interface Failure {
  readonly view: () => Renderable;
  readonly url: URL;
}

/** What was thrown, without the names of the components that it passed. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === "ComponentError" ? error.cause : error;
}
