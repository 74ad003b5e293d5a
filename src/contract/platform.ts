/**
 * What is not web-standard: upgrading to a WebSocket, the peer's address, the environment.
 *
 * @module
 */

/** An upgraded connection and the response that says so. */
export interface UpgradedSocket {
  /** The connection, about to open. */
  readonly socket: WebSocket;
  /** What the request must be answered with. */
  readonly response: Response;
}

/** The port to the runtime; adapters such as `deno()` implement it. */
export interface Platform {
  /** Its name, for messages. */
  readonly name: string;
  /** Whether mistakes are to be explained in the page: on a developer's machine. */
  readonly development: boolean;
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** Upgrades a request to a WebSocket. */
  upgrade(request: Request): UpgradedSocket;
  /** The address of the peer, from what the server passed as Hono's `env`. */
  remoteAddress(env: unknown): string | undefined;
  /** A secret that stays the same over restarts, for development. */
  developmentSecret?(): Promise<string>;
}
