/**
 * Components that return a promise.
 *
 * @module
 */
import { TemplateError } from "../jsx/errors.ts";
import { AsyncTimeoutError, DEFAULT_TIMEOUT } from "./async_slot.ts";
import { nameOf, wrapError } from "./component_error.ts";
import type { Instance } from "./live.ts";
import type { Tree } from "./tree.ts";

/**
 * Waits for what a component has promised: its newest run that settles is shown.
 *
 * @returns What is shown until then: what was shown before; `null` the first time, with `pending`
 * set, for which the page waits.
 */
export function awaitOutput(tree: Tree, instance: Instance, promise: Promise<unknown>): unknown {
  const run = ++instance.run;
  const settle = (output: unknown): void => {
    if (instance.run !== run) return;
    instance.pending = undefined;
    if (typeof output === "function") {
      return fail(
        new TemplateError(
          "async-setup",
          `cannot set up ${nameOf(instance)}: an async component returned a render function; ` +
            `set-up runs before the first await and must be synchronous, so await in ` +
            `ctx.async.render or in the render's data`,
        ),
      );
    }
    instance.settled = { output };
    tree.mark(instance);
  };
  const fail = (error: unknown): void => {
    if (instance.run !== run) return;
    instance.pending = undefined;
    tree.fail(instance, wrapError(error, instance));
  };
  promise.then(settle, fail);
  if (run > 1) return instance.output;
  // The page waits for it: not for ever, and not when the component has gone.
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const waiting = {
    due: 0,
    late(): void {
      const wayOut = "await slow work in ctx.async.render";
      fail(new AsyncTimeoutError(`<${nameOf(instance)}>`, DEFAULT_TIMEOUT, wayOut));
      resolve();
    },
  };
  tree.deadlines.add(waiting, DEFAULT_TIMEOUT);
  const over = (): void => {
    tree.deadlines.drop(waiting);
    resolve();
  };
  promise.then(over, over);
  instance.onCleanup(over);
  instance.pending = done;
  return null;
}
