/**
 * The templates and components that random pages are made of, in both forms of JSX.
 *
 * @module
 */
import { jsx, jsxs } from "../../src/jsx/jsx_runtime.ts";
import { dangerouslyUnescapedHtml } from "../../src/jsx/node.ts";
import { on } from "../../src/jsx/on.ts";
import type { Renderable } from "../../src/contract/component.ts";
import { currentOwner } from "../../src/signals/owner.ts";
import { signal } from "../../src/signals/signals.ts";
import type { Signal } from "../../src/signals/signals.ts";
import type { Instance } from "../../src/tree/live.ts";
import { CELLS, type Shape, SHARED, type Spec, TEXT_CELLS } from "./specs.ts";

/** What a template is given to show. */
interface Fill {
  /** Names the place in the page, for comparing identity. */
  readonly path: string;
  readonly texts: readonly string[];
  readonly kids: readonly Renderable[];
  readonly key: string | undefined;
  readonly world: World;
}

type Maker = (fill: Fill) => Renderable;

interface Entry extends Shape {
  readonly make: Maker;
}

const f = (): void => {};
const declared = on(() => {}, { fields: ["clientX"] });

/** A handler, a handler with fields, or none: by the text. */
function handlerOf(text: string | undefined): (() => void) | typeof declared | undefined {
  return text === "a" || text === "hello" ? undefined : text === "1" ? declared : f;
}

function entry(
  name: string,
  place: Shape["place"],
  texts: number,
  kids: Shape["kids"],
  make: Maker,
): Entry {
  return { name, place, texts, kids, make };
}

export const TEMPLATES: readonly Entry[] = [
  entry(
    "div",
    "flow",
    2,
    ["flow", "flow"],
    ({ path, texts: [a, b], kids, key }) => (
      <div key={key} class={a ? ["c", a] : null} data-p={path} data-t="div">
        {kids[0]}
        <p title={b}>Hi {b}, there</p>
        {kids[1]}
      </div>
    ),
  ),
  entry(
    "section",
    "flow",
    1,
    ["phrasing", "flow"],
    ({ path, texts: [a], kids, key }) => (
      <section key={key} data-p={path} data-t="section" style={{ color: "red", "--x": a }}>
        <h2>{kids[0]}</h2>
        static &amp; &lt; text
        {kids[1]}
        <hr />
      </section>
    ),
  ),
  entry(
    "fill",
    "flow",
    0,
    ["flow"],
    ({ path, kids, key }) => <main key={key} data-p={path} data-t="fill">{kids[0]}</main>,
  ),
  entry("two", "phrasing", 1, ["phrasing"], ({ texts: [a], kids }) => (
    <>
      <b>x{a}</b>
      {kids[0]}
      <i data-t="two">y</i>
    </>
  )),
  entry("words", "phrasing", 2, [], ({ texts: [a, b] }) => <>{a} {b}</>),
  entry(
    "span",
    "phrasing",
    1,
    ["phrasing"],
    ({ path, texts: [a], kids, key }) => (
      <span key={key} data-p={path} data-t="span" aria-label={a} hidden={a === "a"}>
        {kids[0]}
        {a}
      </span>
    ),
  ),
  entry("button", "phrasing", 2, [], ({ path, texts: [a, b], key }) => (
    <button
      key={key}
      type="button"
      data-p={path}
      data-t="button"
      disabled={a === ""}
      onclick={handlerOf(a)}
      onkeydown={handlerOf(b)}
    >
      <em>{a}</em>
    </button>
  )),
  entry(
    "signal-text",
    "phrasing",
    1,
    [],
    ({ path, texts: [a], key, world }) => (
      <u key={key} data-p={path} data-t="signal-text" title={world.textCell(a)}>
        {world.textCell(a)}
      </u>
    ),
  ),
  entry(
    "ul",
    "flow",
    0,
    ["items"],
    ({ path, kids, key }) => <ul key={key} data-p={path} data-t="ul">{kids[0]}</ul>,
  ),
  entry(
    "ol",
    "flow",
    0,
    ["items"],
    ({ path, kids, key }) => (
      <ol key={key} data-p={path} data-t="ol">
        <li>first</li>
        {kids[0]}
        <li>last</li>
      </ol>
    ),
  ),
  entry(
    "li",
    "items",
    1,
    ["flow"],
    ({ path, texts: [a], kids, key }) => (
      <li key={key} data-p={path} data-t="li" class={{ on: a === "1", [`l${a?.length}`]: true }}>
        {kids[0]}
      </li>
    ),
  ),
  entry("lis", "items", 2, [], ({ texts: [a, b] }) => (
    <>
      <li data-t="lis">{a}</li>
      <li>{b}!</li>
    </>
  )),
  entry(
    "table",
    "flow",
    0,
    ["rows"],
    ({ path, kids, key }) => (
      <table key={key} data-p={path} data-t="table">
        <tbody>{kids[0]}</tbody>
      </table>
    ),
  ),
  entry(
    "tr",
    "rows",
    1,
    ["flow"],
    ({ path, texts: [a], kids, key }) => (
      <tr key={key} data-p={path} data-t="tr">
        <td>{a}</td>
        <td>{kids[0]}</td>
      </tr>
    ),
  ),
  entry(
    "select",
    "phrasing",
    1,
    ["options"],
    ({ path, texts: [a], kids, key }) => (
      <select key={key} data-p={path} data-t="select" value={a === "" ? null : "o" + a?.length}>
        <option value="o0">none</option>
        {kids[0]}
      </select>
    ),
  ),
  entry(
    "option",
    "options",
    1,
    [],
    ({ path, texts: [a], key }) => (
      <option key={key} data-p={path} data-t="option" value={"o" + a?.length}>{a}</option>
    ),
  ),
  entry(
    "option-text",
    "options",
    1,
    [],
    ({ texts: [a], key }) => <option key={key} data-t="option-text">o{a?.length}</option>,
  ),
  entry("input", "phrasing", 2, [], ({ path, texts: [a, b], key }) => (
    <input
      key={key}
      data-p={path}
      data-t="input"
      value={a}
      placeholder={b}
      readonly={b === "a"}
      oninput={f}
    />
  )),
  entry(
    "checkbox",
    "phrasing",
    1,
    [],
    ({ path, texts: [a], key }) => (
      <input key={key} type="checkbox" data-p={path} data-t="checkbox" checked={a !== ""} />
    ),
  ),
  entry(
    "textarea",
    "phrasing",
    2,
    [],
    ({ path, texts: [a, b], key }) => (
      <textarea key={key} data-p={path} data-t="textarea" value={a} rows={b?.length} />
    ),
  ),
  entry(
    "textarea-text",
    "phrasing",
    2,
    [],
    ({ path, texts: [a, b], key }) => (
      <textarea key={key} data-p={path} data-t="textarea-text">{a} and {b}</textarea>
    ),
  ),
  entry(
    "textarea-fill",
    "phrasing",
    1,
    [],
    ({ path, texts: [a], key }) => (
      <textarea key={key} data-p={path} data-t="textarea-fill">{a}</textarea>
    ),
  ),
  entry(
    "title",
    "flow",
    2,
    [],
    ({ path, texts: [a, b], key, world }) => (
      <title key={key} data-p={path} data-t="title">{a} - {world.textCell(b)}</title>
    ),
  ),
  entry(
    "pre",
    "flow",
    1,
    [],
    ({ path, texts: [a], key }) => <pre key={key} data-p={path} data-t="pre">{a}</pre>,
  ),
  entry(
    "pre-kids",
    "flow",
    0,
    ["phrasing", "phrasing"],
    ({ path, kids, key }) => (
      <pre
        key={key}
        data-p={path}
        data-t="pre-kids"
      >{kids[0]}{kids[1]}</pre>
    ),
  ),
  entry(
    "svg",
    "phrasing",
    1,
    ["shapes"],
    ({ path, texts: [a], kids, key }) => (
      <svg key={key} data-p={path} data-t="svg" viewBox="0 0 9 9">
        <title>{a}</title>
        <g>{kids[0]}</g>
        <foreignObject>
          <div>in {a}</div>
        </foreignObject>
      </svg>
    ),
  ),
  entry(
    "circle",
    "shapes",
    1,
    [],
    ({ path, texts: [a], key }) => (
      <circle key={key} data-p={path} data-t="circle" r={a?.length} fill={a} stroke-width="2" />
    ),
  ),
  entry("shapes", "shapes", 1, ["shapes"], ({ texts: [a], kids }) => (
    <>
      <path d={a} data-t="shapes" />
      {kids[0]}
      <text>{a}</text>
    </>
  )),
  entry("html", "flow", 1, [], ({ path, texts: [a], key }) => (
    <div
      key={key}
      data-p={path}
      data-t="html"
      dangerouslySetInnerHTML={{ __html: `<b v>${a?.length}</b><!---->${a?.length}` }}
    />
  )),
  entry(
    "jsx-div",
    "flow",
    2,
    ["flow", "flow"],
    ({ path, texts: [a, b], kids, key }) =>
      jsxs("div", {
        "data-p": path,
        "data-t": "jsx-div",
        className: [a, { x: b === "" }],
        onClick: handlerOf(a),
        children: [kids[0], "between", kids[1]],
      }, key),
  ),
  entry(
    "jsx-p",
    "flow",
    1,
    ["phrasing"],
    ({ path, texts: [a], kids, key }) =>
      jsx("p", { "data-p": path, "data-t": "jsx-p", title: a, children: kids[0] }, key),
  ),
  entry("jsx-input", "phrasing", 2, [], ({ path, texts: [a, b], key }) =>
    jsx("input", {
      "data-p": path,
      "data-t": "jsx-input",
      type: "checkbox",
      checked: a !== "",
      value: b,
      disabled: b === "a",
    }, key)),
  entry("jsx-li", "items", 1, ["flow"], ({ path, texts: [a], kids, key }) =>
    jsxs("li", {
      "data-p": path,
      "data-t": "jsx-li",
      children: [jsx("b", { children: a }), kids[0]],
    }, key)),
];

/** The component that a spec names: its props say what to show. */
interface PartProps {
  readonly path: string;
  readonly texts: readonly string[];
  readonly kids: readonly Spec[];
  readonly world: World;
  readonly children?: Renderable;
}

function Plain({ path, texts: [a], kids, world }: PartProps): Renderable {
  return <article data-p={path} data-t="Plain" title={a}>{world.show(kids[0]!, path)}</article>;
}

/** A component whose whole output is whatever its child is. */
function Through({ path, kids, world }: PartProps): Renderable {
  return world.show(kids[0]!, path);
}

/** A set-up component: its render reads a signal and its props. */
function SetUp(props: PartProps): () => Renderable {
  const cell = props.world.textCells[0]!;
  return () => (
    <aside data-p={props.path} data-t="SetUp">
      {cell.value}
      {props.world.show(props.kids[0]!, props.path)}
      {props.texts[0]}
    </aside>
  );
}

/** One whose output changes kind with a signal, so that a list item's root changes. */
function Turns(props: PartProps): () => Renderable {
  const cell = props.world.textCells[1]!;
  return () => {
    const text = cell.value;
    if (text === "" || text === "a") return null;
    if (text.length % 3 === 0) return <b data-p={props.path + "b"} data-t="Turns">{text}</b>;
    if (text.length % 3 === 1) return <i>{text}{props.texts[0]}</i>;
    return [text, <b key="b" data-t="Turns2">{text}</b>];
  };
}

function Row(props: PartProps): Renderable {
  return (
    <tr data-p={props.path} data-t="Row">
      <td>{props.texts[0]}</td>
    </tr>
  );
}

function Item(props: PartProps): () => Renderable {
  return () => (
    <li data-p={props.path} data-t="Item">
      {props.texts[0]}
      {props.world.show(props.kids[0]!, props.path)}
    </li>
  );
}

/** Shows the children it was given, perhaps twice, perhaps not. */
function Slotted(props: PartProps): Renderable {
  const length = props.texts[0]?.length ?? 0;
  return (
    <nav data-t="Slotted">
      {length > 0 && props.children}
      {length > 3 ? props.children : null}
    </nav>
  );
}

/** Throws while a signal says so. */
function Fails(props: PartProps): () => Renderable {
  return () => {
    if (fails(props.world)) throw new Error("as told");
    return <q data-t="Fails">{props.texts[0]}</q>;
  };
}

function fails(world: World): boolean {
  return world.textCells[2]!.value.length % 2 === 1;
}

/** Shows a fallback while its children fail, and tries them again when the cause has changed. */
function Guarded(props: PartProps): () => Renderable {
  const owner = currentOwner() as Instance;
  const cause = props.world.textCells[2]!;
  const failedFor = signal<string | undefined>(undefined);
  owner.catchError = () => {
    if (failedFor.peek() === cause.peek()) return false;
    failedFor.value = cause.peek();
    return true;
  };
  return () =>
    failedFor.value === cause.value
      ? <em data-t="Guarded">failed {props.texts[0]}</em>
      : (
        <blockquote data-p={props.path}>
          {props.world.show(props.kids[0]!, props.path)}
          <Fails {...props} />
        </blockquote>
      );
}

const COMPONENT_FUNCTIONS = { Plain, Through, SetUp, Turns, Row, Item, Slotted, Guarded };

export const COMPONENTS: readonly Shape[] = [
  { name: "Plain", place: "flow", texts: 1, kids: ["flow"] },
  { name: "Through", place: "flow", texts: 0, kids: ["flow"] },
  { name: "Through", place: "items", texts: 0, kids: ["items"] },
  { name: "SetUp", place: "flow", texts: 1, kids: ["flow"] },
  { name: "Turns", place: "phrasing", texts: 1, kids: [] },
  { name: "Row", place: "rows", texts: 1, kids: [] },
  { name: "Item", place: "items", texts: 1, kids: ["flow"] },
  { name: "Slotted", place: "flow", texts: 1, kids: ["flow"] },
  { name: "Guarded", place: "flow", texts: 1, kids: ["flow"] },
];

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
