/**
 * What a contender's page gives the driver, and how it is timed: inside the page, layout included.
 *
 * @module
 */

/** Milliseconds of one step. */
export interface StepTime {
  /** Script and the layout that follows. */
  readonly total: number;
  readonly script: number;
}

/** A contender's page. */
export interface ContenderPage {
  /** Does the next step of the script. */
  step(): Promise<StepTime>;
  /** The table and the counter, without what may differ, for comparing the contenders. */
  snapshot(): string;
}

/** Times `run`, the microtasks behind it and the layout that follows. */
export async function timed(run: () => void): Promise<StepTime> {
  (globalThis as { gc?: (options: { type: "minor" }) => void }).gc?.({ type: "minor" });
  forceLayout();
  const start = performance.now();
  run();
  // The player takes a frame behind the one before it: in a microtask.
  await undefined;
  await undefined;
  await undefined;
  const script = performance.now() - start;
  forceLayout();
  return { total: performance.now() - start, script };
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
