import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { TemplateError } from "../../src/jsx/errors.ts";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import type { Component, Renderable } from "../../src/contract/component.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { queryAll } from "../../src/player/query.ts";
import { effect, onCleanup, onMount, signal } from "../../src/signals/signals.ts";
import { ComponentError } from "../../src/tree/component_error.ts";
import { LivePage, renderOnce, TestHost } from "./live_page.ts";

function shown(live: LivePage): string {
  const content = innerMarkup(live.page.body);
  assertEquals(live.mismatches, []);
  return content;
}

function play(component: Component, host?: TestHost): LivePage {
  return new LivePage(jsx(component, {}), host);
}

Deno.test("a set-up component keeps its state while others render", () => {
  const shownName = signal("a");
  let setUps = 0;
  const Counter = (props: { name: string }) => {
    setUps++;
    const count = signal(0);
    return () => <button type="button" onclick={() => count.value++}>{props.name} {count}</button>;
  };
  const live = play(() => () => (
    <p>
      <Counter name={shownName.value} />
    </p>
  ));
  const before = queryAll(live.page.body, "button")[0];
  shownName.value = "b";
  live.flush();
  assertEquals(shown(live), '<p><button type="button">b 0</button></p>');
  assertStrictEquals(queryAll(live.page.body, "button")[0], before);
  assertEquals(setUps, 1);
});

Deno.test("a signal in a slot patches that slot alone", () => {
  const count = signal(0);
  let renders = 0;
  const live = play(() => () => {
    renders++;
    return <p tabindex={count}>{count}</p>;
  });
  count.value = 1;
  const { ops } = live.flush();
  assertEquals(ops.map(({ op }) => op).sort(), ["attr", "text"]);
  assertEquals(renders, 1);
});

Deno.test("a component whose props are equal does not run again", () => {
  const outer = signal(0);
  let runs = 0;
  const Inner = (_: { a: number }) => {
    runs++;
    return <i>x</i>;
  };
  const live = play(() => () => (
    <p title={`${outer.value}`}>
      <Inner a={1} />
    </p>
  ));
  outer.value = 1;
  live.flush();
  assertEquals(runs, 1);
});

Deno.test("a component that runs anew ends what its last run made", () => {
  const outer = signal(0);
  const log: string[] = [];
  const Inner = ({ n }: { n: number }) => {
    onCleanup(() => log.push(`end ${n}`));
    signal(n);
    return <i>{n}</i>;
  };
  const live = play(() => () => (
    <p>
      <Inner n={outer.value} />
    </p>
  ));
  outer.value = 1;
  live.flush();
  assertEquals(log, ["end 0"]);
  live.tree.dispose();
  assertEquals(log, ["end 0", "end 1"]);
});

Deno.test("an effect in a render function is refused by name", () => {
  const error = assertThrows(
    () =>
      renderOnce(jsx(() => () => {
        effect(() => {});
        return null;
      }, {})),
    ComponentError,
  );
  assert((error as Error).message.includes("in a render function"));
});

Deno.test("what leaves the tree ends: effects, clean-ups, signals in slots", () => {
  const open = signal(true);
  const text = signal("x");
  const log: string[] = [];
  const Inner = () => {
    onMount(() => {
      log.push("mount");
      return () => log.push("unmount");
    });
    effect(() => void log.push("effect " + text.value));
    return () => <i>{text}</i>;
  };
  const host = new TestHost();
  const live = play(() => () => <p>{open.value ? <Inner /> : null}</p>, host);
  host.runTasks();
  assertEquals(log.splice(0), ["mount", "effect x"]);
  open.value = false;
  live.flush();
  assertEquals(log.splice(0), ["unmount"]);
  text.value = "y";
  host.runTasks();
  assertEquals(live.flush().ops, []);
  assertEquals(log, []);
});

Deno.test("an async component shows when it settles, and its newest run wins", async () => {
  const id = signal(1);
  const waiting = new Map<number, (text: string) => void>();
  const Slow = async ({ id }: { id: number }) => {
    const text = await new Promise<string>((resolve) => waiting.set(id, resolve));
    return <b>{text}</b>;
  };
  const live = play(() => () => (
    <p>
      <Slow id={id.value} />
    </p>
  ));
  assertEquals(shown(live), "<p></p>");
  waiting.get(1)!("one");
  await Promise.resolve();
  await Promise.resolve();
  live.flush();
  assertEquals(shown(live), "<p><b>one</b></p>");
  id.value = 2;
  live.flush();
  id.value = 3;
  live.flush();
  assertEquals(shown(live), "<p><b>one</b></p>", "the old output stays meanwhile");
  waiting.get(3)!("three");
  waiting.get(2)!("two, late");
  await Promise.resolve();
  await Promise.resolve();
  live.flush();
  assertEquals(shown(live), "<p><b>three</b></p>");
});

Deno.test("an async component runs again when a signal that it read before its first await changes", async () => {
  const id = signal(1);
  const Slow = async () => {
    const now = id.value;
    await Promise.resolve();
    return <b>{now}</b>;
  };
  const live = play(() => <p>{jsx(Slow, {})}</p>);
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
    live.flush();
  };
  await settle();
  assertEquals(shown(live), "<p><b>1</b></p>");
  id.value = 2;
  live.flush();
  await settle();
  assertEquals(shown(live), "<p><b>2</b></p>");
  id.value = 3;
  live.flush();
  for (let i = 0; i < 5; i++) await Promise.resolve();
  id.value = 4;
  live.flush();
  assertEquals(shown(live), "<p><b>3</b></p>", "settled before it changed again");
  await settle();
  assertEquals(shown(live), "<p><b>4</b></p>");
});

Deno.test("an async set-up is refused with a reason", async () => {
  const Bad = async () => {
    await Promise.resolve();
    return (() => <b>x</b>) as unknown as Renderable;
  };
  const host = new TestHost();
  const live = play(() => <p>{jsx(Bad as Component, {})}</p>, host);
  for (let i = 0; i < 5; i++) await Promise.resolve();
  live.flush();
  const [error] = host.reported as ComponentError[];
  assertEquals((error!.cause as TemplateError).code, "async-setup");
  assert(shown(live).includes("returned a render function"));
});

Deno.test("children that cannot be shown are refused, with a way out", () => {
  const cases: [unknown, string][] = [
    [{ a: 1 }, "an object"],
    [() => "x", "make it a component"],
    [Promise.resolve("x"), "await it in an async component"],
    [Symbol("x"), "a symbol"],
    [new Date(), "an instance of Date"],
  ];
  for (const [value, message] of cases) {
    const error = assertThrows(() => renderOnce(<p>{value as never}</p>), TemplateError, message);
    assertEquals(error.code, "not-renderable");
  }
});

Deno.test("duplicate keys are refused when a list is written and when it is patched", () => {
  const keys = signal(["a", "b"]);
  const List = () => () => keys.value.map((key) => <li key={key}>{key}</li>);
  assertThrows(
    () => renderOnce(<ul>{[<li key="a">1</li>, <li key="a">2</li>]}</ul>),
    TemplateError,
    'the key "a"',
  );
  const host = new TestHost();
  const live = play(() => <ul>{jsx(List, {})}</ul>, host);
  keys.value = ["b", "c", "c", "a"];
  live.flush();
  assertEquals(((host.reported[0] as Error).cause as TemplateError).code, "duplicate-key");
});

Deno.test("an element that a signal holds among items keeps comments around it, however it came", () => {
  const open = signal(false);
  const part = signal<Renderable>(<b>1</b>);
  const List = () => () => <p>{open.value ? [part, <i key="i">2</i>] : null}</p>;
  const patched = play(List);
  open.value = true;
  patched.flush();
  const fresh = play(List);
  const marks = { marks: true };
  assertEquals(innerMarkup(patched.page.body, marks), innerMarkup(fresh.page.body, marks));
  part.value = "text";
  patched.flush();
  assertEquals(shown(patched), "<p>text<i>2</i></p>");
});

Deno.test("a list that is the only child is one slot in react-jsx too", () => {
  const rows = signal(["a", "b"]);
  const live = play(() => () =>
    jsx("ul", {
      children: rows.value.map((row) => jsx("li", { children: row }, row)),
    })
  );
  const [, b] = queryAll(live.page.body, "li");
  rows.value = ["b", "c"];
  const { ops } = live.flush();
  assertEquals(ops.map(({ op }) => op), ["remove", "insert"]);
  assertStrictEquals(queryAll(live.page.body, "li")[0], b);
});

Deno.test("keys that are constant in the source name items too", () => {
  const turned = signal(false);
  let setUps = 0;
  const Part = () => {
    const n = ++setUps;
    return () => <i>{n}</i>;
  };
  const live = play(() => () => {
    const items = [
      <li key={1}>
        a<Part />
      </li>,
      <li key="two">
        b<Part />
      </li>,
      <li key={3}>c</li>,
    ];
    return <ul>{turned.value ? items.reverse() : items}</ul>;
  });
  const [first] = queryAll(live.page.body, "li");
  turned.value = true;
  live.flush();
  assertEquals(shown(live), "<ul><li>c</li><li>b<i>2</i></li><li>a<i>1</i></li></ul>");
  assertStrictEquals(queryAll(live.page.body, "li")[2], first);
});

Deno.test("one node at two places is two nodes in the page, each changing on its own", () => {
  const flag = signal(true);
  const text = signal("x");
  const shared = <b>{text}</b>;
  const live = play(() => () => <p>{shared}{flag.value ? shared : null}</p>);
  assertEquals(shown(live), "<p><b>x</b><b>x</b></p>");
  text.value = "y";
  live.flush();
  assertEquals(shown(live), "<p><b>y</b><b>y</b></p>");
  flag.value = false;
  live.flush();
  text.value = "z";
  live.flush();
  flag.value = true;
  live.flush();
  assertEquals(shown(live), "<p><b>z</b><b>z</b></p>");
});

Deno.test("a node that is shown again says what it said, whatever stood in its place meanwhile", () => {
  const which = signal(0);
  const say = (text: string, log: string[]) => (
    <button
      type="button"
      title={text}
      onclick={() => log.push(text)}
    >
      {[text]}
    </button>
  );
  const log: string[] = [];
  const nodes = [say("yes", log), say("no", log)];
  const live = play(() => () => <p>{nodes[which.value]}</p>);
  for (const next of [1, 0, 1, 1, 0]) {
    which.value = next;
    live.flush();
    const text = ["yes", "no"][next]!;
    assertEquals(shown(live), `<p><button type="button" title="${text}">${text}</button></p>`);
  }
});

Deno.test("children passed on are mounted where they are shown, and keep their state when moved on", () => {
  const open = signal(true);
  const outer = signal("a");
  let setUps = 0;
  const Stateful = () => {
    setUps++;
    const n = setUps;
    return () => <i>{n}</i>;
  };
  const Box = (props: { children?: Renderable }) => () => (
    <div>{open.value ? props.children : null}</div>
  );
  const live = play(() => () => (
    <Box>
      <b>{outer.value}</b>
      <Stateful />
    </Box>
  ));
  assertEquals(shown(live), "<div><b>a</b><i>1</i></div>");
  outer.value = "b";
  live.flush();
  assertEquals(shown(live), "<div><b>b</b><i>1</i></div>", "the state stays");
  open.value = false;
  live.flush();
  open.value = true;
  live.flush();
  assertEquals(shown(live), "<div><b>b</b><i>2</i></div>", "what left begins anew");
});

Deno.test("nulls among unkeyed items leave the others what they are", () => {
  const flags = signal([true, true, true]);
  let setUps = 0;
  const Item = ({ name }: { name: string }) => {
    const n = ++setUps;
    return () => <i>{name}{n}</i>;
  };
  const live = play(() => () => (
    <p>{flags.value.map((on, i) => on ? <Item name={`${i}`} key={i} /> : null)}</p>
  ));
  assertEquals(shown(live), "<p><i>01</i><i>12</i><i>23</i></p>");
  flags.value = [true, false, true];
  live.flush();
  assertEquals(shown(live), "<p><i>01</i><i>23</i></p>", "keys hold, whatever is dropped");
});

Deno.test("a key that changes makes another element and another component, also outside of lists", () => {
  const id = signal(1);
  let setUps = 0;
  const Row = () => {
    const n = ++setUps;
    return () => <i>{n}</i>;
  };
  // In a slot: a key of an element inside of its parent's markup names nothing.
  const input = () => <input key={id.value} />;
  const live = play(() => () => (
    <p>
      {input()}
      {jsx(Row, {}, id.value)}
    </p>
  ));
  const before = queryAll(live.page.body, "input")[0];
  id.value = 2;
  live.flush();
  assert(queryAll(live.page.body, "input")[0] !== before);
  assertEquals(setUps, 2);
});

Deno.test("two pages that render between each other's awaits share nothing (THREATS 25)", async () => {
  const gates: (() => void)[] = [];
  const Page = async (_: unknown, ctx: { user: string }) => {
    const name = signal(ctx.user);
    await new Promise<void>((resolve) => gates.push(resolve));
    return <p>{name}</p>;
  };
  const pages = ["ada", "bob"].map((user) => new LivePage(jsx(Page, {}), new TestHost({ user })));
  for (const open of gates.reverse()) {
    open();
    await Promise.resolve();
  }
  await Promise.resolve();
  await Promise.resolve();
  for (const page of pages) page.flush();
  assertEquals(pages.map(shown), ["<p>ada</p>", "<p>bob</p>"]);
});

Deno.test("renders that keep making each other stale end with an error", () => {
  const a = signal(0);
  const live = play(() => () => {
    if (a.value > 0) a.value = a.peek() + 1;
    return <p>{a.value}</p>;
  });
  a.value = 1;
  assertThrows(() => live.flush(), Error, "still stale");
});
