/**
 * What the cards show.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";
import type { Country, Month, Product } from "../sources/sales.ts";
import type { Rate, Warehouse } from "../sources/slow_service.ts";

/** `12345678` → `12.3 M`. */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)} K` : Math.round(value).toLocaleString("en");
}

/** Revenue by month, as bars. */
export function MonthChart({ months }: { months: readonly Month[] }): Renderable {
  const shown = months.slice(0, 24);
  const highest = Math.max(...shown.map(({ revenue }) => revenue));
  return (
    <figure class="chart">
      <svg viewBox="0 0 480 140" role="img" aria-label={`Revenue of ${shown.length} months`}>
        {shown.map(({ month, revenue }) => {
          const height = Math.round((revenue / highest) * 128);
          return (
            <rect
              key={month}
              class={month >= 12 ? "bar now" : "bar"}
              x={month * 20 + 3}
              y={140 - height}
              width={14}
              height={height}
              rx={3}
            >
              <title>Month {month + 1}: € {short(revenue)}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span class="key" /> first year <span class="key now" /> second year
      </figcaption>
    </figure>
  );
}

/** Rows of the table of products. */
export function ProductRows({ products }: { products: readonly Product[] }): Renderable {
  const best = products[0]?.revenue ?? 1;
  return (
    <>
      {products.map(({ product, sold, revenue }) => (
        <tr key={product}>
          <td>{product}</td>
          <td class="number">{sold.toLocaleString("en")}</td>
          <td class="number">€ {short(revenue)}</td>
          <td class="meter-cell">
            <meter value={revenue / best} aria-label={`${Math.round((revenue / best) * 100)} %`} />
          </td>
        </tr>
      ))}
    </>
  );
}

/** Revenue by country. */
export function CountryList({ countries }: { countries: readonly Country[] }): Renderable {
  const most = countries[0]?.revenue ?? 1;
  return (
    <ol class="countries">
      {countries.map(({ country, revenue }) => (
        <li key={country}>
          <span>{country}</span>
          <span class="track">
            <span style={{ width: `${(revenue / most) * 100}%` }} />
          </span>
          <b>€ {short(revenue)}</b>
        </li>
      ))}
    </ol>
  );
}

/** Exchange rates. */
export function RateList({ rates }: { rates: readonly Rate[] }): Renderable {
  return (
    <dl class="rates">
      {rates.map(({ currency, rate }) => (
        <div key={currency}>
          <dt>EUR/{currency}</dt>
          <dd>{rate.toFixed(rate > 20 ? 1 : 4)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One warehouse. */
export function Stock({ warehouse }: { warehouse: Warehouse }): Renderable {
  return (
    <li class="stock">
      <span>{warehouse.name}</span>
      <b>{warehouse.stock.toLocaleString("en")}</b>
    </li>
  );
}
