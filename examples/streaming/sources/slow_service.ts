/**
 * Other people's services, as they are: a slow one, a failing one, one that never answers. They
 * listen on a port of their own, and the page asks them by HTTP.
 *
 * @module
 */

/** An exchange rate. */
export interface Rate {
  readonly currency: string;
  readonly rate: number;
}

/** A warehouse and what it has in stock. */
export interface Warehouse {
  readonly name: string;
  readonly stock: number;
}

const RATES: Readonly<Record<string, number>> = {
  USD: 1.0842,
  GBP: 0.8431,
  JPY: 169.3,
  CHF: 0.9512,
};

/** The names of the warehouses, each of which is asked on its own. */
export const WAREHOUSES: readonly string[] = ["Aarhus", "Bologna", "Kumasi", "Sendai"];

/** The services, and how to ask them. */
export class SlowService {
  /** Milliseconds that an answer takes, about. */
  latency = 900;
  /** Requests that were given up by those who asked. */
  abandoned = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #origin: string;
  readonly #closing: PromiseWithResolvers<void> = Promise.withResolvers();
  #turn = 0;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(new URL(request.url)),
    );
    this.#origin = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  rates(signal: AbortSignal): Promise<Rate[]> {
    return this.#ask("/rates", signal);
  }

  warehouse(name: string, signal: AbortSignal): Promise<Warehouse> {
    return this.#ask(`/warehouses/${name}`, signal);
  }

  /** Fails the first time and every other time after that. */
  reviews(signal: AbortSignal): Promise<string[]> {
    return this.#ask("/reviews", signal);
  }

  /** Never answers. */
  forecast(signal: AbortSignal): Promise<never> {
    return this.#ask("/forecast", signal);
  }

  async close(): Promise<void> {
    this.#closing.resolve();
    await this.#server.shutdown();
  }

  async #ask<T>(path: string, signal: AbortSignal): Promise<T> {
    let response: Response;
    try {
      // The signal ends the request when the reader of the page leaves: nobody waits any more.
      response = await fetch(this.#origin + path, { signal });
    } catch (error) {
      if (signal.aborted) this.abandoned++;
      throw error;
    }
    if (response.ok) return await response.json();
    await response.body?.cancel();
    throw new Error(`the service answered ${response.status}`);
  }

  async #pause(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => {
      if (milliseconds < Infinity) timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([over, this.#closing.promise]);
    clearTimeout(timer);
  }

  async #answer({ pathname }: URL): Promise<Response> {
    const [, kind, name = ""] = pathname.split("/");
    const nth = WAREHOUSES.indexOf(name);
    const share = { rates: 1, reviews: 0.5, warehouses: 0.3 + ((nth * 3) % 4) * 0.35 }[kind!];
    await this.#pause(share === undefined ? Infinity : share * this.latency);
    switch (kind) {
      case "rates":
        return Response.json(
          Object.entries(RATES).map(([currency, rate]) => ({ currency, rate: drift(rate) })),
        );
      case "warehouses":
        return Response.json({ name, stock: Math.round(drift(4_000 + nth * 900)) });
      case "reviews":
        return ++this.#turn % 2 === 1 ? new Response(null, { status: 503 }) : Response.json([
          "“Arrived before the kettle boiled.”",
          "“Solid. Two years, no wobble.”",
        ]);
      default:
        return new Response(null, { status: 404 });
    }
  }
}

function drift(value: number): number {
  return value * (1 + (Math.random() - 0.5) / 50);
}
