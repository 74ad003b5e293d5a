/**
 * Components and what they can render.
 *
 * @module
 */
import type { ReadonlySignal } from "@preact/signals-core";
import type { AsyncNode, ComponentNode, RawHtml, TemplateNode } from "../jsx/node.ts";
import type { Ctx } from "./ctx.ts";

/** What can stand in a page: text, elements, components, lists of these, signals of these. */
export type Renderable =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | TemplateNode
  | ComponentNode
  | RawHtml
  | AsyncNode
  | ReadonlySignal<unknown>
  | Iterable<Renderable>;

/** What a component may return. */
export type ComponentResult = Renderable | (() => Renderable) | Promise<Renderable>;

/**
 * A component. One that returns a function was a set-up: it ran once, its signals live in the
 * closure, and the function that it returned renders, again and again. An async component renders
 * when it settles; its newest run wins.
 *
 * @example
 * ```tsx
 * import { type Component, signal } from "@vango/vango";
 *
 * const Counter: Component<{ start: number }> = (props) => {
 *   const count = signal(props.start);
 *   return () => <button onclick={() => count.value++}>{count}</button>;
 * };
 * console.assert(typeof Counter === "function");
 * ```
 */
export type Component<P = Record<never, never>> = (props: P, ctx: Ctx) => ComponentResult;

/** A page: a component without props, whose only argument is the context. */
export type Page = (ctx: Ctx) => ComponentResult;
