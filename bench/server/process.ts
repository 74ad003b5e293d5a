/**
 * Server processes: what they say, and what Linux says of them.
 *
 * @module
 */

/** Tells whoever started this process where it listens. */
export function announce({ port }: { port: number }): void {
  console.log(JSON.stringify({ port }));
}

/** Collects all garbage, so that what is left is what is kept. Needs `--expose-gc`. */
export function collected(): Response {
  const { gc } = globalThis as { gc?: (options: Record<string, string>) => void };
  // The last resort also gives empty pages back to the system.
  for (let i = 0; i < 3; i++) gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  return Response.json({ heap: Deno.memoryUsage().heapUsed });
}

/** A server in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.pid = child.pid;
    this.port = port;
  }

  /**
   * Starts one of this folder's apps.
   *
   * @throws {Error} when it ends before it listens.
   */
  static async start(app: string): Promise<ServerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--no-lock",
        "--no-check",
        "--v8-flags=--expose-gc",
        new URL(app, import.meta.url).href,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value, done } = await reader.read();
    if (done) throw new Error(`${app} ended before it listened`);
    // What it says from now on is of no interest, but the pipe must not fill up.
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return new ServerProcess(child, JSON.parse(value).port);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Milliseconds of processor time so far, in the process and for it in the kernel. */
  cpuTime(): number {
    return cpuTimeOf(this.pid);
  }

  /** Bytes of memory in use after a garbage collection. */
  async memory(): Promise<number> {
    await (await fetch(`${this.origin}/collected`)).json();
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** Ticks of processor time that Linux counts in a second. */
const TICKS = 100;

/** Milliseconds of processor time of a process. */
export function cpuTimeOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The second field is the name in parentheses, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS;
}
