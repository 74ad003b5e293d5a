/**
 * The socket endpoint: from a handshake to a live session.
 *
 * @module
 */
import { CloseCode } from "../live/live_port.ts";
import type { LiveSession } from "../live/live_session.ts";
import type { Transport } from "../live/transport.ts";
import { Frame } from "../protocol/codes.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { type Hello, parseHello } from "../protocol/hello.ts";
import { MAX_UP_FRAME } from "../protocol/limits.ts";
import { encodeJson } from "../protocol/up.ts";

/** Milliseconds that a player has for its hello. */
const HELLO_DEADLINE = 10_000;

/**
 * Finds or makes the live session that a hello asks for; `"reload"` when the page must be loaded
 * again, `"later"` when the player is to come back, to whoever listens then.
 */
export type Admit = (hello: Hello) => Promise<LiveSession | "reload" | "later">;

/** What sockets ask of the server around them: one for all. */
export interface SocketPort {
  /** Takes errors that are no player's fault. */
  report(error: unknown): void;
  /** Counts a connection that did not begin with a good hello. */
  refused(): void;
}

/**
 * Takes over an upgraded socket.
 *
 * @param admit Decides about the hello. Asked once and let go of then: it holds on to the request.
 */
export function serveSocket(socket: WebSocket, port: SocketPort, admit: Admit): void {
  const connection = new SocketConnection(socket, port, admit);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (event) => connection.message(event.data);
  // It follows an error, too, and may come twice: ending is idempotent.
  socket.onclose = () => connection.closed();
}

class SocketConnection implements Transport {
  readonly #socket: WebSocket;
  readonly #port: SocketPort;
  /** Until there was a hello. */
  #admit: Admit | undefined;
  #live: LiveSession | undefined;
  #closed = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket, port: SocketPort, admit: Admit) {
    this.#socket = socket;
    this.#port = port;
    this.#admit = admit;
    this.#deadline = setTimeout(() => this.#broken("no hello"), HELLO_DEADLINE);
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState <= WebSocket.OPEN) {
      try {
        this.#socket.close(code, reason);
      } catch (error) {
        this.#port.report(error);
      }
    }
    // The peer may never answer; for us it is over now.
    this.closed();
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#live?.detach(this);
  }

  message(data: unknown): void {
    if (this.#closed) return;
    if (!(data instanceof ArrayBuffer)) return this.#broken("text message");
    if (data.byteLength > MAX_UP_FRAME) return this.#broken("limit", CloseCode.TOO_LARGE);
    const bytes = new Uint8Array(data);
    if (this.#live) return this.#live.receive(this, bytes);
    const admit = this.#admit;
    if (!admit || bytes[0] !== Frame.HELLO) return this.#broken("expected one hello");
    this.#admit = undefined;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#greet(bytes, admit).catch((error) => {
      if (!(error instanceof ProtocolError)) {
        this.#port.report(error);
        return this.#refuse("later");
      }
      if (error.code === "limit") return this.#broken("limit", CloseCode.TOO_LARGE);
      if (error.code !== "handshake") return this.#broken(error.code);
      this.#port.refused();
      this.#refuse("reload");
    });
  }

  async #greet(bytes: Uint8Array, admit: Admit): Promise<void> {
    const hello = parseHello(bytes.subarray(1));
    const live = await admit(hello);
    if (live === "reload" || live === "later") return this.#refuse(live);
    if (this.#closed) return;
    this.#live = live;
    live.attach(this, hello);
  }

  #broken(reason: string, code: number = CloseCode.PROTOCOL): void {
    this.#port.refused();
    this.close(code, reason);
  }

  #refuse(how: "reload" | "later"): void {
    if (how === "reload") this.send(encodeJson(Frame.ERROR, { code: "reload" }));
    this.close(how === "later" ? CloseCode.TRY_LATER : CloseCode.REFUSED, how);
  }
}
