/**
 * The limit: the same pages as strings written by hand, with nothing kept and no components, but
 * with every value escaped.
 *
 * @module
 */
import { type Filter, type Link, type Product, rows, shop, tiny } from "./data.ts";
import type { RenderedPages } from "./peers.ts";

const SPECIAL = /[&<>"']/;

/** Escapes text: one look for the usual text, a scan for the rest. */
function escape(text: string): string {
  if (!SPECIAL.test(text)) return text;
  let out = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    let entity: string;
    switch (text.charCodeAt(i)) {
      case 38:
        entity = "&amp;";
        break;
      case 60:
        entity = "&lt;";
        break;
      case 62:
        entity = "&gt;";
        break;
      case 34:
        entity = "&quot;";
        break;
      case 39:
        entity = "&#39;";
        break;
      default:
        continue;
    }
    out += text.slice(from, i) + entity;
    from = i + 1;
  }
  return out + text.slice(from);
}

function tablePage(): string {
  let html =
    `<table class="stock"><thead><tr><th>No.</th><th>Name</th><th>Place</th><th>Note</th>` +
    `</tr></thead><tbody>`;
  for (const row of rows) {
    html += `<tr class="row"><td>${row.id}</td><td>${escape(row.name)}</td>` +
      `<td>${escape(row.place)}</td><td>${escape(row.note)}</td></tr>`;
  }
  return html + "</tbody></table>";
}

function link({ href, label }: Link): string {
  return `<a href="${escape(href)}">${escape(label)}</a>`;
}

function header(): string {
  let html = `<header class="top"><a href="/" class="logo">Wood &amp; Wool</a>` +
    `<nav class="menu" aria-label="Main"><ul>`;
  for (const item of shop.menu) {
    html += `<li class="${item.href === shop.current ? "item current" : "item"}">${
      link(item)
    }</li>`;
  }
  return html + `</ul></nav><form action="/search" class="search"><input type="search" name="q" ` +
    `placeholder="Search"><button type="submit">Go</button></form><p class="user">Hello, ` +
    `${escape(shop.user)}! <a href="/cart">Cart (${shop.cart})</a></p></header>`;
}

function filterGroup(filter: Filter): string {
  let html = `<fieldset class="filter"><legend>${escape(filter.name)}</legend>`;
  for (const option of filter.options) {
    html += `<label class="option"><input type="checkbox" name="${escape(option.id)}"` +
      `${option.on ? " checked" : ""}><span class="label">${escape(option.label)}</span>` +
      `<span class="count">(${option.count})</span></label>`;
  }
  return html + "</fieldset>";
}

function card(product: Product): string {
  const href = `/products/${product.id}`;
  const title = escape(product.title);
  const { badge, stars, oldPrice } = product;
  return `<article class="card" id="product-${product.id}"><a href="${href}" class="picture">` +
    `<img src="/images/${product.id}.avif" alt="${title}" width="320" height="240" ` +
    `loading="lazy">${badge === null ? "" : `<span class="badge">${escape(badge)}</span>`}</a>` +
    `<h3><a href="${href}">${title}</a></h3><p class="stars" aria-label="${stars} of 5 stars">` +
    `${"★".repeat(stars) + "☆".repeat(5 - stars)}<small>${product.reviews} reviews</small></p>` +
    `<p class="text">${
      escape(product.text)
    }</p><p class="price"><strong>${product.price} €</strong>` +
    `${oldPrice === null ? "" : `<del>${oldPrice} €</del>`}</p><button type="button" class="buy" ` +
    `data-id="${product.id}">Add to cart</button></article>`;
}

function sectionStart(title: string, name: string): string {
  return `<section class="${name}" aria-labelledby="${name}-title">` +
    `<h2 id="${name}-title">${escape(title)}</h2>`;
}

function footer(): string {
  let html = `<footer class="bottom">`;
  for (const column of shop.footer) {
    html += `<div class="column"><h4>${escape(column.title)}</h4><ul>`;
    for (const item of column.links) html += `<li>${link(item)}</li>`;
    html += "</ul></div>";
  }
  return html + `<p class="legal">Prices include taxes. Pictures may differ.</p></footer>`;
}

function shopPage(): string {
  let html = `<div class="page">${header()}<ol class="trail">`;
  for (const item of shop.trail) html += `<li>${link(item)}</li>`;
  html += `</ol><aside class="filters">`;
  for (const filter of shop.filters) html += filterGroup(filter);
  html += `</aside><main>${sectionStart("Lamps", "products")}<div class="grid">`;
  for (const product of shop.products) html += card(product);
  const { title, author, date, paragraphs } = shop.article;
  html += `</div></section>${sectionStart(title, "article")}<p class="by">By ${escape(author)}, ` +
    `<time datetime="${escape(date)}">${escape(date)}</time></p>`;
  for (const text of paragraphs) html += `<p>${escape(text)}</p>`;
  return html + `</section></main>${footer()}</div>`;
}

function tinyPage(): string {
  return `<main class="tiny"><h1>Hello, ${escape(tiny.name)}!</h1>` +
    `<p class="${tiny.online ? "on" : "off"}">You have ${tiny.count} new messages.</p>` +
    `<a href="/inbox">Read them</a></main>`;
}

/** The compared pages. */
export const pages: RenderedPages = {
  table: tablePage,
  rows: tablePage,
  shop: shopPage,
  tiny: tinyPage,
};
