/**
 * Random pages as plain data: what is shown can be made of them again and again, and changed.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** Where a part stands: what may be in it. */
export type Place = "flow" | "phrasing" | "items" | "rows" | "options" | "shapes" | "text";

/** A part of a page. */
export type Spec =
  | { t: "text"; text: string | number | bigint }
  | { t: "none"; value: null | undefined | boolean }
  | { t: "raw"; html: string }
  | { t: "tpl"; name: string; texts: string[]; kids: Spec[]; key: string | undefined }
  | { t: "comp"; name: string; texts: string[]; kids: Spec[]; key: string | undefined }
  | { t: "list"; keyed: boolean; items: Spec[] }
  | { t: "frag"; kids: Spec[] }
  | { t: "cell"; id: number }
  | { t: "shared"; id: number };

/** What a template of the pool takes. */
export interface Shape {
  readonly name: string;
  readonly place: Place;
  readonly texts: number;
  readonly kids: readonly Place[];
}

export const CELLS = 6;
export const TEXT_CELLS = 3;
export const SHARED = 4;

const TEXTS = [
  "",
  "a",
  "hello",
  "x < y & z",
  "\"quoted\" 'single'",
  "<script>alert(1)</script>",
  "<!-- c -->",
  "--!>",
  "<!>",
  "<?>",
  "\n",
  "\nleading",
  " ",
  "  two  blanks ",
  "a\rb\r\nc",
  "\u0000nul",
  "\u2028sep",
  "\ud83d\ude00",
  "\ud800lone",
  "é&amp;é",
  "1",
  "0",
  "&#39;",
  "]]>",
  "</textarea></title></select>",
];

const RAWS = [
  "",
  "<b>raw</b>",
  "text",
  "<i v>x</i><!---->y<?z>",
  "<p>one</p><p>two</p>",
  "a&amp;b",
];

/** Draws specs from a pool of shapes. */
export class SpecSource {
  readonly random: Random;
  readonly #shapes: readonly Shape[];
  readonly #components: readonly Shape[];
  #keys = 0;

  constructor(random: Random, shapes: readonly Shape[], components: readonly Shape[]) {
    this.random = random;
    this.#shapes = shapes;
    this.#components = components;
  }

  text(): string {
    const { random } = this;
    return random.chance(0.5) ? random.pick(TEXTS) : "t" + random.int(30);
  }

  texts(count: number): string[] {
    return Array.from({ length: count }, () => this.text());
  }

  /** @param cells Whether signals and shared nodes may stand in it. */
  spec(place: Place, depth: number, cells = true): Spec {
    const { random } = this;
    const roll = random.next();
    if (place === "text") {
      return roll < 0.85 ? this.#textSpec() : { t: "none", value: null };
    }
    const free = place === "flow" || place === "phrasing";
    if (depth <= 0 || (free && roll < 0.2)) return free ? this.#textSpec() : this.#none();
    if (roll < 0.28) return this.#none();
    if (free && roll < 0.31) {
      return { t: "raw", html: place === "flow" ? random.pick(RAWS) : "<b>r</b>" };
    }
    if (free && cells && roll < 0.4) return { t: "cell", id: random.int(CELLS) };
    if (free && cells && roll < 0.44) return { t: "shared", id: random.int(SHARED) };
    if (roll < 0.6) return this.#list(place, depth, cells);
    if (roll < 0.66) {
      return { t: "frag", kids: this.#many(3, () => this.spec(place, depth - 1, cells)) };
    }
    if (roll < 0.8) {
      const component = this.#shape(this.#components, place);
      if (component) return this.#made("comp", component, depth, cells, undefined);
    }
    return this.#template(place, depth, cells, undefined);
  }

  #textSpec(): Spec {
    const { random } = this;
    const roll = random.next();
    return { t: "text", text: roll < 0.8 ? this.text() : roll < 0.95 ? random.int(100) : 12n };
  }

  #none(): Spec {
    return { t: "none", value: this.random.pick([null, undefined, false, true]) };
  }

  #many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.random.int(most + 1) }, make);
  }

  #list(place: Place, depth: number, cells: boolean): Spec {
    const keyed = this.random.chance(0.7);
    const items = this.#many(6, () => this.#item(place, depth - 1, cells, keyed));
    return { t: "list", keyed, items };
  }

  #item(place: Place, depth: number, cells: boolean, keyed: boolean): Spec {
    if (!keyed) return this.spec(place, depth, cells);
    const key = this.random.chance(0.9) ? "k" + this.#keys++ : undefined;
    const component = this.random.chance(0.3) && this.#shape(this.#components, place);
    return component
      ? this.#made("comp", component, depth, cells, key)
      : this.#template(place, depth, cells, key);
  }

  #shape(from: readonly Shape[], place: Place): Shape | undefined {
    const fitting = from.filter((shape) =>
      shape.place === place || (place === "flow" && shape.place === "phrasing")
    );
    return fitting.length > 0 ? this.random.pick(fitting) : undefined;
  }

  #template(place: Place, depth: number, cells: boolean, key: string | undefined): Spec {
    const shape = this.#shape(this.#shapes, place);
    return shape ? this.#made("tpl", shape, depth, cells, key) : this.#none();
  }

  #made(
    t: "tpl" | "comp",
    shape: Shape,
    depth: number,
    cells: boolean,
    key: string | undefined,
  ): Spec {
    const kids = shape.kids.map((place) => this.spec(place, depth - 1, cells));
    return { t, name: shape.name, texts: this.texts(shape.texts), kids, key };
  }

  /** The spec with some changes in it. */
  change(spec: Spec, place: Place, depth: number, cells = true): Spec {
    const { random } = this;
    if (random.chance(0.12)) return this.spec(place, depth, cells);
    switch (spec.t) {
      case "text":
        return random.chance(0.4) ? this.#textSpec() : spec;
      case "tpl":
      case "comp": {
        const pool = spec.t === "tpl" ? this.#shapes : this.#components;
        const shape = pool.find(({ name }) => name === spec.name)!;
        if (random.chance(0.08)) {
          return this.#made(spec.t, this.#shape(pool, shape.place)!, depth, cells, spec.key);
        }
        return {
          ...spec,
          texts: spec.texts.map((text) => random.chance(0.3) ? this.text() : text),
          kids: spec.kids.map((kid, i) =>
            random.chance(0.6) ? this.change(kid, shape.kids[i]!, depth - 1, cells) : kid
          ),
        };
      }
      case "list":
        return { ...spec, items: this.#changeItems(spec.items, spec.keyed, place, depth, cells) };
      case "frag":
        return { ...spec, kids: spec.kids.map((kid) => this.change(kid, place, depth, cells)) };
      case "cell":
        return random.chance(0.3) ? { t: "cell", id: random.int(CELLS) } : spec;
      case "shared":
        return random.chance(0.6) ? { t: "shared", id: random.int(SHARED) } : spec;
      default:
        return spec;
    }
  }

  #changeItems(
    items: readonly Spec[],
    keyed: boolean,
    place: Place,
    depth: number,
    cells: boolean,
  ): Spec[] {
    const { random } = this;
    let out = items.map((item) =>
      random.chance(0.3) ? this.#keep(item, place, depth, cells) : item
    );
    const roll = random.next();
    if (roll < 0.15) return [];
    if (roll < 0.3) out = random.shuffle(out);
    else if (roll < 0.45 && out.length > 1) {
      const a = random.int(out.length);
      const b = random.int(out.length);
      [out[a], out[b]] = [out[b]!, out[a]!];
    }
    out = out.filter(() => !random.chance(0.15));
    while (random.chance(0.35)) {
      out.splice(random.int(out.length + 1), 0, this.#item(place, depth - 1, cells, keyed));
    }
    return out;
  }

  /** A changed item, still with its key. */
  #keep(item: Spec, place: Place, depth: number, cells: boolean): Spec {
    const changed = this.change(item, place, depth, cells);
    const key = item.t === "tpl" || item.t === "comp" ? item.key : undefined;
    if (key === undefined) return changed;
    return changed.t === "tpl" || changed.t === "comp" ? { ...changed, key } : item;
  }
}
