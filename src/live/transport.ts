/**
 * The port to whatever carries frames: a WebSocket, a worker's port, a test.
 *
 * @module
 */

/** One connection to a player, as the live session sees it. */
export interface Transport {
  /** Sends one message; never blocks. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Ends the connection; safe to call twice. */
  close(code: number, reason: string): void;
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedAmount: number;
}
