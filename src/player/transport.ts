/**
 * The port to whatever carries a player's frames: a WebSocket, a worker's port, a test.
 *
 * @module
 */

/** What a connection tells the player. Nothing is told after `close`. */
export interface TransportListener {
  /** Frames can be sent. */
  open(): void;
  /** A whole message has come. */
  message(frame: Uint8Array): void;
  /** The connection is gone, or never came about. @param code As a WebSocket's close code. */
  close(code: number): void;
}

/** One connection to a server. */
export interface PlayerTransport {
  /** Sends one message; never blocks. Ignored once closed. */
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** Ends the connection; safe to call twice. The listener is told nothing any more. */
  close(code?: number, reason?: string): void;
}

/** Begins a connection. It must not tell the listener anything before it has returned. */
export type OpenTransport = (listener: TransportListener) => PlayerTransport;

/** The part of a `WebSocket` that is needed. */
export interface SocketLike {
  /** Is set to `arraybuffer`. */
  binaryType: string;
  /** Called when it is open. */
  onopen: (() => void) | null;
  /** Called for each message. */
  onmessage: ((event: { data: unknown }) => void) | null;
  /** Called when it is over. */
  onclose: ((event: { code: number }) => void) | null;
  /** Called before `onclose` when it fails. */
  onerror: ((event: unknown) => void) | null;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Sends a binary message. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Ends it. */
  close(code?: number, reason?: string): void;
}

/**
 * A transport over WebSockets.
 *
 * @param open Makes a new socket for each connection.
 *
 * @example
 * ```ts
 * import { webSocketTransport } from "./transport.ts";
 * const open = webSocketTransport(() => new WebSocket("ws://127.0.0.1:1/_vango/live"));
 * console.assert(typeof open === "function");
 * ```
 */
export function webSocketTransport(open: () => WebSocket | SocketLike): OpenTransport {
  return (listener) => {
    const socket = open() as SocketLike;
    let over = false;
    const end = (code: number): void => {
      if (over) return;
      over = true;
      listener.close(code);
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => listener.open();
    socket.onmessage = ({ data }) => {
      if (!over && data instanceof ArrayBuffer) listener.message(new Uint8Array(data));
    };
    socket.onerror = () => {};
    socket.onclose = ({ code }) => end(code);
    return {
      send(frame) {
        if (!over && socket.readyState === 1) socket.send(frame);
      },
      close(code = 1000, reason = "") {
        if (over) return;
        over = true;
        // Only these may be given by a browser.
        socket.close(code === 1000 || code >= 3000 ? code : 3000 + code % 1000, reason);
      },
    };
  };
}
