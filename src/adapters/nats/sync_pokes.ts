/** Pokes between the nodes of a cluster, over a plain NATS subject: nothing is stored. */

import type { NatsConnection } from "@nats-io/nats-core";
import { createSharedPokeBus } from "../../sync/poke_bus.ts";
import type { PokeBus } from "../../sync/ports.ts";
import { encodeToken } from "./sync_store.ts";

/** Settings of {@linkcode createNatsPokeBus}. */
export interface NatsPokeBusOptions {
  /** An open connection; the caller closes it. */
  readonly connection: NatsConnection;
  /** Before the scope in subjects: `"vango_sync_poke"` by default. */
  readonly prefix?: string;
}

/**
 * Tells every node that shows a scope to look. This node's own sessions hear without the way over
 * the server; a message that is lost costs a device one interval.
 *
 * @example
 * ```ts ignore
 * const pokes = createNatsPokeBus({ connection });
 * const authority = createAuthority({ store, pokes });
 * ```
 */
export function createNatsPokeBus(options: NatsPokeBusOptions): PokeBus {
  const { connection, prefix = "vango_sync_poke" } = options;
  const node = crypto.randomUUID();
  const subjectOf = (scope: string) => `${prefix}.${encodeToken(scope)}`;
  return createSharedPokeBus({
    publish(scope) {
      if (!connection.isClosed()) connection.publish(subjectOf(scope), node);
    },
    listen(scope, onPoke) {
      const subscription = connection.subscribe(subjectOf(scope), {
        callback(error, message) {
          if (!error && message.string() !== node) onPoke();
        },
      });
      return () => subscription.unsubscribe();
    },
  });
}
