/**
 * A player over the network: it reads a page while it comes, and connects when the test says so.
 *
 * @module
 */
import { assert } from "@std/assert";
import { deadline } from "@std/async";
import { PlayerPage } from "../../src/player/page.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown, type WelcomeFrame } from "../../src/protocol/down.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { encodeEvent, encodeJson } from "../../src/protocol/up.ts";

/** Milliseconds after which a test gives up on what should come at once. */
const PATIENCE = 10_000;

/** One page of one visitor. */
export class Visitor implements AsyncDisposable {
  readonly response: Response;
  /** What has come of the page so far. */
  html = "";
  page: PlayerPage | undefined;
  welcome: WelcomeFrame | undefined;
  readonly #origin: string;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #ended = false;
  #socket: WebSocket | undefined;
  #applied = 0;
  #event = 0;
  #changed: (() => void)[] = [];

  private constructor(origin: string, response: Response) {
    this.#origin = origin;
    this.response = response;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Asks for a page; its body is not read yet. */
  static async open(origin: string, path: string, init: RequestInit = {}): Promise<Visitor> {
    return new Visitor(origin, await deadline(fetch(origin + path, init), PATIENCE));
  }

  /** Reads on until the page so far has `part`. */
  async until(part: string): Promise<void> {
    while (!this.html.includes(part)) {
      assert(await this.#read(), `the page ended without ${part}: ${this.html.slice(-500)}`);
    }
  }

  /** Reads to the end. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.html;
  }

  async #read(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await deadline(this.#reader.read(), PATIENCE);
    if (done) this.#ended = true;
    else this.html += value;
    return !done;
  }

  /** Goes away before the page has come. */
  async leave(): Promise<void> {
    this.#ended = true;
    await this.#reader.cancel();
  }

  get cookie(): string {
    return this.response.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");
  }

  /** Parses what has come so far and connects. */
  async connect(): Promise<void> {
    const page = this.page = new PlayerPage(this.html);
    const socket = this.#socket = new WebSocket(
      this.#origin.replace("http", "ws") + "/_vango/live",
      { headers: { cookie: this.cookie, origin: this.#origin } } as unknown as string[],
    );
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#take(new Uint8Array(data));
    await deadline(new Promise((resolve) => socket.onopen = resolve), PATIENCE);
    const hello = { v: 1, token: page.token, places: page.regions.counts() };
    socket.send(encodeJson(Frame.HELLO, hello));
    await this.waitFor(() => this.welcome !== undefined);
  }

  #take(bytes: Uint8Array): void {
    if (bytes[0] === Frame.PATCH) {
      const patch = readPatch(bytes, this.page!.words);
      this.page!.applyOps(patch.ops);
      this.#applied = patch.seq;
    } else {
      const frame = decodeDown(bytes);
      if (frame.frame === Frame.WELCOME) {
        this.welcome = frame;
        this.page!.words = new WireVocabulary();
      }
    }
    for (const wake of this.#changed.splice(0)) wake();
  }

  /** Waits until `done`, looking whenever a frame has come. */
  async waitFor(done: () => boolean): Promise<void> {
    while (!done()) {
      await deadline(new Promise<void>((resolve) => this.#changed.push(resolve)), PATIENCE);
    }
  }

  /** Clicks the element with this id. */
  click(id: string): void {
    const element = [...this.page!.body.descendants()].find((at) => at.get("id") === id);
    assert(element, `there is no #${id}`);
    const { region, place } = element;
    const event = { region, place, type: "click", payload: undefined };
    this.#socket!.send(encodeEvent({ ...event, seq: ++this.#event, ack: this.#applied }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.leave();
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => {
      socket.onclose = resolve;
      socket.close();
    });
  }
}

/** Waits until `done`, looking again in each turn of the event loop. */
export async function eventually(done: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!done()) {
    assert(Date.now() < end, "what should happen has not happened");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
