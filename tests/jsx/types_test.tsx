// What the compiler says of it is what is tested: the lint would write some of it otherwise.
// deno-lint-ignore-file jsx-key jsx-button-has-type
/** What TypeScript tells an author: each line marked as an error is one, all others are none. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Component, type Ctx, ErrorBoundary, on, type Renderable, signal } from "@vango/vango";
import { TemplateError } from "../../src/jsx/errors.ts";
import { TemplateNode } from "../../src/jsx/node.ts";
import { renderOnce } from "../tree/live_page.ts";

const text = signal("x");
const number = signal(1);
const flag = signal(true);

const Counter: Component<{ start: number }> = ({ start }) => <b>{start}</b>;
function Card(props: { title: string; children: Renderable }, _ctx: Ctx): Renderable {
  return <section title={props.title}>{props.children}</section>;
}

Deno.test("attributes take what HTML takes, numbers as texts, and signals", () => {
  const html = renderOnce(
    <form method="dialog" rel="noopener" novalidate>
      <input
        type="email"
        tabindex="0"
        maxlength={number}
        value={text}
        spellcheck="false"
        formaction="/other"
        popovertarget="menu"
        checked={flag.value}
        aria-label={text}
        data-any={{ toString: () => "thing" }.toString()}
      />
      <div contenteditable="true" hidden="until-found" part="body" draggable={false} />
      <a href="/" rel="noopener" popovertarget="menu">home</a>
      <details name="one" open={flag.value} />
      <dialog closedby="any" onclose={() => {}} />
      <img src="/a.png" alt="" fetchpriority="high" />
      <button command="show-modal" commandfor="dialog">Open</button>
    </form>,
  );
  assertStringIncludes(html, `contenteditable="true" hidden="until-found" part="body"`);
  assertStringIncludes(html, `maxlength="1"`);
});

Deno.test("attributes that are no attribute, or of another kind, are errors", () => {
  const made = [
    // @ts-expect-error: no such attribute
    <div hrf="/" />,
    // @ts-expect-error: no such type
    <button type="sbmit" />,
    // @ts-expect-error: a number is asked for
    <input maxlength="many" />,
    // @ts-expect-error: what is no attribute of this element
    <p fetchpriority="high" />,
  ];
  assertEquals(made.length, 4);
});

Deno.test("a handler knows what its event brings, on every kind of element", () => {
  const node = (
    <main onkeydown={(event) => event.key.toUpperCase()}>
      <input oninput={(event) => event.value.length + event.files.length} />
      <form onsubmit={async (event) => (await Promise.resolve(event.data)).get("name")} />
      <svg>
        <rect x={number} onpointerdown={(event) => event.x.toFixed()} />
      </svg>
      <x-map onclick={(event) => event.id.length} on:moved={(event) => event.detail} any={[1]} />
      <dialog onclose={(event) => event.id.length} />
      <input
        oninput={on((event) => event.value + event.fields.inputType, { fields: ["inputType"] })}
      />
    </main>
  );
  assertEquals(node instanceof TemplateNode, true);
});

Deno.test("a handler of another event, and what an event does not bring, are errors", () => {
  const made = [
    // @ts-expect-error: clicks have no key
    <button onclick={(event: { key: string }) => event.key} />,
    // @ts-expect-error: misspelt
    <input oninput={(event) => event.vlaue} />,
    // @ts-expect-error: pointers have no key, in SVG either
    <rect onpointerdown={(event) => event.key} />,
    // @ts-expect-error: nor does a click on an element of one's own
    <x-map onclick={(event) => event.key} />,
    // @ts-expect-error: a field that was not declared
    <p onclick={on((event) => event.fields.clientY, { fields: ["clientX"] })} />,
    // @ts-expect-error: handlers are functions
    () => <button onclick="go()" />,
  ];
  assertEquals(made.length, 6);
});

Deno.test("props are checked, missing ones and children included", () => {
  const made = [
    <Counter key="a" start={1} />,
    <Card title="a">text</Card>,
    // @ts-expect-error: start is missing
    <Counter />,
    // @ts-expect-error: start is a number
    <Counter start="1" />,
    // @ts-expect-error: it takes no children
    <Counter start={1}>text</Counter>,
    // @ts-expect-error: its children are missing
    <Card title="a" />,
    // @ts-expect-error: no such prop
    <Card title="a" big>text</Card>,
    // @ts-expect-error: what was thrown may be anything
    <ErrorBoundary fallback={(error) => error.message} />,
  ];
  assertEquals(made.length, 8);
});

Deno.test("what cannot be shown is an error", () => {
  const made = [
    // @ts-expect-error: which format?
    <p>{new Date()}</p>,
    // @ts-expect-error: a component is written as an element
    <p>{() => "text"}</p>,
    // @ts-expect-error: an async component waits, a slot does not
    <p>{Promise.resolve("text")}</p>,
    <p>{[text, 1n, null, new Set(["a"])]}</p>,
  ];
  assertEquals(made.length, 4);
});

Deno.test("on: names a custom event, in lower case, and what cannot be a name is refused", () => {
  const run = (): void => {};
  assertStringIncludes(
    renderOnce(<x-map on:moved-Away={run} on-sl-change={on(run, { fields: ["timeStamp"] })} />),
    `v="moved-away sl-change:timeStamp"`,
  );
  for (const attributes of [{ "on:a:b": run }, { "on:x": run }]) {
    assertThrows(() => renderOnce(<x-map {...attributes} />), TemplateError, "cannot listen to");
  }
});
