/**
 * The socket endpoint: from a handshake to a live session.
 *
 * @module
 */
import { CloseCode, type LiveSession } from "../live/live_session.ts";
import type { Transport } from "../live/transport.ts";
import { Frame } from "../protocol/codes.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { type Hello, parseHello } from "../protocol/hello.ts";
import { MAX_UP_FRAME } from "../protocol/limits.ts";
import { encodeJson } from "../protocol/up.ts";

/** Milliseconds that a player has for its hello. */
const HELLO_DEADLINE = 10_000;

/** Finds or makes the live session that a hello asks for; `undefined` refuses it. */
export type Admit = (hello: Hello) => Promise<LiveSession | undefined>;

/**
 * Takes over an upgraded socket.
 *
 * @param admit Decides about the hello; told once.
 */
export function serveSocket(
  socket: WebSocket,
  admit: Admit,
  report: (error: unknown) => void,
): void {
  const connection = new SocketConnection(socket, admit, report);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (event) => connection.message(event.data);
  // Both may come, `close` even twice: ending is idempotent.
  socket.onclose = () => connection.closed();
  socket.onerror = () => connection.closed();
}

class SocketConnection implements Transport {
  readonly #socket: WebSocket;
  readonly #admit: Admit;
  readonly #report: (error: unknown) => void;
  #live: LiveSession | undefined;
  #greeted = false;
  #closed = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket, admit: Admit, report: (error: unknown) => void) {
    this.#socket = socket;
    this.#admit = admit;
    this.#report = report;
    this.#deadline = setTimeout(() => this.close(CloseCode.PROTOCOL, "no hello"), HELLO_DEADLINE);
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  close(code: number, reason: string): void {
    clearTimeout(this.#deadline);
    if (this.#socket.readyState <= WebSocket.OPEN) {
      try {
        this.#socket.close(code, reason);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#live?.detach(this);
  }

  message(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return this.close(CloseCode.PROTOCOL, "text message");
    if (data.byteLength > MAX_UP_FRAME) return this.close(CloseCode.TOO_LARGE, "limit");
    const bytes = new Uint8Array(data);
    if (this.#live) return this.#live.receive(this, bytes);
    if (this.#greeted || bytes[0] !== Frame.HELLO) {
      return this.close(CloseCode.PROTOCOL, "expected one hello");
    }
    this.#greeted = true;
    clearTimeout(this.#deadline);
    this.#greet(bytes).catch((error) => {
      if (!(error instanceof ProtocolError)) this.#report(error);
      this.#refuse(error instanceof ProtocolError ? error.code : "failed");
    });
  }

  async #greet(bytes: Uint8Array): Promise<void> {
    const hello = parseHello(bytes.subarray(1));
    const live = await this.#admit(hello);
    if (!live) return this.#refuse("reload");
    if (this.#closed) return;
    this.#live = live;
    live.attach(this, hello);
  }

  #refuse(code: string): void {
    this.send(encodeJson(Frame.ERROR, { code: code === "failed" ? code : "reload" }));
    this.close(code === "failed" ? CloseCode.TRY_LATER : CloseCode.REFUSED, code);
  }
}
