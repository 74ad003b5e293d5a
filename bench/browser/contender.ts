/**
 * What a contender's page gives the driver, and how it is timed: inside the page, layout included.
 *
 * @module
 */

/** A contender's page. */
export interface ContenderPage {
  /** Does the next step of the script and returns its milliseconds. */
  step(): Promise<number>;
  /** The table and the counter, without what may differ, for comparing the contenders. */
  snapshot(): string;
}

/**
 * Times `run`, the microtasks behind it and the layout that follows.
 *
 * @returns Milliseconds.
 */
export async function timed(run: () => void): Promise<number> {
  (globalThis as { gc?: (options: { type: "minor" }) => void }).gc?.({ type: "minor" });
  forceLayout();
  const start = performance.now();
  run();
  // The player takes a frame behind the one before it: in a microtask.
  await undefined;
  await undefined;
  await undefined;
  forceLayout();
  return performance.now() - start;
}

function forceLayout(): number {
  return document.body.getBoundingClientRect().height;
}

/** The page's content without marks, comments and empty attributes. */
export function snapshotOf(main: Element): string {
  return main.outerHTML
    .replace(/<!--.*?-->/g, "")
    .replace(/ v(?:="[^"]*")?(?=[\s>])/g, "")
    .replace(/ class=""/g, "");
}

/** Hands the page to the driver. */
export function present(page: ContenderPage): void {
  Object.assign(globalThis, { contender: page });
}
