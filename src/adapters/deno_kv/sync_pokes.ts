/** Pokes between the instances of an app on Deno Deploy: each watches what every commit changes. */

import { createSharedPokeBus } from "../../sync/poke_bus.ts";
import type { PokeBus } from "../../sync/ports.ts";

/** Settings of {@linkcode createDenoKvPokeBus}. */
export interface DenoKvPokeBusOptions {
  /** The database of the store; the caller closes it. */
  readonly kv: Deno.Kv;
  /** As that of the store: `"vango_sync"` by default. */
  readonly prefix?: string;
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
  return createSharedPokeBus({
    publish() {},
    listen: (scope, onPoke) => new Watch(kv, [prefix, scope, "tick"], onPoke).end,
  });
}

/** Milliseconds until a watch that broke off begins anew. */
const PAUSE = 1_000;

/** Watches one key until it is ended. */
class Watch {
  readonly #kv: Deno.Kv;
  readonly #key: Deno.KvKey;
  readonly #onChange: () => void;
  #reader: ReadableStreamDefaultReader<unknown> | undefined;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(kv: Deno.Kv, key: Deno.KvKey, onChange: () => void) {
    this.#kv = kv;
    this.#key = key;
    this.#onChange = onChange;
    this.#begin();
  }

  readonly end = (): void => {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#reader?.cancel().catch(() => {});
  };

  #begin(): void {
    this.#read().catch((error) => {
      if (this.#isOver || error instanceof Deno.errors.BadResource) return;
      const timer = this.#timer = setTimeout(() => {
        this.#begin();
        // What changed meanwhile is not told again.
        this.#onChange();
      }, PAUSE);
      Deno.unrefTimer(timer);
    });
  }

  async #read(): Promise<void> {
    const reader = this.#reader = this.#kv.watch([this.#key]).getReader();
    // The first thing told is what is there already.
    for (let first = true; !(await reader.read()).done; first = false) {
      if (!first) this.#onChange();
    }
  }
}
