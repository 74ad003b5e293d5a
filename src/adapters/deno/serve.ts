/**
 * Serving an app on Deno.
 *
 * @module
 */
import type { AnyHono } from "../../server/options.ts";
import { vangoOf } from "../../server/vango.ts";

/** Settings of {@linkcode serve}. */
export interface ServeOptions {
  /** Default: 8000, or the environment's `PORT`. */
  readonly port?: number;
  /** Default: `0.0.0.0`. */
  readonly hostname?: string;
  /**
   * Milliseconds that draining may take. After SIGTERM or SIGINT the process ends with 0 by then,
   * whatever requests are still open and whatever timers the app has left. Default: 4,500.
   */
  readonly grace?: number;
  /** Ends the server when it is aborted. */
  readonly signal?: AbortSignal;
  /** Told where the server listens. Default: writes it to the console. */
  readonly onListen?: (address: { readonly hostname: string; readonly port: number }) => void;
  /** Install handlers of SIGTERM and SIGINT. Default: true. */
  readonly signals?: boolean;
}

/** A server that could not be started. */
export class ServeError extends Error {
  /** Name of the class. */
  override name = "ServeError";
  /** `port`: the port is no number, is taken, or may not be used. */
  readonly code = "port";
}

/** A running server. */
export interface RunningServer {
  /** Where it listens, also when 0 was asked for. */
  readonly port: number;
  /** Resolves when the server has drained and stopped. */
  readonly finished: Promise<void>;
  /** Drains: sockets are told to go (1001, spread out), sessions are saved, requests finish. */
  shutdown(): Promise<void>;
  /** As {@linkcode RunningServer.shutdown}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds to wait before listening again, so that descriptors can be freed. */
const RECOVERY_PAUSE = 100;

/**
 * Serves an app until SIGTERM, SIGINT or the signal.
 *
 * Plain `deno serve` runs the app, too; this one in addition survives running out of file
 * descriptors (Deno's server ends with an error then: it is started again on the same port, open
 * sockets live on) and drains on SIGTERM.
 *
 * @throws {ServeError} when it cannot listen on its port
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { serve } from "@vango/vango/deno";
 *
 * const app = new Hono().get("/", (c) => c.text("hello"));
 * await using server = serve(app, { port: 0, hostname: "127.0.0.1", onListen: () => {} });
 * const response = await fetch(`http://127.0.0.1:${server.port}/`);
 * console.assert(await response.text() === "hello");
 * ```
 */
export function serve(app: AnyHono, options: ServeOptions = {}): RunningServer {
  return new Server(app, options);
}

class Server implements RunningServer {
  readonly finished: Promise<void>;
  readonly #app: AnyHono;
  readonly #options: ServeOptions;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #stopping: Promise<void> | undefined;
  #port: number;
  /** Resolves when draining is over, whether all has ended or not. */
  readonly #stopped: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #onAbort = (): void => void this.shutdown();
  readonly #onSignal = (): void => {
    const deadline = Date.now() + this.#grace;
    void this.shutdown().then(() => {
      // Whoever waits for `finished` has its turn; a process with nothing left to do ends earlier.
      Deno.unrefTimer(setTimeout(() => Deno.exit(0), Math.max(100, deadline - Date.now())));
    });
  };

  constructor(app: AnyHono, options: ServeOptions) {
    this.#app = app;
    this.#options = options;
    this.#port = options.port ?? portOf(Deno.env.get("PORT") || "8000");
    this.#server = this.#listenFirst();
    this.#port = this.#server.addr.port;
    this.finished = Promise.race([this.#run(), this.#stopped.promise]);
    if (options.signals !== false) {
      Deno.addSignalListener("SIGINT", this.#onSignal);
      if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", this.#onSignal);
    }
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (options.signal?.aborted) this.#onAbort();
  }

  get port(): number {
    return this.#port;
  }

  get #grace(): number {
    return this.#options.grace ?? 4500;
  }

  shutdown(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
    await this.finished;
  }

  #listenFirst(): Deno.HttpServer<Deno.NetAddr> {
    try {
      return this.#listen(true);
    } catch (cause) {
      const why = cause instanceof Deno.errors.AddrInUse
        ? "another program listens there; end it"
        : cause instanceof Deno.errors.PermissionDenied
        ? "ports below 1024 are for the superuser alone"
        : undefined;
      if (why === undefined) throw cause;
      throw new ServeError(
        `cannot serve on port ${this.#port}: ${why}, or choose another port, by the option or by ` +
          `the environment's PORT`,
        { cause },
      );
    }
  }

  #listen(first: boolean): Deno.HttpServer<Deno.NetAddr> {
    const { hostname = "0.0.0.0", onListen = announce } = this.#options;
    return Deno.serve({
      port: this.#port,
      hostname,
      onListen: first ? onListen : () => {},
    }, (request, info) => this.#app.fetch(request, info));
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#server.finished;
        break;
      } catch (error) {
        if (this.#stopping) break;
        console.error("vango: the server stopped accepting connections, starting it again:", error);
        await this.#restart();
      }
    }
    await this.#stopping;
  }

  async #restart(): Promise<void> {
    while (!this.#stopping) {
      await new Promise((resolve) => setTimeout(resolve, RECOVERY_PAUSE));
      try {
        this.#server = this.#listen(false);
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse) && !isOutOfDescriptors(error)) throw error;
      }
    }
  }

  async #drain(grace: number): Promise<void> {
    try {
      await vangoOf(this.#app)?.shutdown({ spread: grace * 0.4 });
    } catch (error) {
      console.error("vango: could not drain:", error);
    }
  }

  async #stop(): Promise<void> {
    const grace = this.#grace;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#options.signals !== false) {
      Deno.removeSignalListener("SIGINT", this.#onSignal);
      if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", this.#onSignal);
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, grace));
    await Promise.race([this.#drain(grace), late]);
    // Deno's own way to stop ends every socket at once: it comes when they have gone one by one.
    const stopped = this.#server.shutdown().catch((error) =>
      console.error("vango: could not stop:", error)
    );
    await Promise.race([stopped, late]);
    clearTimeout(timer);
    this.#stopped.resolve();
  }
}

/** The port that the environment names. */
function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new ServeError(
    `cannot serve: the environment's PORT is ${JSON.stringify(text)}; set it to a number from 1 ` +
      `to 65535, or to nothing at all for 8000`,
  );
}

function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && /EMFILE|ENFILE|os error 2[34]/.test(error.message);
}

function announce({ hostname, port }: { hostname: string; port: number }): void {
  const host = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname;
  console.log(`Listening on http://${host}:${port}/`);
}
