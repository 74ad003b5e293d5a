/**
 * A player that is a command: driven by lines of JSON on its standard input and output
 * (`docs/protocol.md` §10).
 *
 * @module
 */
import { TextLineStream } from "./text_lines.ts";
import { Skip, within } from "./suite.ts";

/** Milliseconds that the player may take for one instruction. */
const PATIENCE = 10_000;

type Answer = Record<string, unknown> & { readonly id?: number };

/** A running player. */
export class PlayerDriver implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #pending: Map<number, (answer: Answer) => void> = new Map();
  readonly #reading: Promise<void>;
  #last = 0;
  #ended = false;

  /** @param command The program and its arguments. */
  constructor(command: readonly string[]) {
    const [program, ...args] = command;
    this.#process = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    const lines = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) {
      if (line.trim() === "") continue;
      const answer = JSON.parse(line) as Answer;
      const take = this.#pending.get(answer.id ?? -1);
      this.#pending.delete(answer.id ?? -1);
      take?.(answer);
    }
    this.#ended = true;
    for (const take of this.#pending.values()) take({ error: "the player has ended" });
  }

  /**
   * Gives an instruction.
   *
   * @throws {Skip} when the player says that it is `unsupported`.
   */
  async tell(instruction: string, fields: Record<string, unknown> = {}): Promise<Answer> {
    if (this.#ended) throw new Error("the player has ended");
    const id = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#pending.set(id, resolve));
    const line = JSON.stringify({ id, do: instruction, ...fields }) + "\n";
    await this.#input.write(new TextEncoder().encode(line));
    const answer = await within(PATIENCE, answered, `the player's answer to "${instruction}"`);
    if (answer.error === "unsupported") throw new Skip(`the player has no "${instruction}"`);
    if (answer.error !== undefined) throw new Error(`"${instruction}" failed: ${answer.error}`);
    return answer;
  }

  /** Ends the player: its input ends, and it has to follow. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    const giveUp = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
    await this.#process.status;
    clearTimeout(giveUp);
    await this.#reading.catch(() => {});
  }
}
