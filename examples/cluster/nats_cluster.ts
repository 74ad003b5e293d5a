/**
 * NATS servers with JetStream on this machine's loopback, joined in a cluster.
 *
 * @module
 */

/** One server, running or not. */
export interface NatsServer {
  /** Starts it, with what it had stored. */
  start(): void;
  /** Ends it at once, as a power failure does. */
  kill(): Promise<void>;
}

/** Servers that know each other. */
export interface NatsCluster extends AsyncDisposable {
  /** For `NATS_URL`. */
  readonly url: string;
  readonly servers: readonly NatsServer[];
}

/**
 * Starts a cluster.
 *
 * @param size How many servers.
 * @param directory Where they store; each in a folder of its own.
 */
export function startNatsCluster(size: number, directory: string): NatsCluster {
  const ports = freePorts(2 * size);
  const routes = ports.slice(size).map((port) => `nats-route://127.0.0.1:${port}`);
  const servers = ports.slice(0, size).map((port, i) => {
    const folder = `${directory}/nats_${i + 1}`;
    Deno.mkdirSync(folder, { recursive: true });
    const cluster = `cluster {
  name: vango
  listen: "127.0.0.1:${ports[size + i]}"
  routes: ${JSON.stringify(routes)}
}
`;
    Deno.writeTextFileSync(
      `${folder}/nats.conf`,
      `listen: "127.0.0.1:${port}"
server_name: "nats_${i + 1}"
jetstream { store_dir: "${folder}/js" }
${size > 1 ? cluster : ""}`,
    );
    return new Server(folder);
  });
  for (const server of servers) server.start();
  return {
    url: "nats://" + ports.slice(0, size).map((port) => `127.0.0.1:${port}`).join(),
    servers,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}

class Server implements NatsServer {
  readonly #folder: string;
  #child: Deno.ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(): void {
    this.#child = new Deno.Command("nats-server", {
      args: ["-c", `${this.#folder}/nats.conf`, "-l", `${this.#folder}/log`],
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async kill(): Promise<void> {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child?.status;
    this.#child = undefined;
  }
}

/**
 * Ports that are free now, and stay so for the moment: the system gives ports from 32,768 on to
 * whoever asks for any, so these are below.
 */
export function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      ports.add(port);
    } catch {
      // Taken: another one.
    }
  }
  return [...ports];
}
