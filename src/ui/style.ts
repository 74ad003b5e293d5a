/**
 * Style sheets of the components that we ship: in the document's head while one of them is shown,
 * once, whatever their number, and with the page's nonce.
 *
 * All of it stands in the cascade layer `vango`, which loses against every rule of the app. What an
 * app will mostly want to change are custom properties; each has its fallback where it is used:
 *
 * | property          | what it is                                     |
 * | ----------------- | ---------------------------------------------- |
 * | `--vango-accent`  | what is filled: a badge                        |
 * | `--vango-on-accent` | text on it                                   |
 * | `--vango-surface` | the ground of a card                           |
 * | `--vango-line`    | borders                                        |
 * | `--vango-soft`    | text that matters less                         |
 * | `--vango-success`, `--vango-warning`, `--vango-danger` | states    |
 * | `--vango-radius`  | the roundness of a card                        |
 *
 * Colours come in pairs for light and dark, by the page's `color-scheme`.
 *
 * @module
 */
import type { Ctx } from "../contract/ctx.ts";
import { headOf } from "../ctx/page_ctx.ts";
import type { HeadEntry } from "../html/head.ts";
import { onCleanup } from "../signals/signals.ts";

/** A style sheet for a component; make it once, at module level. @param css A constant. */
export function componentStyle(key: string, css: string): HeadEntry {
  return Object.freeze({
    tag: "style",
    attributes: Object.freeze({ key }),
    text: `@layer vango{${css.replaceAll(/\s*\n\s*/g, "")}}`,
  });
}

/** Keeps a style sheet in the head as long as the component that is being set up. */
export function useStyle(ctx: Ctx, style: HeadEntry): void {
  const placed = headOf(ctx).add(style);
  onCleanup(() => placed.remove());
}
