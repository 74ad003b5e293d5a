/**
 * The app of these tests in a process of its own.
 *
 * @module
 */
import { deadline } from "@std/async";

/** A running child, killed when it is disposed. */
export class Child implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  /** What it has written so far. */
  output = "";
  readonly #ended: Promise<unknown>;
  #over = false;
  #wake: (() => void)[] = [];

  /** @param limit Descriptors that it may open; the system's usual number by default. */
  constructor(args: readonly string[], env: Record<string, string> = {}, limit?: number) {
    const command = [Deno.execPath(), ...args];
    const [program, ...rest] = limit === undefined
      ? command
      : ["/bin/sh", "-c", `ulimit -n ${limit}; exec "$0" "$@"`, ...command];
    this.process = new Deno.Command(program!, {
      args: rest,
      env: { VANGO_SECRET: "a secret of at least 32 characters", NO_COLOR: "1", ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#ended = Promise.all([this.#read(this.process.stdout), this.#read(this.process.stderr)])
      .then(() => this.#over = true);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.output += text;
      for (const wake of this.#wake.splice(0)) wake();
    }
  }

  /**
   * Waits until it has written what `pattern` finds.
   *
   * @throws {Error} When it ends before, with what it has said.
   */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      if (this.#over) throw new Error(`the child ended before it said ${pattern}:\n${this.output}`);
      const more = new Promise<void>((resolve) => this.#wake.push(resolve));
      await deadline(Promise.race([more, this.#ended]), 20_000);
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    this.process.kill(signal);
    return await deadline(this.process.status, 20_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.process.status;
    await this.#ended;
  }
}

export const APP = new URL("./app.tsx", import.meta.url).pathname;
export const MAIN = new URL("./main.ts", import.meta.url).pathname;
