/**
 * What the compared pages show: the same for every contender, in every run.
 *
 * @module
 */

/** A row of the table page. */
export interface Row {
  id: number;
  name: string;
  place: string;
  note: string;
}

/** A product of the shop page. */
export interface Product {
  id: number;
  title: string;
  text: string;
  price: number;
  oldPrice: number | null;
  stars: number;
  reviews: number;
  badge: string | null;
}

/** A link in a menu. */
export interface Link {
  href: string;
  label: string;
}

/** A group of filters of the shop page. */
export interface Filter {
  name: string;
  options: { id: string; label: string; count: number; on: boolean }[];
}

/** All that the shop page shows. */
export interface Shop {
  user: string;
  cart: number;
  menu: Link[];
  current: string;
  trail: Link[];
  filters: Filter[];
  products: Product[];
  article: { title: string; author: string; date: string; paragraphs: string[] };
  footer: { title: string; links: Link[] }[];
}

const MATERIALS = ["Oak", "Linen", "Steel", "Wool", "Glass", "Cork", "Clay", "Bamboo"];
const THINGS = ["chair", "lamp", "table", "blanket", "shelf", "mirror", "basket", "bench"];
const WORDS =
  "made by hand from wood that grew nearby and finished with oil so that it lasts for years"
    .split(" ");

function pick<T>(from: readonly T[], at: number): T {
  return from[at % from.length]!;
}

function sentence(from: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += (i ? " " : "") + pick(WORDS, from + i * 5);
  return text[0]!.toUpperCase() + text.slice(1) + ".";
}

function links(path: string, labels: string[]): Link[] {
  return labels.map((label) => ({ href: path + label.toLowerCase().replaceAll(" ", "-"), label }));
}

/** The table page: 1,000 rows of 4 cells. */
export const rows: Row[] = Array.from({ length: 1000 }, (_, i) => ({
  id: i + 1,
  name: `${pick(MATERIALS, i)} ${pick(THINGS, i * 3 + (i >> 3))} ${i}`,
  place: `Aisle ${i % 37}, shelf ${i % 11}`,
  note: i % 10 === 0 ? "Fragile & heavy" : sentence(i, 4),
}));

/** The shop page: about 25 KB of markup. */
export const shop: Shop = {
  user: "Zoë O'Neill",
  cart: 3,
  menu: links("/shop/", ["Chairs", "Tables", "Lamps", "Storage", "Textiles", "Outdoor", "Sale"]),
  current: "/shop/lamps",
  trail: links("/", ["Home", "Shop", "Living room", "Lamps"]),
  filters: ["Material", "Colour", "Price", "Brand"].map((name, group) => ({
    name,
    options: Array.from({ length: 6 }, (_, i) => ({
      id: `${name.toLowerCase()}-${i}`,
      label: pick(MATERIALS, group * 2 + i),
      count: (group * 17 + i * 7) % 50,
      on: (group + i) % 4 === 0,
    })),
  })),
  products: Array.from({ length: 28 }, (_, i) => ({
    id: 1000 + i,
    title: `${pick(MATERIALS, i)} ${pick(THINGS, i * 5)} "No. ${i}"`,
    text: sentence(i, 16 + i % 5) + (i % 4 === 0 ? " Oil & wax included." : ""),
    price: 19 + (i * 37) % 400,
    oldPrice: i % 3 === 0 ? 59 + (i * 41) % 400 : null,
    stars: i % 6,
    reviews: (i * 13) % 90,
    badge: i % 4 === 1 ? "New" : i % 7 === 3 ? "Last ones" : null,
  })),
  article: {
    title: "How we choose wood",
    author: "Ada & the workshop",
    date: "2026-03-01",
    paragraphs: Array.from(
      { length: 6 },
      (_, i) => Array.from({ length: 5 }, (_, k) => sentence(i * 3 + k, 12)).join(" "),
    ),
  },
  footer: ["Help", "Company", "Shops", "Legal"].map((title, i) => ({
    title,
    links: links(`/${title.toLowerCase()}/`, [
      "Contact us",
      "Delivery",
      "Returns",
      `Jobs ${i}`,
      "Press",
    ]),
  })),
};

/** The tiny page. */
export const tiny: { name: string; count: number; online: boolean } = {
  name: "Ada & Zoë",
  count: 3,
  online: true,
};
