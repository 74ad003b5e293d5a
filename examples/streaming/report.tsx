/**
 * The report: eleven slow regions, each from a source of its own.
 *
 * @module
 */
import { type Batch, type Ctx, type Renderable, signal } from "@vango/vango";
import { Bones, CardBody, type CardHead } from "./components/card.tsx";
import {
  CountryList,
  MonthChart,
  ProductRows,
  RateList,
  short,
  Stock,
} from "./components/figures.tsx";
import type { Sales } from "./sources/sales.ts";
import { type SlowService, WAREHOUSES } from "./sources/slow_service.ts";

/** Where the report's figures come from. */
export interface Sources {
  readonly sales: Sales;
  readonly service: SlowService;
}

/** A card that is loaded. */
interface SlowCard<T> extends CardHead {
  readonly class: string;
  readonly key: string;
  readonly load: (signal: AbortSignal) => Promise<T>;
  readonly show: (value: T) => Renderable;
  readonly timeout?: number;
  readonly transition?: boolean;
  /** Loads it anew, after an error. */
  readonly retry?: () => void;
}

/** What a visitor is told: an error's own text may be for developers. */
function messageOf(error: unknown): string {
  const { name } = error as Error;
  return name === "AsyncTimeoutError"
    ? "It has not answered in time."
    : "It does not answer just now.";
}

/** Makes the report's page. */
export function createReport({ sales, service }: Sources): (ctx: Ctx) => () => Renderable {
  return function Report(ctx: Ctx): () => Renderable {
    /** Counts reloads: it is part of every region's key, so that each starts anew. */
    const round = signal(0);
    const tries = signal(0);
    const latency = signal(service.latency);
    const arrivals = signal<readonly string[]>([]);
    let batch: { readonly round: number; readonly of: Batch } | undefined;

    /** Two figures that are only true together are shown together. */
    function together(now: number): Batch {
      if (batch?.round !== now) batch = { round: now, of: ctx.async.batch("figures") };
      return batch.of;
    }

    function arrived(what: string, since: number): number {
      const took = Math.round(performance.now() - since);
      arrivals.value = [...arrivals.peek(), `${what} ${took.toLocaleString("en")} ms`].slice(-14);
      return took;
    }

    function card<T>(given: SlowCard<T>): Renderable {
      const { title, source, load, show, retry } = given;
      const since = performance.now();
      const frame = `card ${given.class}`;
      return ctx.async.renderWithError(
        <CardBody title={title} source={source}>
          <Bones />
        </CardBody>,
        async (signal) => {
          const value = await load(signal);
          return (
            <div class={frame}>
              <CardBody title={title} source={source} took={arrived(title, since)}>
                {show(value)}
              </CardBody>
            </div>
          );
        },
        (error) => (
          <div class={`${frame} failed`} aria-live="assertive">
            <CardBody title={title} source={source} took={arrived(title, since)}>
              <p>{messageOf(error)}</p>
              {retry && <button type="button" onclick={retry}>Try again</button>}
            </CardBody>
          </div>
        ),
        {
          key: given.key,
          class: frame,
          ...(given.timeout ? { timeout: given.timeout } : {}),
          ...(given.transition ? { transition: true } : {}),
        },
      );
    }

    function figure(
      now: number,
      name: string,
      load: (signal: AbortSignal) => Promise<string>,
    ): Renderable {
      return ctx.async.render(
        <b class="unknown">···</b>,
        async (signal) => <b>{await load(signal)}</b>,
        { key: `${name} ${now}`, as: "span", class: "figure", batch: together(now) },
      );
    }

    function again(): void {
      arrivals.value = [];
      round.value++;
    }

    return () => {
      const now = round.value;
      return (
        <main>
          <header class="top">
            <div>
              <h1>Sales report</h1>
              <p>A million sales, asked while you read this. Nothing waits for the slowest.</p>
            </div>
            <form class="tools" onsubmit={again}>
              <label>
                <span>
                  Their services take <output>{latency.value.toLocaleString("en")} ms</output>
                </span>
                <input
                  type="range"
                  name="latency"
                  min="100"
                  max="4000"
                  step="100"
                  value={latency.value}
                  oninput={({ value }) => latency.value = service.latency = Number(value)}
                />
              </label>
              <button type="submit">Load again</button>
            </form>
          </header>

          <dl class="totals">
            <div>
              <dt>Sales</dt>
              <dd>
                {figure(now, "sales", async (signal) => short((await sales.totals(signal)).sales))}
              </dd>
            </div>
            <div>
              <dt>Revenue</dt>
              <dd>
                {figure(now, "revenue", async (signal) =>
                  `€ ${short((await sales.totals(signal)).revenue)}`)}
              </dd>
            </div>
            <div>
              <dt>In US dollars</dt>
              <dd>
                {figure(now, "dollars", async (signal) => {
                  const asked = [sales.totals(signal), service.rates(signal)] as const;
                  const [{ revenue }, [dollar]] = await Promise.all(asked);
                  return `$ ${short(revenue * dollar!.rate)}`;
                })}
              </dd>
            </div>
          </dl>

          <div class="grid">
            {card({
              title: "Revenue by month",
              source: "SQLite, 1,000,000 rows",
              class: "wide tall",
              key: `months ${now}`,
              load: (signal) =>
                sales.months(signal),
              show: (months) => <MonthChart months={months} />,
            })}
            {card({
              title: "Exchange rates",
              source: "slow HTTP service",
              class: "tall",
              key: `rates ${now}`,
              transition: true,
              load: (signal) =>
                service.rates(signal),
              show: (rates) => <RateList rates={rates} />,
            })}
            <section class="card wide">
              <header class="card-head">
                <h2>Best products</h2>
                <p>
                  <span class="source">SQLite, rows of a table</span>
                </p>
              </header>
              <table>
                <thead>
                  <tr>
                    <th>Product</th>
                    <th class="number">Sold</th>
                    <th class="number">Revenue</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {ctx.async.render(
                    <td colspan={4}>
                      <Bones lines={6} />
                    </td>,
                    async (signal) => <ProductRows products={await sales.products(signal)} />,
                    { key: `products ${now}` },
                  )}
                </tbody>
              </table>
            </section>
            <section class="card">
              <header class="card-head">
                <h2>Stock</h2>
                <p>
                  <span class="source">four requests, a list</span>
                </p>
              </header>
              <ul class="stocks">
                {WAREHOUSES.map((name) =>
                  ctx.async.render(
                    <>
                      <span>{name}</span> <b class="unknown">···</b>
                    </>,
                    async (signal) => <Stock warehouse={await service.warehouse(name, signal)} />,
                    { key: `${name} ${now}`, class: "stock" },
                  )
                )}
              </ul>
            </section>
            {card({
              title: "Countries",
              source: "SQLite, then HTTP inside it",
              class: "tall",
              key: `countries ${now}`,
              load: (signal) => sales.countries(signal),
              show: (countries) => (
                <>
                  <CountryList countries={countries} />
                  <p class="note">
                    First in yen: {ctx.async.render(
                      "asking for the rate…",
                      async (signal) => {
                        const yen = (await service.rates(signal))
                          .find(({ currency }) => currency === "JPY");
                        return <b>¥ {short(countries[0]!.revenue * yen!.rate)}</b>;
                      },
                    )}
                  </p>
                </>
              ),
            })}
            {card({
              title: "Reviews",
              source: "HTTP, fails every other time",
              class: "tall",
              key: `reviews ${now} ${tries.value}`,
              retry: () => tries.value++,
              load: (signal) => service.reviews(signal),
              show: (reviews) => (
                <ul class="reviews">{reviews.map((text) => <li key={text}>{text}</li>)}</ul>
              ),
            })}
            {card({
              title: "Forecast",
              source: "HTTP, never answers; 3 s allowed",
              class: "tall",
              key: `forecast ${now}`,
              timeout: 3_000,
              load: (signal) => service.forecast(signal),
              show: () => "Sunny.",
            })}
          </div>
          <p class="arrivals" aria-live="polite">
            <b>In order of arrival</b>
            {arrivals.value.map((text) => <span key={text}>{text}</span>)}
          </p>
        </main>
      );
    };
  };
}
