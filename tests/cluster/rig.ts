/**
 * A cluster on the loopback: NATS servers, app nodes in processes of their own, a proxy.
 *
 * @module
 */
import { createNatsSessionStore } from "../../src/adapters/nats/mod.ts";
import {
  freePorts,
  type NatsCluster,
  startNatsCluster,
} from "../../examples/cluster/nats_cluster.ts";
import { type Proxy, startProxy } from "../../examples/cluster/proxy.ts";
import { Child } from "../adapters/deno/child.ts";

const NODE = new URL("./node.tsx", import.meta.url).pathname;
const NAMES = ["a", "b", "c"];

/** Three NATS servers, three nodes, one address. */
export class Cluster implements AsyncDisposable {
  readonly nats: NatsCluster;
  readonly nodes: Child[] = [];
  readonly #directory: string;
  readonly #ports = freePorts(NAMES.length);
  #proxy: Proxy | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
    this.nats = startNatsCluster(3, directory);
  }

  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await Deno.makeTempDir());
    try {
      await elected(cluster.nats.url);
      await Promise.all(NAMES.map((_, i) => cluster.startNode(i, 1)));
      cluster.#proxy = startProxy(cluster.#ports);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#proxy!.port}`;
  }

  /** Starts a node and waits until it serves. */
  async startNode(i: number, build: number): Promise<void> {
    const node = this.nodes[i] = new Child(["run", "-A", "--no-check", NODE], {
      NODE: NAMES[i]!,
      PORT: String(this.#ports[i]),
      BUILD: String(build),
      NATS_URL: this.nats.url,
      NATS_REPLICAS: "3",
    });
    await node.says(/listening on/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy?.[Symbol.asyncDispose]();
    for (const node of this.nodes) await node?.[Symbol.asyncDispose]();
    await this.nats[Symbol.asyncDispose]();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Waits until the NATS servers have found each other, and makes the bucket. */
async function elected(url: string): Promise<void> {
  const store = createNatsSessionStore({ servers: url, replicas: 3 });
  const deadline = Date.now() + 60_000;
  while (!await store.load("anything").then(() => true, () => false)) {
    if (Date.now() > deadline) throw new Error("the NATS servers do not find each other");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await store.close();
}
