/**
 * WebSockets over plain TCP: as little work as possible, so that the load generator is not what is
 * measured.
 *
 * @module
 */

/** A client's WebSocket. Messages must be shorter than 64 KB. */
export class RawSocket {
  readonly #connection: Deno.TcpConn;
  #buffer = new Uint8Array(128 * 1024);
  #from = 0;
  #to = 0;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Connects and shakes hands.
   *
   * @throws {Error} when the server refuses.
   */
  static async open(
    port: number,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawSocket> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay();
    const socket = new RawSocket(connection);
    const all = {
      host: `127.0.0.1:${port}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": btoa("0123456789abcdef"),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
    await socket.#write(new TextEncoder().encode(request));
    await socket.#handshake();
    return socket;
  }

  /** Sends one binary message. */
  send(payload: Uint8Array): Promise<void> {
    return this.#write(maskedFrame(payload));
  }

  /**
   * The next message.
   *
   * @returns Its bytes, which stand only until the next call.
   * @throws {Error} when the server closes.
   */
  async receive(): Promise<Uint8Array> {
    for (;;) {
      const available = this.#to - this.#from;
      if (available >= 2) {
        const buffer = this.#buffer;
        let start = this.#from + 2;
        let length = buffer[this.#from + 1]!;
        if (length === 126 && available >= 4) {
          length = buffer[start]! * 256 + buffer[start + 1]!;
          start += 2;
        }
        if (length === 127) throw new Error("the message is longer than this client takes");
        if (start + length <= this.#to && !(length === 126 && available < 4)) {
          this.#from = start + length;
          const first = buffer[start - (length > 125 ? 4 : 2)]!;
          if (first === 0x88) throw new Error(`the server closed: ${closeText(buffer, start)}`);
          return buffer.subarray(start, start + length);
        }
      }
      await this.#read();
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #handshake(): Promise<void> {
    for (;;) {
      await this.#read();
      const text = new TextDecoder("latin1").decode(this.#buffer.subarray(this.#from, this.#to));
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      if (!text.startsWith("HTTP/1.1 101")) throw new Error(`refused: ${text.slice(0, 200)}`);
      this.#from += end + 4;
      return;
    }
  }

  async #read(): Promise<void> {
    if (this.#from === this.#to) this.#from = this.#to = 0;
    else if (this.#to === this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#to));
    if (count === null) throw new Error("the server closed the connection");
    this.#to += count;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      from += await this.#connection.write(bytes.subarray(from));
    }
  }
}

/** A binary message from a client: masked, as it must be, by zeros. */
export function maskedFrame(payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126 ? [0x82, 0x80 | length] : [0x82, 0xfe, length >> 8, length & 255];
  const frame = new Uint8Array(head.length + 4 + length);
  frame.set(head);
  frame.set(payload, head.length + 4);
  return frame;
}

function closeText(buffer: Uint8Array, start: number): string {
  return String(buffer[start]! * 256 + buffer[start + 1]!);
}
