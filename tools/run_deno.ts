/** How to run Deno for {@linkcode runDeno}. */
export interface RunDenoOptions {
  /** Show the output while it comes; without, it is only returned. */
  show?: boolean;
  env?: Record<string, string>;
  /** Milliseconds after which it is killed; without, it may run for ever. */
  limit?: number;
}

/** What a run of Deno came to. */
export interface DenoRun {
  success: boolean;
  /** Standard output and standard error, in the order of their arrival. */
  output: string;
}

/** Runs the Deno that runs this, which need not be on the PATH. */
export async function runDeno(args: string[], options: RunDenoOptions = {}): Promise<DenoRun> {
  const { show = false, env = {}, limit } = options;
  const colours: Record<string, string> = show && Deno.stdout.isTerminal()
    ? { FORCE_COLOR: "1" }
    : { NO_COLOR: "1" };
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env: { ...colours, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let overdue = false;
  const timer = limit === undefined ? undefined : setTimeout(() => {
    overdue = true;
    child.kill("SIGKILL");
  }, limit);

  let output = "";
  async function collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      if (show) await writeAll(chunk);
    }
  }
  try {
    // The exit counts, not the end of the output: a process that a killed run leaves behind may
    // hold its pipes open.
    const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
    const { success } = await child.status;
    if (overdue) {
      output += `\nKilled: not done after ${(limit ?? 0) / 1000} s.\n`;
      collected.catch(() => {});
    } else {
      await collected;
    }
    return { success: success && !overdue, output };
  } finally {
    clearTimeout(timer);
  }
}

/** One stream for both, so that the last line of a run is the last line of its record. */
async function writeAll(chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length;) {
    from += await Deno.stdout.write(chunk.subarray(from));
  }
}
