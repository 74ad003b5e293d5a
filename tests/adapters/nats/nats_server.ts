/** A real nats-server with JetStream, on a free port of the loopback, for one test. */

/** A running server, or the place where one ran. */
export interface TestNatsServer extends AsyncDisposable {
  readonly url: string;
  /** Ends it at once, as a power failure does. */
  kill(): Promise<void>;
  /** Starts it again, with what it had stored. */
  start(): Promise<void>;
  /** Makes it stand still, connections and all, and go on. */
  freeze(): Promise<void>;
  thaw(): void;
}

export interface TestNatsOptions {
  /** More of the server's configuration file. */
  readonly config?: string;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function answers(port: number): Promise<boolean> {
  try {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.close();
    return true;
  } catch {
    return false;
  }
}

function isStopped(pid: number): boolean {
  const tasks = [...Deno.readDirSync(`/proc/${pid}/task`)];
  return tasks.every(({ name }) =>
    / T /.test(Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`))
  );
}

export async function startNatsServer(options: TestNatsOptions = {}): Promise<TestNatsServer> {
  const directory = await Deno.makeTempDir();
  const port = freePort();
  const configuration = `${directory}/nats.conf`;
  await Deno.writeTextFile(
    configuration,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${directory}/js" }\n` +
      (options.config ?? ""),
  );
  let child: Deno.ChildProcess | undefined;

  const server: TestNatsServer = {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      child = new Deno.Command("nats-server", {
        args: ["-c", configuration, "-l", `${directory}/log`],
        stdout: "null",
        stderr: "null",
      }).spawn();
      const deadline = Date.now() + 10_000;
      while (!await answers(port)) {
        if (Date.now() > deadline) throw new Error("nats-server does not answer");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async kill() {
      child?.kill("SIGKILL");
      await child?.status;
      child = undefined;
    },
    async freeze() {
      if (!child) return;
      child.kill("SIGSTOP");
      // The signal is on its way to each of its threads: the last may still answer.
      while (!isStopped(child.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    thaw: () => child?.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await server.kill();
      await Deno.remove(directory, { recursive: true });
    },
  };
  await server.start();
  return server;
}
