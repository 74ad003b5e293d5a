/**
 * A cluster on this machine: three NATS servers, three nodes, and a proxy in front of them.
 *
 *     deno run -A examples/cluster/start.ts
 *
 * A node that dies is started again after two seconds. `PORT` is the proxy's, 8000 by default.
 *
 * @module
 */
import { createNatsSessionStore } from "@vango/vango/nats";
import { freePorts, startNatsCluster } from "./nats_cluster.ts";
import { startProxy } from "./proxy.ts";

const NODES = ["a", "b", "c"];

/** Milliseconds until a node that died is started again. */
const PAUSE = 2000;

const directory = await Deno.makeTempDir({ prefix: "vango-cluster-" });
await using nats = startNatsCluster(3, directory);
console.log(`NATS servers ${nats.url}, stores in ${directory}`);
await elected(nats.url);

const stop = Promise.withResolvers<void>();
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    stopping = true;
    stop.resolve();
  });
}

const ports = freePorts(NODES.length);
const secret = crypto.randomUUID() + crypto.randomUUID();
const nodes = NODES.map((name, i) => keepRunning(name, ports[i]!));
await using proxy = startProxy(ports, Number(Deno.env.get("PORT") ?? 8000));
console.log(`Open http://127.0.0.1:${proxy.port}/`);
await stop.promise;
for (const node of nodes) node.end();
await Promise.all(nodes.map(({ ended }) => ended));
await nats[Symbol.asyncDispose]();
await Deno.remove(directory, { recursive: true });
Deno.exit(0);

/** A bucket of three replicas can be made when the servers have found each other: some seconds. */
async function elected(url: string): Promise<void> {
  const store = createNatsSessionStore({ servers: url, replicas: 3 });
  while (!await store.load("anything").then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await store.close();
}

/** Runs a node, again and again. */
function keepRunning(name: string, port: number): { end(): void; readonly ended: Promise<void> } {
  let child: Deno.ChildProcess | undefined;
  const run = async (): Promise<void> => {
    while (!stopping) {
      child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", new URL("node.tsx", import.meta.url).href],
        env: {
          NODE: name,
          PORT: String(port),
          NATS_URL: nats.url,
          NATS_REPLICAS: "3",
          VANGO_SECRET: secret,
        },
      }).spawn();
      const { code, signal } = await child.status;
      if (stopping) return;
      console.log(`node ${name} has ended (${signal ?? code}), starting it again`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  };
  return {
    ended: run(),
    end(): void {
      try {
        child?.kill("SIGTERM");
      } catch {
        // It is dead already.
      }
    },
  };
}
