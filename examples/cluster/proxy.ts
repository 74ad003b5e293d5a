/**
 * A proxy that gives each connection to the next node that takes it: no node is preferred, and none
 * is remembered. It knows TCP alone; HTTP and WebSockets pass through.
 *
 * @module
 */

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts a proxy on the loopback.
 *
 * @param targets Ports of the nodes, alive or not.
 * @param port Where it listens. Default: a free port.
 */
export function startProxy(targets: readonly number[], port = 0): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const open: Set<Deno.Conn> = new Set();
  let turn = 0;

  async function reach(): Promise<Deno.Conn | undefined> {
    for (let tries = 0; tries < targets.length; tries++) {
      const target = targets[turn++ % targets.length]!;
      try {
        return await Deno.connect({ hostname: "127.0.0.1", port: target });
      } catch {
        // It is down: the next one.
      }
    }
    return undefined;
  }

  async function serve(client: Deno.Conn): Promise<void> {
    const node = await reach();
    if (!node) return close(client);
    open.add(client).add(node);
    await Promise.all([pass(client, node), pass(node, client)]);
    close(client);
    close(node);
  }

  async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    try {
      await from.readable.pipeTo(to.writable);
    } catch {
      // One of them is gone: the other one goes, too.
      close(from);
      close(to);
    }
  }

  function close(connection: Deno.Conn): void {
    open.delete(connection);
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  }

  const accepting = (async () => {
    for await (const client of listener) void serve(client);
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of [...open]) close(connection);
      await accepting;
    },
  };
}
