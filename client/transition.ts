/**
 * View transitions, where the browser has them and the user likes motion.
 *
 * @module
 */

interface Transitions {
  startViewTransition?(update: () => void): {
    readonly ready: Promise<void>;
    readonly updateCallbackDone: Promise<void>;
  };
}

/** Whether changes can be animated by the browser. */
export function canTransition(): boolean {
  return "startViewTransition" in document &&
    !matchMedia("(prefers-reduced-motion:reduce)").matches;
}

/** Has the browser animate a change; else just makes it. */
export function transition(update: () => void): Promise<void> | void {
  if (!canTransition()) return update();
  const { ready, updateCallbackDone } = (document as Transitions).startViewTransition!(update);
  // A newer one, or a hidden tab, skips it: the change is made all the same.
  ready.catch(() => {});
  return updateCallbackDone;
}
