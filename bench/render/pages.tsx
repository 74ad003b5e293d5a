/**
 * The compared pages. This one source is compiled for each contender by its own JSX transform, so
 * it uses only what all of them understand.
 *
 * @module
 */
import type { Children } from "./children.ts";
import { type Filter, type Link, type Product, type Row, rows, shop, tiny } from "./data.ts";

function TableRow({ row }: { row: Row }) {
  return (
    <tr class="row">
      <td>{row.id}</td>
      <td>{row.name}</td>
      <td>{row.place}</td>
      <td>{row.note}</td>
    </tr>
  );
}

/** 1,000 rows of 4 cells, the row written where the list is. */
export function TablePage(): Children {
  return (
    <table class="stock">
      <thead>
        <tr>
          <th>No.</th>
          <th>Name</th>
          <th>Place</th>
          <th>Note</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} class="row">
            <td>{row.id}</td>
            <td>{row.name}</td>
            <td>{row.place}</td>
            <td>{row.note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same table with a component for each row. */
export function RowsPage(): Children {
  return (
    <table class="stock">
      <thead>
        <tr>
          <th>No.</th>
          <th>Name</th>
          <th>Place</th>
          <th>Note</th>
        </tr>
      </thead>
      <tbody>{rows.map((row) => <TableRow key={row.id} row={row} />)}</tbody>
    </table>
  );
}

function Menu({ links, current }: { links: Link[]; current: string }) {
  return (
    <nav class="menu" aria-label="Main">
      <ul>
        {links.map((link) => (
          <li key={link.href} class={link.href === current ? "item current" : "item"}>
            <a href={link.href}>{link.label}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Trail({ links }: { links: Link[] }) {
  return (
    <ol class="trail">
      {links.map((link) => (
        <li key={link.href}>
          <a href={link.href}>{link.label}</a>
        </li>
      ))}
    </ol>
  );
}

function FilterGroup({ filter }: { filter: Filter }) {
  return (
    <fieldset class="filter">
      <legend>{filter.name}</legend>
      {filter.options.map((option) => (
        <label key={option.id} class="option">
          <input type="checkbox" name={option.id} checked={option.on} />
          <span class="label">{option.label}</span>
          <span class="count">({option.count})</span>
        </label>
      ))}
    </fieldset>
  );
}

function Stars({ stars, reviews }: { stars: number; reviews: number }) {
  return (
    <p class="stars" aria-label={`${stars} of 5 stars`}>
      {"★".repeat(stars) + "☆".repeat(5 - stars)}
      <small>{reviews} reviews</small>
    </p>
  );
}

function Price({ price, oldPrice }: { price: number; oldPrice: number | null }) {
  return (
    <p class="price">
      <strong>{price} €</strong>
      {oldPrice === null ? null : <del>{oldPrice} €</del>}
    </p>
  );
}

function Badge({ text }: { text: string }) {
  return <span class="badge">{text}</span>;
}

function Card({ product }: { product: Product }) {
  const href = `/products/${product.id}`;
  return (
    <article class="card" id={`product-${product.id}`}>
      <a href={href} class="picture">
        <img
          src={`/images/${product.id}.avif`}
          alt={product.title}
          width="320"
          height="240"
          loading="lazy"
        />
        {product.badge === null ? null : <Badge text={product.badge} />}
      </a>
      <h3>
        <a href={href}>{product.title}</a>
      </h3>
      <Stars stars={product.stars} reviews={product.reviews} />
      <p class="text">{product.text}</p>
      <Price price={product.price} oldPrice={product.oldPrice} />
      <button type="button" class="buy" data-id={product.id}>Add to cart</button>
    </article>
  );
}

function Section(
  { title, name, children }: { title: string; name: string; children?: Children },
) {
  return (
    <section class={name} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      {children}
    </section>
  );
}

function Header() {
  return (
    <header class="top">
      <a href="/" class="logo">Wood &amp; Wool</a>
      <Menu links={shop.menu} current={shop.current} />
      <form action="/search" class="search">
        <input type="search" name="q" placeholder="Search" />
        <button type="submit">Go</button>
      </form>
      <p class="user">
        Hello, {shop.user}! <a href="/cart">Cart ({shop.cart})</a>
      </p>
    </header>
  );
}

function Footer() {
  return (
    <footer class="bottom">
      {shop.footer.map((column) => (
        <div key={column.title} class="column">
          <h4>{column.title}</h4>
          <ul>
            {column.links.map((link) => (
              <li key={link.href}>
                <a href={link.href}>{link.label}</a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p class="legal">Prices include taxes. Pictures may differ.</p>
    </footer>
  );
}

/** A shop's page: menu, filters, 28 cards of nested components, an article, a footer. */
export function ShopPage(): Children {
  return (
    <div class="page">
      <Header />
      <Trail links={shop.trail} />
      <aside class="filters">
        {shop.filters.map((filter) => <FilterGroup key={filter.name} filter={filter} />)}
      </aside>
      <main>
        <Section title="Lamps" name="products">
          <div class="grid">
            {shop.products.map((product) => <Card key={product.id} product={product} />)}
          </div>
        </Section>
        <Section title={shop.article.title} name="article">
          <p class="by">
            By {shop.article.author}, <time datetime={shop.article.date}>{shop.article.date}</time>
          </p>
          {shop.article.paragraphs.map((text, i) => <p key={i}>{text}</p>)}
        </Section>
      </main>
      <Footer />
    </div>
  );
}

/** A page of a few elements. */
export function TinyPage(): Children {
  return (
    <main class="tiny">
      <h1>Hello, {tiny.name}!</h1>
      <p class={tiny.online ? "on" : "off"}>You have {tiny.count} new messages.</p>
      <a href="/inbox">Read them</a>
    </main>
  );
}
