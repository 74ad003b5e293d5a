/**
 * Handlers with declared fields.
 *
 * @module
 */
import type { LiveEvent } from "../contract/events.ts";
import { Handler, type HandlerOptions } from "./node.ts";

/**
 * A handler whose event brings fields besides the type's own.
 *
 * @param fn Gets the event with `fields`, one entry for each declared name: unvalidated values from
 * the browser.
 * @param options The names of the fields: properties of the DOM event.
 *
 * @example
 * ```ts
 * import { on } from "@vango/vango";
 * const handler = on((event) => console.log(event.fields.clientX), { fields: ["clientX"] });
 * console.assert(handler.fields[0] === "clientX");
 * ```
 */
export function on<F extends string, E extends LiveEvent = LiveEvent>(
  fn: (event: E & { readonly fields: Readonly<Record<F, unknown>> }) => unknown,
  options: HandlerOptions<F>,
): Handler<E> {
  return new Handler(fn as (event: E) => unknown, options.fields);
}
