/** @jsxImportSource @vango/vango */
/**
 * A shape that stands for content on its way: the usual fallback of an async region.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";

/** What a {@linkcode Skeleton} looks like. Lengths are CSS: `12rem`, `60%`. */
export interface SkeletonProps {
  /** Bars below each other, the last one shorter, as a paragraph ends. Default: 1. */
  readonly lines?: number;
  /** Default: all there is. */
  readonly width?: string;
  /** Of each bar. Default: `1em`. */
  readonly height?: string;
  /** Default: `0.35em`; `50%` for a face. */
  readonly radius?: string;
  /** Classes of its element. */
  readonly class?: string;
}

/**
 * Bars in the text's own colour, so that they fit light and dark pages; they pulse for those who
 * like motion, and say nothing to screen readers: the placeholder around them is `aria-busy`.
 *
 * It is made of `span`s, so that it can stand in a paragraph or a button, too.
 *
 * @example
 * ```tsx
 * import type { Ctx } from "@vango/vango";
 * import { Skeleton } from "./skeleton.tsx";
 * const latestOrders = () => Promise.resolve(["a lamp", "a chair"]);
 *
 * const Page = (ctx: Ctx) => (
 *   <main>
 *     {ctx.async.render(
 *       <Skeleton lines={3} />,
 *       async () => <ul>{(await latestOrders()).map((order) => <li>{order}</li>)}</ul>,
 *     )}
 *   </main>
 * );
 * console.assert(typeof Page === "function");
 * ```
 */
export function Skeleton(props: SkeletonProps): () => Renderable {
  return () => {
    const { lines = 1, width, height = "1em", radius = "0.35em" } = props;
    const bars: Renderable[] = [];
    for (let line = 1; line <= lines; line++) {
      const short = line > 1 && line === lines;
      bars.push(
        <span
          class="vango-skeleton-bar"
          style={{ height, "border-radius": radius, ...(short ? { width: "60%" } : {}) }}
        />,
      );
    }
    return (
      <span
        class={["vango-skeleton", props.class]}
        style={width === undefined ? null : { width }}
        aria-hidden="true"
      >
        {bars}
      </span>
    );
  };
}
