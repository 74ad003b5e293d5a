/**
 * In development: finds components that forget what they hold. Without a function to render, a
 * component runs as a whole again, and what it writes `signal(0)` for begins anew:
 *
 * ```
 * function Counter() {
 *   const count = signal(0);                                  // 0 again with each run
 *   return <button onclick={() => count.value++}>{count.value}</button>;
 * }
 * ```
 *
 * A signal that nobody has written, or that only a slot reads, is lost to nobody: no word of it.
 *
 * @module
 */
import { TemplateError } from "../jsx/errors.ts";
import type { Instance } from "./live.ts";

/** What the signals of a page's components began with. */
export class LostSignals {
  readonly #began: WeakMap<Instance, readonly unknown[]> = new WeakMap();
  readonly #told: Set<unknown> = new Set();

  /** A component has run. */
  ran(instance: Instance): void {
    const { signals } = instance;
    if (!signals || instance.render) return;
    this.#began.set(instance, signals.map(({ signal }) => signal.peek()));
  }

  /** A component is about to run again: what to say of it, once for each component. */
  rerun(instance: Instance): TemplateError | undefined {
    const began = this.#began.get(instance);
    const { signals, type } = instance;
    if (!began || !signals || instance.render || this.#told.has(type)) return undefined;
    if (signals.every(({ signal }, i) => signal.peek() === began[i])) return undefined;
    this.#told.add(type);
    return new TemplateError(
      "lost-signal",
      `cannot keep the signals of <${type.name || "Anonymous"}>: it runs again as a whole, and ` +
        `makes new ones; let it return a function that renders, \`return () => <p>…</p>\`, so ` +
        `that what stands before it runs once`,
    );
  }
}
