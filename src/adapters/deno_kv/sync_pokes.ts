/** Pokes between the instances of an app on Deno Deploy: each watches what every commit changes. */

import { createPokeBus } from "../../sync/poke_bus.ts";
import type { PokeBus } from "../../sync/ports.ts";

/** Settings of {@linkcode createDenoKvPokeBus}. */
export interface DenoKvPokeBusOptions {
  /** The database of the store; the caller closes it. */
  readonly kv: Deno.Kv;
  /** As that of the store: `"vango_sync"` by default. */
  readonly prefix?: string;
}

interface Watch {
  count: number;
  readonly reader: ReadableStreamDefaultReader<unknown>;
}

/**
 * Tells every instance that shows a scope to look. One's own pages hear without the way over the
 * database. There is nothing to publish: a commit of the store is seen by those who watch.
 *
 * @example
 * ```ts ignore
 * const kv = await Deno.openKv();
 * const place = { store: createDenoKvAuthorityStore({ kv }), pokes: createDenoKvPokeBus({ kv }) };
 * ```
 */
export function createDenoKvPokeBus({ kv, prefix = "vango_sync" }: DenoKvPokeBusOptions): PokeBus {
  const local = createPokeBus();
  const open = new Map<string, Watch>();

  async function listen(scope: string, reader: Watch["reader"]): Promise<void> {
    // The first thing told is what is there already.
    for (let first = true;; first = false) {
      const { done } = await reader.read();
      if (done) return;
      if (!first) local.publish(scope);
    }
  }

  return {
    publish: (scope) => local.publish(scope),
    subscribe(scope, onPoke) {
      const stop = local.subscribe(scope, onPoke);
      let watch = open.get(scope);
      if (!watch) {
        watch = { count: 0, reader: kv.watch([[prefix, scope, "tick"]]).getReader() };
        open.set(scope, watch);
        // A watch that breaks off costs pages a while of liveness, never data.
        listen(scope, watch.reader).catch(() => {}).finally(() => {
          if (open.get(scope) === watch) open.delete(scope);
        });
      }
      watch.count++;
      const own = watch;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        stop();
        if (--own.count > 0) return;
        if (open.get(scope) === own) open.delete(scope);
        own.reader.cancel().catch(() => {});
      };
    },
  };
}
