/**
 * What the compared page looks like: the same source for every contender, each with its own JSX.
 *
 * @module
 */
import type { Children } from "./children.ts";
import { LINKS, type Region } from "./data.ts";

/** The page around the regions. */
export function Frame({ children }: { children?: Children }): Children {
  return (
    <main>
      <header class="top">
        <h1>Streamed</h1>
        <nav>
          <ul>
            {LINKS.map((link) => (
              <li key={link}>
                <a href={`/${link}`}>{link}</a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <div class="grid">{children}</div>
      <footer>
        <p>The end</p>
      </footer>
    </main>
  );
}

/** What stands for a region at first. */
export function Fallback({ region }: { region: Region }): Children {
  return <p class="loading">Loading {region.title}…</p>;
}

/** A region. */
export function View({ region }: { region: Region }): Children {
  return (
    <section class="card">
      <h2>{region.title}</h2>
      <ul>
        {region.rows.map((row) => (
          <li key={row.name}>
            <span>{row.name}</span>
            <b>{row.value}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}
