/**
 * A `MessagePort` in the shape of a `WebSocket`, for both of its ends: the player in the page and
 * the app in the worker go on as if they were connected over a network.
 *
 * Frames travel as `ArrayBuffer`s, the end of the connection as its close code.
 *
 * @module
 */

/** What both ends use of a socket. */
export class PortSocket {
  binaryType = "arraybuffer";
  readonly bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly port: MessagePort;

  constructor(port: MessagePort) {
    this.port = port;
    port.onmessage = ({ data }) => this.take(data);
  }

  /** What the other end has sent. */
  take(data: unknown): void {
    if (typeof data === "number") this.lost(data);
    else this.onmessage?.({ data });
  }

  send(bytes: Uint8Array): void {
    if (this.readyState === WebSocket.OPEN) this.port.postMessage(bytes.slice().buffer);
  }

  /** Ends it from this side; the other is told. */
  close(code = 1000): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.port.postMessage(code);
    this.port.close();
  }

  /** It ended on the other side. */
  lost(code: number): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.port.close();
    this.onclose?.({ code });
  }
}
