/**
 * A page of a server under test: asked for over HTTP, connected over a real WebSocket, frame by
 * frame.
 *
 * @module
 */
import { PlayerPage } from "../../src/player/page.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown, type DownFrame, inflate } from "../../src/protocol/down.ts";
import { type PatchFrame, readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { encodeEvent, encodeJson } from "../../src/protocol/up.ts";
import { readShell } from "../../src/testing/shell.ts";
import { Inbox } from "./inbox.ts";
import { must, within } from "./suite.ts";

/** What the cases about servers work with. */
export interface ServerSubject {
  /** A live page. */
  readonly url: URL;
  /** Whether handlers of the page may be called: they may do anything. */
  readonly act: boolean;
}

/** A frame as it came. */
export interface Received {
  readonly frame: DownFrame;
  /** The frame itself, inflated. */
  readonly bytes: Uint8Array;
  readonly deflated: boolean;
}

/** One socket. */
export class Connection {
  readonly frames: Inbox<Received> = new Inbox("a frame from the server");
  /** Code of the end. */
  readonly closed: Promise<number>;
  /** Whether it was ever open. */
  readonly opened: Promise<boolean>;
  readonly #socket: WebSocket;
  #queue: Promise<void> = Promise.resolve();

  constructor(url: URL, headers: Record<string, string>) {
    const address = new URL("/_vango/live", url).href.replace(/^http/, "ws");
    const socket = this.#socket = new WebSocket(address, { headers } as unknown as string[]);
    socket.binaryType = "arraybuffer";
    const opened = Promise.withResolvers<boolean>();
    const closed = Promise.withResolvers<number>();
    this.opened = opened.promise;
    this.closed = closed.promise;
    socket.onopen = () => opened.resolve(true);
    socket.onerror = () => opened.resolve(false);
    socket.onclose = ({ code }) => {
      opened.resolve(false);
      closed.resolve(code);
    };
    socket.onmessage = ({ data }) => {
      this.#queue = this.#queue.then(() => this.#take(new Uint8Array(data)));
    };
  }

  async #take(bytes: Uint8Array): Promise<void> {
    const deflated = bytes[0] === Frame.DEFLATED;
    const whole = deflated ? await inflate(bytes.subarray(1)) : bytes;
    this.frames.push({ frame: decodeDown(whole), bytes: whole, deflated });
  }

  send(frame: Uint8Array<ArrayBuffer> | string): void {
    this.#socket.send(frame);
  }

  /** The next frame of a type. */
  async next<T extends DownFrame["frame"]>(
    type: T,
    most?: number,
  ): Promise<Received & { readonly frame: Extract<DownFrame, { frame: T }> }> {
    return await this.frames.next(({ frame }) => frame.frame === type, most) as never;
  }

  /** Resolves when the server has closed with a code of these. */
  async endsWith(...codes: number[]): Promise<void> {
    const code = await within(10_000, this.closed, "the server's end of the connection");
    must(codes.includes(code), `the server closed with ${code}, not ${codes.join(" or ")}`);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

/** A page that was asked for. */
export class Tab implements AsyncDisposable {
  readonly subject: ServerSubject;
  readonly response: Response;
  readonly html: string;
  readonly cookie: string;
  readonly page: PlayerPage;
  words: WireVocabulary = new WireVocabulary();
  /** Last PATCH applied. */
  applied = 0;
  /** Last event used. */
  event = 0;
  readonly #connections: Connection[] = [];

  constructor(subject: ServerSubject, response: Response, html: string, cookie: string) {
    this.subject = subject;
    this.response = response;
    this.html = html;
    this.cookie = cookie;
    this.page = new PlayerPage(html);
  }

  /** Asks for the page, as a new visitor. */
  static async load(subject: ServerSubject): Promise<Tab> {
    const response = await fetch(subject.url, { headers: { accept: "text/html" } });
    const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]);
    const html = await readShell(subject.url, response, () => {});
    return new Tab(subject, response, html, cookies.join("; "));
  }

  get origin(): string {
    return this.subject.url.origin;
  }

  /** Opens a socket and says nothing. */
  async dial(headers: Record<string, string> = {}): Promise<Connection> {
    const all = { origin: this.origin, ...this.cookie && { cookie: this.cookie }, ...headers };
    const connection = new Connection(this.subject.url, all);
    this.#connections.push(connection);
    must(await connection.opened, "the server refused the handshake");
    return connection;
  }

  /** The handshake's JSON. */
  hello(more: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      v: 1,
      token: this.page.token,
      platform: "web",
      version: "conformance",
      capabilities: {},
      screen: { width: 1280, height: 800 },
      seq: this.applied,
      event: this.event,
      places: this.page.regions.counts(),
      deflate: false,
      ...more,
    };
  }

  /** Opens a socket and says HELLO; resolves when it is sent. */
  async greet(more: Record<string, unknown> = {}): Promise<Connection> {
    const connection = await this.dial();
    connection.send(encodeJson(Frame.HELLO, this.hello(more)));
    return connection;
  }

  /** Opens a socket, says HELLO and waits for WELCOME. */
  async connect(more: Record<string, unknown> = {}): Promise<Connection> {
    const connection = await this.greet(more);
    await connection.next(Frame.WELCOME);
    return connection;
  }

  /** An event that no page has a handler for: it is answered, and does nothing. */
  nothing(seq: number = ++this.event, ack: number = this.applied): Uint8Array<ArrayBuffer> {
    const type = "conformance:none";
    return encodeEvent({ seq, ack, region: 0, place: 1, type, payload: undefined });
  }

  /**
   * Applies PATCHes until `isLast` holds for one.
   *
   * @param most Milliseconds that each may take to come.
   */
  async patches(
    connection: Connection,
    isLast: (patch: PatchFrame, bytes: Uint8Array) => boolean,
    most?: number,
  ): Promise<PatchFrame> {
    for (;;) {
      const { bytes } = await connection.next(Frame.PATCH, most);
      const patch = readPatch(bytes, this.words);
      if (patch.seq > this.applied) {
        must(
          patch.seq === this.applied + 1,
          `PATCH ${patch.seq} came behind PATCH ${this.applied}`,
        );
        this.page.applyOps(patch.ops);
        this.applied = patch.seq;
      }
      if (isLast(patch, bytes)) return patch;
    }
  }

  /** Resolves when so many more events were run. */
  async acknowledged(connection: Connection, events: number): Promise<void> {
    let left = events;
    await this.patches(connection, ({ acks }) => (left -= acks) <= 0);
    must(left === 0, `${-left} more events were acknowledged than were sent`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}
