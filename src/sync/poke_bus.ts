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

/** How the nodes of an app reach each other. */
export interface FarPokes {
  /** Tells the other nodes. */
  publish(scope: string): void;
  /** Hears of what other nodes tell. @returns Ends that. */
  listen(scope: string, onPoke: () => void): () => void;
}

/**
 * A bus between nodes: one's own pages hear without the way over the network, and however many of
 * them show a scope, there is one subscription to it.
 */
export function createSharedPokeBus(far: FarPokes): PokeBus {
  const local = createPokeBus();
  const open = new Map<string, { count: number; readonly end: () => void }>();
  return {
    publish(scope) {
      local.publish(scope);
      far.publish(scope);
    },
    subscribe(scope, onPoke) {
      const stop = local.subscribe(scope, onPoke);
      let shared = open.get(scope);
      if (!shared) {
        shared = { count: 0, end: far.listen(scope, () => local.publish(scope)) };
        open.set(scope, shared);
      }
      shared.count++;
      const own = shared;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        stop();
        if (--own.count > 0) return;
        open.delete(scope);
        own.end();
      };
    },
  };
}
