// What is written here is what is tested: the lint would write it otherwise.
// deno-lint-ignore-file jsx-boolean-value jsx-curly-braces jsx-key
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { TemplateError, type TemplateErrorCode } from "../../src/jsx/errors.ts";
import { jsx, jsxAttr, jsxDEV, jsxs, jsxTemplate } from "../../src/jsx/jsx_runtime.ts";
import type { TemplateNode } from "../../src/jsx/node.ts";
import { createElement } from "../../src/jsx/element.ts";
import { dangerouslyUnescapedHtml } from "../../src/jsx/node.ts";
import { on } from "../../src/jsx/on.ts";
import { signal } from "../../src/signals/signals.ts";
import { renderOnce } from "../tree/live_page.ts";

function refused(make: () => unknown, code: TemplateErrorCode, message: string): void {
  const error = assertThrows(make, TemplateError, message);
  assertEquals(error.code, code);
}

/** As {@linkcode refused}, for what a component on the way has added its name to. */
function refusedBelow(make: () => unknown, code: TemplateErrorCode, message: string): void {
  refused(
    () => {
      try {
        make();
      } catch (error) {
        throw (error as Error).cause ?? error;
      }
    },
    code,
    message,
  );
}

function chunks(node: unknown): string {
  return (node as TemplateNode).tpl.chunks.join("|");
}

const f = (): void => {};

Deno.test("compileTemplate marks what patches reach, and nothing else", () => {
  const name = "Ada";
  assertEquals(
    chunks(
      <p class={name}>
        Hi {name}, <b onclick={f}>{name}</b>
      </p>,
    ),
    "<p v|>Hi <!>|<?>, <b v=a>|</b></p>",
  );
  assertEquals(chunks(<p>static</p>), "<p v>static</p>");
  assertEquals(chunks(<>{name} and {name}</>), "<!>|<?> and <!>|<?>");
});

Deno.test("a template is single when one element is all there is", () => {
  assert((<p>x</p> as TemplateNode).tpl.single);
  assert(
    !((
      <>
        <p>x</p>
      </>
    ) as TemplateNode).tpl.single === false,
  );
  assert(
    !((
      <>
        <p>x</p>
        <p>y</p>
      </>
    ) as TemplateNode).tpl.single,
  );
  assert(
    !((
      <>
        x<p>y</p>
      </>
    ) as TemplateNode).tpl.single,
  );
});

Deno.test("one place in the source is one template, each call a node of its own", () => {
  const make = (text: string) => <p>{text}</p>;
  const a = make("a") as TemplateNode;
  const b = make("b") as TemplateNode;
  assert(a !== b);
  assert(a.tpl === b.tpl);
});

Deno.test("missing handlers and declared fields make variants of one template", () => {
  const make = (handler: (() => void) | undefined, fields?: string[]) => (
    <b onclick={handler && fields ? on(handler, { fields }) : handler} onkeydown={f}>x</b>
  );
  const nodes = [make(f), make(undefined), make(f, ["clientX", "clientY"])] as TemplateNode[];
  assertEquals(nodes.map((node) => chunks(node)), [
    '<b v="a e">x</b>',
    "<b v=e>x</b>",
    '<b v="a:clientX,clientY e">x</b>',
  ]);
  assertEquals(new Set(nodes.map((node) => node.tpl.origin)).size, 1);
});

Deno.test("precompile and react-jsx write the same markup", () => {
  const list = ["x", "y"];
  const pairs: [unknown, unknown][] = [
    [
      <p className="a" id="b" tabindex={1} hidden={true}>t</p>,
      jsx("p", { className: "a", id: "b", tabindex: 1, hidden: true, children: "t" }),
    ],
    [
      <input checked={true} disabled={false} value="v" />,
      jsx("input", {
        checked: true,
        disabled: false,
        value: "v",
      }),
    ],
    [
      <ul>{list.map((each) => <li key={each}>{each}</li>)}</ul>,
      jsx("ul", {
        children: list.map((each) => jsx("li", { children: each }, each)),
      }),
    ],
    [<br />, jsx("br", {})],
    [<textarea value={"\nx"} />, jsx("textarea", { value: "\nx" })],
    [
      <svg viewBox="0 0 1 1">
        <path stroke-width={2} />
      </svg>,
      jsx("svg", { viewBox: "0 0 1 1", children: jsx("path", { "stroke-width": 2 }) }),
    ],
  ];
  const plain = (node: unknown): string =>
    renderOnce(node).replace(/ v(?:=\w+)?(?=[ >])|<!>|<\?>/g, "")
      .replace(
        /<(\w+) ([^>]*)>/g,
        (_, tag, attributes: string) =>
          `<${tag} ${attributes.replace(/=""/g, "").trim().split(" ").sort().join(" ")}>`,
      );
  for (const [precompiled, called] of pairs) assertEquals(plain(called), plain(precompiled));
});

Deno.test("jsx takes one child, which may be a list; jsxs takes several", () => {
  const rows = [jsx("li", { children: "a" }, 1), jsx("li", { children: "b" }, 2)];
  assertEquals(chunks(jsx("ul", { children: rows })), "<ul v>|</ul>");
  assertEquals(chunks(jsxs("p", { children: ["a", "b"] })), "<p v><!>|<?><!>|<?></p>");
  assertEquals(
    chunks(jsxDEV("p", { children: ["a", "b"] }, undefined, true)),
    "<p v><!>|<?><!>|<?></p>",
  );
  assertEquals(chunks(jsxDEV("p", { children: ["a", "b"] })), "<p v>|</p>");
});

Deno.test("createElement takes a key and children as they come", () => {
  const node = createElement("li", { key: 1, title: "t" }, "a", "b") as TemplateNode;
  assertEquals(renderOnce(node), '<li v title="t"><!>a<?><!>b<?></li>');
  assertEquals(node.slots[node.tpl.keySlot], 1);
  assertEquals(renderOnce(createElement("p", null, "x")), "<p v>x</p>");
  assertEquals(renderOnce(createElement("br", null)), "<br v>");
});

Deno.test("raw HTML cannot end what players take it for", () => {
  const raw = dangerouslyUnescapedHtml("a<!--/v!-->b\0");
  assertEquals(renderOnce(<p>{raw}</p>), "<p v><!--v!-->ab\ufffd<!--/v!--></p>");
});

Deno.test("keys are no attributes: of a root they name the item, elsewhere nothing", () => {
  const node = (
    <li key="k">
      <b key="inner">x</b>
    </li>
  ) as TemplateNode;
  assertEquals(chunks(node), "<li v><b>x</b></li>");
  assertEquals(renderOnce(node), "<li v><b>x</b></li>");
  assertEquals(renderOnce(<li key={1}>x</li>), "<li v>x</li>", "a constant one neither");
});

Deno.test("elements that hold text alone are set whole", () => {
  const name = "<Ada>";
  assertEquals(renderOnce(<title>Hi {name}!</title>), "<title v>Hi &lt;Ada&gt;!</title>");
  assertEquals(renderOnce(<textarea>{name}</textarea>), "<textarea v>\n&lt;Ada&gt;</textarea>");
  refused(
    () => renderOnce(<title>{<b>x</b> as never}</title>),
    "not-renderable",
    "takes only text",
  );
});

Deno.test("the line feed that the parser drops is written before content that may begin with one", () => {
  const text = "\nfirst";
  assertEquals(renderOnce(<pre>{text}</pre>), "<pre v>\n\nfirst</pre>");
  assertEquals(renderOnce(<pre>{"\nconstant"}</pre>), "<pre v>\n\nconstant</pre>");
  assertEquals(renderOnce(<pre>constant</pre>), "<pre v>constant</pre>");
  assertEquals(renderOnce(<textarea value={text} />), "<textarea v>\n\nfirst</textarea>");
});

Deno.test("a constant value of a text area is its content; a select says which option", () => {
  assertEquals(
    renderOnce(<textarea rows={2} value="a<b" />),
    '<textarea v rows="2">\na&lt;b</textarea>',
  );
  refused(
    () => (
      <select value="a">
        <option>a</option>
      </select>
    ),
    "markup",
    "selected on the option",
  );
});

Deno.test("constant style and script are written as they are, and cannot end themselves", () => {
  assertEquals(
    renderOnce(<style>{"a > b { c: '&' }"}</style>),
    "<style v>a > b { c: '&' }</style>",
  );
  refused(() => <script>{"'</script>'"}</script>, "raw-text-element", "<script>");
  refused(() => <style>{"<!-- x"}</style>, "raw-text-element", "<style>");
});

Deno.test("slots are refused where players do not look, and where nothing can be escaped", () => {
  const x = "x";
  refused(() => <style>{x}</style>, "raw-text-element", "cannot fill <style>");
  refused(() => <script>{x}</script>, "raw-text-element", "cannot fill <script>");
  refused(() => <noscript>{x}</noscript>, "raw-text-element", "cannot fill <noscript>");
  refused(
    () => (
      <noscript>
        <img alt={x} />
      </noscript>
    ),
    "raw-text-element",
    "<noscript>",
  );
  refused(
    () => (
      <template>
        <b>{x}</b>
      </template>
    ),
    "raw-text-element",
    "cannot fill <template>",
  );
  refused(
    () => (
      <template>
        <b onclick={f}>x</b>
      </template>
    ),
    "raw-text-element",
    "<template>",
  );
});

Deno.test("markup that the parser would rearrange is refused", () => {
  const x = "x";
  refused(
    () => (
      <table>
        <tr>
          <td>{x}</td>
        </tr>
      </table>
    ),
    "markup",
    "<tr> straight in <table>",
  );
  refused(
    () => (
      <p>
        <div>{x}</div>
      </p>
    ),
    "markup",
    "<div> in <p>",
  );
  refused(
    () => (
      <a href="/a">
        <b>
          <a href="/b">{x}</a>
        </b>
      </a>
    ),
    "markup",
    "<a> in <a>",
  );
  refused(
    () => (
      <form>
        <div>
          <form>{x}</form>
        </div>
      </form>
    ),
    "markup",
    "<form> in <form>",
  );
  refused(
    () => (
      <div>
        <tr>{x}</tr>
      </div>
    ),
    "markup",
    "the parser drops it",
  );
  refused(
    () => (
      <div>
        <td>{x}</td>
      </div>
    ),
    "markup",
    "the parser drops it",
  );
  refused(
    () => (
      <ul>
        <li>
          <li>{x}</li>
        </li>
      </ul>
    ),
    "markup",
    "item of the same list",
  );
  refused(
    () => (
      <h1>
        <h2>{x}</h2>
      </h1>
    ),
    "markup",
    "<h2> in <h1>",
  );
  refused(
    () => (
      <tbody>
        <div>{x}</div>
      </tbody>
    ),
    "markup",
    "<div> straight in <tbody>",
  );
  renderOnce(
    <ul>
      <li>
        <ul>
          <li>{x}</li>
        </ul>
      </li>
    </ul>,
  );
  renderOnce(
    <p>
      <button type="button">
        <b>{x}</b>
      </button>
    </p>,
  );
  renderOnce(
    <td>
      <p>{x}</p>
      <table>
        <tbody>
          <tr>
            <td>{x}</td>
          </tr>
        </tbody>
      </table>
    </td>,
  );
});

Deno.test("nesting is looked at across components, in development", () => {
  const Block = () => <div>x</div>;
  const Cells = () => <td>x</td>;
  refusedBelow(() => renderOnce(<p>a{jsx(Block, {})}</p>), "markup", "<div> in <p>");
  refusedBelow(
    () =>
      renderOnce(
        <ul>
          <li>{[<li key="1">x</li>]}</li>
        </ul>,
      ),
    "markup",
    "same list",
  );
  refusedBelow(() => renderOnce(<tbody>{jsx(Cells, {})}</tbody>), "markup", "straight in <tbody>");
  renderOnce(<tr>{jsx(Cells, {})}</tr>);
});

Deno.test("attribute names are checked however they are written", () => {
  const spread = (props: Record<string, unknown>) => <div {...props}>x</div>;
  refused(() => spread({ "a><script>": "x" }), "attribute-name", "end or split a tag");
  refused(() => spread({ 'onx"><img src=x>': null }), "attribute-name", "cannot listen");
  refused(() => renderOnce(spread({ ONCLICK: "alert(1)" })), "handler", "onclick as text");
  refused(() => renderOnce(spread({ onClick: "alert(1)" })), "handler", "onclick as text");
  refused(() => renderOnce(spread({ HREF: "javascript:alert(1)" })), "url", "javascript:");
  refused(() => spread({ SrcDoc: "<b>" }), "attribute-value", "srcdoc");
  refused(() => spread({ v: "a" }), "attribute-name", "attribute v");
  refused(() => jsxTemplate(['<p v="a">', "</p>"], "x"), "attribute-name", "attribute v");
  refused(() => jsxTemplate(["<p ", ">x</p>"], jsxAttr("v", "a")), "attribute-name", "attribute v");
  assertStringIncludes(renderOnce(<p title="a v b">x</p>), 'title="a v b"');
});

Deno.test("a handler is a function, on(), or nothing", () => {
  refused(() => <b onclick={{} as never}>x</b>, "handler", "neither a function");
  refused(() => <b onclick={true as never}>x</b>, "handler", "neither a function");
  refused(() => <b onclick={on(f, { fields: ["a b"] })}>x</b>, "handler", "cannot declare");
  assertEquals(renderOnce(<b onclick={null}>x</b>), "<b v>x</b>");
  assertEquals(renderOnce(<b onclick={false}>x</b>), "<b v>x</b>");
});

Deno.test("names that reach prototypes are names like others", () => {
  const props = JSON.parse('{"constructor":"a","toString":"b"}') as Record<string, unknown>;
  assertEquals(
    renderOnce(<div {...props}>x</div>),
    '<div v constructor="a" toString="b">x</div>',
  );
});

Deno.test("the compiler asks of a boolean attribute only whether it is true: types refuse a signal", () => {
  const off = signal(false);
  // @ts-expect-error A signal is always true.
  const always = <input disabled={off} />;
  assertStringIncludes(renderOnce(always), "disabled");
  assertEquals(renderOnce(<input disabled={off.value} />), "<input v>");
});
