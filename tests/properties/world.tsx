/**
 * What a random page is shown from.
 *
 * @module
 */
import type { Renderable } from "../../src/contract/component.ts";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { dangerouslyUnescapedHtml } from "../../src/jsx/node.ts";
import { type Signal, signal } from "../../src/signals/signals.ts";
import { COMPONENT_FUNCTIONS } from "./components.tsx";
import { CELLS, SHARED, type Spec, TEXT_CELLS } from "./specs.ts";
import { TEMPLATES } from "./templates.tsx";

/** Fragments: they have no element to carry a key. */
const KEYLESS = new Set(["two", "words", "lis", "shapes"]);

function keyOf(item: Spec): string | undefined {
  if (item.t === "comp") return item.key;
  return item.t === "tpl" && !KEYLESS.has(item.name) ? item.key : undefined;
}

/** The state that pages are shown from: the root's spec and signals. */
export class World {
  readonly root: Signal<Spec>;
  readonly cells: readonly Signal<Renderable>[];
  readonly textCells: readonly Signal<string>[];
  /** Nodes that are made once and shown again and again. */
  readonly shared: readonly Renderable[];
  readonly #cellSpecs: Spec[];
  readonly #sharedSpecs: readonly Spec[];

  constructor(
    root: Spec,
    cells: readonly Spec[],
    texts: readonly string[],
    shared: readonly Spec[],
  ) {
    this.root = signal(root);
    this.textCells = texts.slice(0, TEXT_CELLS).map((text) => signal(text));
    this.#cellSpecs = cells.slice(0, CELLS);
    this.#sharedSpecs = shared.slice(0, SHARED);
    this.cells = this.#cellSpecs.map((spec, i) => signal(this.show(spec, `cell${i}`)));
    this.shared = this.#sharedSpecs.map((spec, i) => this.show(spec, `shared${i}`));
  }

  /** The same state in signals and nodes of its own, which nothing has shown yet. */
  copy(): World {
    const texts = this.textCells.map((cell) => cell.value);
    return new World(this.root.value, this.#cellSpecs, texts, this.#sharedSpecs);
  }

  textCell(text: string | undefined): Signal<string> {
    return this.textCells[(text?.length ?? 0) % TEXT_CELLS]!;
  }

  setCell(id: number, spec: Spec): void {
    this.#cellSpecs[id] = spec;
    this.cells[id]!.value = this.show(spec, `cell${id}`);
  }

  /** What a spec says. */
  show(spec: Spec, path: string): Renderable {
    switch (spec.t) {
      case "text":
        return spec.text;
      case "none":
        return spec.value;
      case "raw":
        return dangerouslyUnescapedHtml(spec.html);
      case "cell":
        return this.cells[spec.id]!;
      case "shared":
        return this.shared[spec.id]!;
      case "list":
        return spec.items.map((item, i) => {
          const key = keyOf(item);
          const at = key ?? "~" + i;
          return this.show(item, `${path}/L${spec.keyed}${at}`);
        });
      case "frag":
        return <>{spec.kids.map((kid, i) => this.show(kid, `${path}/~f${i}`))}</>;
      case "tpl": {
        const { make } = TEMPLATES.find(({ name }) => name === spec.name)!;
        const at = `${path}:${spec.name}`;
        const kids = spec.kids.map((kid, i) => this.show(kid, `${at}/${i}`));
        return make({ path: at, texts: spec.texts, kids, key: spec.key, world: this });
      }
      case "comp": {
        const type = COMPONENT_FUNCTIONS[spec.name as keyof typeof COMPONENT_FUNCTIONS];
        const at = `${path}:${spec.name}`;
        const children = spec.name === "Slotted" ? this.show(spec.kids[0]!, at) : undefined;
        const props = { path: at, texts: spec.texts, kids: spec.kids, world: this, children };
        return jsx(type, props, spec.key);
      }
    }
  }
}
