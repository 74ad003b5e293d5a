/**
 * The templates that random pages are made of, in both forms of JSX.
 *
 * @module
 */
import { jsx, jsxs } from "../../src/jsx/jsx_runtime.ts";
import { on } from "../../src/jsx/on.ts";
import type { Renderable } from "../../src/contract/component.ts";
import type { Shape } from "./specs.ts";
import type { World } from "./world.tsx";

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
