/**
 * Questions to the sales file: aggregates over a million rows, each some tenths of a second.
 *
 * @module
 */
import type { Answer, Question } from "./sales_worker.ts";

/** A month's revenue. */
export interface Month {
  /** Months since the first one. */
  readonly month: number;
  readonly revenue: number;
}

/** A product and what it brought in. */
export interface Product {
  readonly product: string;
  readonly sold: number;
  readonly revenue: number;
}

/** A country and what it bought. */
export interface Country {
  readonly country: string;
  readonly sales: number;
  readonly revenue: number;
}

/** Sales of all time. */
export interface Totals {
  readonly sales: number;
  readonly revenue: number;
}

/** The sales file. */
export class Sales {
  /** Resolves when the file is there. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #asked: Map<number, PromiseWithResolvers<readonly Record<string, unknown>[]>> =
    new Map();
  #next = 1;

  /** @param onProgress Told the share of the file that is made, while it is. */
  constructor(path: string, onProgress: (share: number) => void) {
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#worker = new Worker(new URL("sales_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("made" in data) {
        if (data.made === 1) ready.resolve();
        else onProgress(data.made);
        return;
      }
      const asked = this.#asked.get(data.id);
      this.#asked.delete(data.id);
      if ("error" in data) asked?.reject(new Error(data.error));
      else asked?.resolve(data.rows);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      ready.reject(new Error(event.message));
    };
    this.#worker.postMessage(path);
  }

  months(signal: AbortSignal): Promise<Month[]> {
    return this.#ask(
      signal,
      `SELECT CAST(day / 30.42 AS INTEGER) AS month, SUM(quantity * cents) / 100 AS revenue
         FROM sales GROUP BY month ORDER BY month`,
    );
  }

  products(signal: AbortSignal): Promise<Product[]> {
    return this.#ask(
      signal,
      `SELECT product, SUM(quantity) AS sold, SUM(quantity * cents) / 100 AS revenue
         FROM sales GROUP BY product ORDER BY revenue DESC LIMIT 6`,
    );
  }

  countries(signal: AbortSignal): Promise<Country[]> {
    return this.#ask(
      signal,
      `SELECT country, COUNT(*) AS sales, SUM(quantity * cents) / 100 AS revenue
         FROM sales GROUP BY country ORDER BY revenue DESC`,
    );
  }

  async totals(signal: AbortSignal): Promise<Totals> {
    const [totals] = await this.#ask<Totals>(
      signal,
      `SELECT COUNT(*) AS sales, SUM(quantity * cents) / 100 AS revenue FROM sales`,
    );
    return totals!;
  }

  close(): void {
    this.#worker.terminate();
  }

  async #ask<Row>(signal: AbortSignal, sql: string): Promise<Row[]> {
    await this.ready;
    // Whoever asked may have left while the file was made.
    signal.throwIfAborted();
    const question: Question = { id: this.#next++, sql };
    const asked = Promise.withResolvers<readonly Record<string, unknown>[]>();
    this.#asked.set(question.id, asked);
    this.#worker.postMessage(question);
    return await asked.promise as unknown as Row[];
  }
}
