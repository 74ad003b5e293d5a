/**
 * THREATS 28: whatever stands in a value, the parsed page shows it as inert text.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Renderable } from "../../src/contract/component.ts";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { textValue } from "../../src/player/controls.ts";
import type { PlayerElement } from "../../src/player/dom.ts";
import { PlayerPage } from "../../src/player/page.ts";
import { queryAll } from "../../src/player/query.ts";
import { signal } from "../../src/signals/signals.ts";
import { documentOf, LivePage, renderOnce } from "../tree/live_page.ts";

const VALUES = [
  "<script>alert(1)</script>",
  "</script><script>alert(1)</script>",
  "</textarea></title></style></select><b>",
  "<!--",
  "-->",
  "--!>",
  "<!-- a -- b -->",
  "<!>",
  "<?>",
  "<!--v0-->",
  "<!--/v0-->",
  "<!--/v!-->",
  "]]>",
  "<![CDATA[x]]>",
  "\"'`=<>&",
  "&lt;b&gt; &amp; &#39; &quot; &nbsp; &notanentity; &#x3c;",
  "\u2028\u2029",
  "\ud800 lone \udc00",
  "\ud83d\ude00",
  "a\u0000b",
  "\r\n\r\t\n",
  "\nleading",
  "\ufeffbom",
  "\u0001\u007f\u0080\ufffe",
  "' onclick=alert(1) x='",
  '" onclick="alert(1)',
  "a{b}${c}",
  "javascript:alert(1)".slice(0, 10),
];

/** What a page that came through UTF-8 and a parser shows of it. */
function shown(value: string): string {
  return value.toWellFormed().replaceAll("\0", "\ufffd");
}

interface Position {
  readonly name: string;
  render(value: unknown): Renderable;
  read(page: PlayerElement): string | undefined;
}

function one(page: PlayerElement, selector: string): PlayerElement {
  const [found] = queryAll(page, selector);
  assert(found, `no ${selector}`);
  return found;
}

const POSITIONS: readonly Position[] = [
  {
    name: "text that fills an element",
    render: (value) => <p id="t">{value as string}</p>,
    read: (page) => one(page, "#t").text,
  },
  {
    name: "text between texts",
    render: (value) => <p id="t">a {value as string} § {value as string}</p>,
    read: (page) => one(page, "#t").text.slice(2).split(" § ")[0],
  },
  {
    name: "text without an element",
    render: (value) => <>{value as string}</>,
    read: (page) => page.text,
  },
  {
    name: "text of list items",
    render: (value) => <ul id="t">{[value as string]}</ul>,
    read: (page) => one(page, "#t").text,
  },
  {
    name: "preformatted text",
    render: (value) => <pre id="t">{value as string}</pre>,
    read: (page) => one(page, "#t").text,
  },
  {
    name: "title",
    render: (value) => <title id="t">{value as string}</title>,
    read: (page) => one(page, "#t").text,
  },
  {
    name: "content of a text area",
    render: (value) => <textarea id="t">{value as string}</textarea>,
    read: (page) => textValue(one(page, "#t")),
  },
  {
    name: "value of a text area",
    render: (value) => <textarea id="t" value={value as string} />,
    read: (page) => textValue(one(page, "#t")),
  },
  {
    name: "value of an input",
    render: (value) => <input id="t" value={value as string} />,
    read: (page) => textValue(one(page, "#t")),
  },
  {
    name: "attribute",
    render: (value) => <p id="t" title={value as string}>x</p>,
    read: (page) => one(page, "#t").get("title"),
  },
  {
    name: "attribute of react-jsx",
    render: (value) => jsx("p", { id: "t", title: value, children: "x" }) as Renderable,
    read: (page) => one(page, "#t").get("title"),
  },
  {
    name: "address",
    render: (value) => <a id="t" href={("/" + value) as string}>x</a>,
    read: (page) => one(page, "#t").get("href")?.slice(1),
  },
  {
    name: "data attribute",
    render: (value) => <p id="t" data-x={value as string}>x</p>,
    read: (page) => one(page, "#t").get("data-x"),
  },
  {
    name: "class",
    render: (value) => <p id="t" class={[value as string]}>x</p>,
    read: (page) => one(page, "#t").get("class"),
  },
  {
    name: "style",
    render: (value) => <p id="t" style={`--x:${value}`}>x</p>,
    read: (page) => one(page, "#t").get("style")?.slice(4),
  },
  {
    name: "option",
    render: (value) => (
      <select>
        <option id="t">{value as string}</option>
      </select>
    ),
    read: (page) => one(page, "#t").text,
  },
  {
    name: "text in SVG",
    render: (value) => (
      <svg>
        <text id="t">{value as string}</text>
      </svg>
    ),
    read: (page) => one(page, "#t").text,
  },
];

/** Nothing but what was written may be in the page. */
function mustBeInert(page: PlayerElement, what: string): void {
  assertEquals(queryAll(page, "script, b, [onclick]").length, 0, what);
}

for (const position of POSITIONS) {
  Deno.test(`a page shows any ${position.name} as it is`, () => {
    for (const value of VALUES) {
      const what = JSON.stringify(value);
      const { body } = new PlayerPage(documentOf(renderOnce(position.render(value))));
      mustBeInert(body, what);
      assertEquals(position.read(body), shown(value), `${what} as markup`);
    }
  });

  Deno.test(`a patch shows any ${position.name} as it is`, () => {
    for (const value of VALUES) {
      const what = JSON.stringify(value);
      const text = signal("start");
      const live = new LivePage(jsx(() => () => position.render(text.value), {}));
      text.value = value;
      live.flush();
      mustBeInert(live.page.body, what);
      assertEquals(position.read(live.page.body), shown(value), `${what} as a patch`);
      assertEquals(live.mismatches, [], what);
    }
  });
}
