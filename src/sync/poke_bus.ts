/** Pokes within one process. */

import type { PokeBus } from "./ports.ts";

/**
 * Calls each subscriber of a scope in a microtask of its own, so that a failing one harms neither
 * the writer nor the others.
 *
 * @example
 * ```ts
 * import { createPokeBus } from "./poke_bus.ts";
 * const bus = createPokeBus();
 * let pokes = 0;
 * const stop = bus.subscribe("home", () => pokes++);
 * bus.publish("home");
 * await Promise.resolve();
 * console.assert(pokes === 1);
 * stop();
 * ```
 */
export function createPokeBus(): PokeBus {
  const subscribers = new Map<string, Set<() => void>>();
  return {
    publish(scope) {
      for (const onPoke of subscribers.get(scope) ?? []) queueMicrotask(onPoke);
    },
    subscribe(scope, onPoke) {
      let all = subscribers.get(scope);
      if (!all) subscribers.set(scope, all = new Set());
      // One function may subscribe twice: each subscription ends by itself.
      const own = () => onPoke();
      all.add(own);
      return () => {
        all.delete(own);
        if (all.size === 0 && subscribers.get(scope) === all) subscribers.delete(scope);
      };
    },
  };
}
