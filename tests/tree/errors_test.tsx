import { assert, assertEquals, assertThrows } from "@std/assert";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import type { Component, Renderable } from "../../src/contract/component.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { currentOwner } from "../../src/signals/owner.ts";
import { onCleanup, onMount, signal } from "../../src/signals/signals.ts";
import { Instance } from "../../src/tree/live.ts";
import { ComponentError } from "../../src/tree/component_error.ts";
import { LivePage, renderOnce, TestHost } from "./live_page.ts";

/** A boundary as small as one can be. */
function Boundary(props: { name?: string; children?: Renderable }): () => Renderable {
  const owner = currentOwner() as Instance;
  const failed = signal("");
  owner.catchError = (error) => {
    if (failed.peek()) return false;
    failed.value = ((error as Error).cause as Error).message;
    return true;
  };
  return () =>
    failed.value
      ? (
        <em onclick={() => failed.value = ""}>
          {props.name ?? "caught"}: {failed.value}
        </em>
      )
      : props.children;
}

function shown(live: LivePage): string {
  assertEquals(live.mismatches, []);
  return innerMarkup(live.page.body);
}

function play(component: Component, host?: TestHost): LivePage {
  return new LivePage(jsx(component, {}), host);
}

/** Throws when `bad` says so. */
function failing(bad: { value: boolean }): Component {
  return function Failing() {
    return () => {
      if (bad.value) throw new Error("bad");
      return <i>fine</i>;
    };
  };
}

Deno.test("an error says which component failed, and which are around it", () => {
  const Inner = (): never => {
    throw new Error("no data");
  };
  const Outer = () => (
    <p>
      <Inner />
    </p>
  );
  const error = assertThrows(() => renderOnce(jsx(Outer, {})), ComponentError);
  assertEquals(error.message, "cannot render <Inner>: no data");
  assertEquals((error.cause as Error).message, "no data");
});

Deno.test("a boundary catches what throws in the first render, and nothing of it is left", () => {
  const log: string[] = [];
  const Sibling = () => {
    onMount(() => void log.push("mount"));
    onCleanup(() => log.push("cleanup"));
    return <u>sibling</u>;
  };
  const Bad = (): never => {
    throw new Error("bad");
  };
  const host = new TestHost();
  const live = play(() => (
    <div>
      <Boundary>
        <p>before</p>
        <Sibling />
        <Bad />
      </Boundary>
      <p>after</p>
    </div>
  ), host);
  host.runTasks();
  assertEquals(shown(live), "<div><em>caught: bad</em><p>after</p></div>");
  assertEquals(log, ["cleanup"]);
  assertEquals(live.counted.player, live.counted.server);
});

Deno.test("a boundary catches what throws in an update of the component itself", () => {
  const bad = signal(false);
  const Failing = failing(bad);
  const live = play(() => (
    <div>
      <Boundary>{jsx(Failing, {})}</Boundary>
    </div>
  ));
  assertEquals(shown(live), "<div><i>fine</i></div>");
  bad.value = true;
  live.flush();
  assertEquals(shown(live), "<div><em>caught: bad</em></div>");
});

Deno.test("a boundary between the component that updates and the one that throws catches it", () => {
  const n = signal(0);
  const Inner = ({ n }: { n: number }) => {
    if (n === 1) throw new Error(`bad ${n}`);
    return <i>{n}</i>;
  };
  const live = play(() => () => (
    <div title={`${n.value}`}>
      <Boundary>
        <Inner n={n.value} />
      </Boundary>
    </div>
  ));
  n.value = 1;
  live.flush();
  assertEquals(shown(live), '<div title="1"><em>caught: bad 1</em></div>');
  assertEquals(live.host.reported, []);
});

Deno.test("the innermost boundary catches; a fallback that throws goes to the next", () => {
  const bad = signal(false);
  const Failing = failing(bad);
  const BadFallback = (props: { children?: Renderable }) => {
    const owner = currentOwner() as Instance;
    const failed = signal(false);
    owner.catchError = () => failed.peek() ? false : (failed.value = true);
    return () => {
      if (failed.value) throw new Error("fallback");
      return props.children;
    };
  };
  const live = play(() => (
    <div>
      <Boundary name="outer">
        <Boundary name="inner">{jsx(Failing, {})}</Boundary>
        <BadFallback>{jsx(Failing, {})}</BadFallback>
      </Boundary>
    </div>
  ));
  bad.value = true;
  live.flush();
  assertEquals(shown(live), "<div><em>outer: fallback</em></div>");
});

Deno.test("without a boundary a card stands for the component alone, until it works again", () => {
  const bad = signal(false);
  const Failing = failing(bad);
  const host = new TestHost();
  const live = play(() => (
    <div>
      {jsx(Failing, {})}
      <p>other</p>
    </div>
  ), host);
  bad.value = true;
  live.flush();
  assertEquals(shown(live), "<div>failed: cannot render &lt;Failing&gt;: bad<p>other</p></div>");
  assertEquals(host.reported.length, 1);
  bad.value = false;
  live.flush();
  assertEquals(shown(live), "<div><i>fine</i><p>other</p></div>");
});

Deno.test("an update that fails half way leaves nothing half done and nothing running", () => {
  const n = signal(0);
  const log: string[] = [];
  const Made = ({ name }: { name: string }) => {
    onCleanup(() => log.push(`end ${name}`));
    return <u>{name}</u>;
  };
  const Last = ({ n }: { n: number }) => {
    if (n === 1) throw new Error("last");
    return <b>{n}</b>;
  };
  const live = play(() => (
    <main>
      <Boundary>
        {jsx(() => () => (
          <div>
            <Made name={`a${n.value}`} key={n.value} />
            {n.value === 1 ? <Made name="extra" /> : null}
            <Last n={n.value} />
          </div>
        ), {})}
      </Boundary>
    </main>
  ));
  n.value = 1;
  live.flush();
  assertEquals(shown(live), "<main><em>caught: last</em></main>");
  assertEquals(log.sort(), ["end a0", "end a1", "end extra"]);
  assertEquals(live.counted.player, live.counted.server);
});

Deno.test("items of a list that fail are replaced, single or not, and work again", () => {
  const state = signal("fine");
  const Item = ({ name }: { name: string }) => () => {
    if (name === "b" && state.value === "bad") throw new Error("bad");
    if (name === "b" && state.value === "other") {
      return (
        <s>
          <Nested />
        </s>
      );
    }
    return <li>{name} {state.value}</li>;
  };
  const Nested = (): never => {
    throw new Error("nested");
  };
  const live = play(() => <ul>{["a", "b", "c"].map((name) => <Item key={name} name={name} />)}
  </ul>);
  const rest = (
    text: string,
  ): [string, string] => [`<ul><li>a ${text}</li>`, `<li>c ${text}</li></ul>`];
  for (
    const [next, middle] of [
      ["bad", "failed: cannot render &lt;Item&gt;: bad"],
      ["fine", "<li>b fine</li>"],
      ["other", "failed: cannot render &lt;Nested&gt;: nested"],
      ["again", "<li>b again</li>"],
      ["bad", "failed: cannot render &lt;Item&gt;: bad"],
    ]
  ) {
    state.value = next!;
    live.flush();
    const [before, after] = rest(next!);
    assertEquals(shown(live), before + middle + after, next);
    assertEquals(live.counted.player, live.counted.server, next);
  }
});

Deno.test("a boundary that is reset mounts its children anew", () => {
  const bad = signal(true);
  const Failing = failing(bad);
  const live = play(() => (
    <div>
      <Boundary>
        {jsx(Failing, {})}
        <p>x</p>
      </Boundary>
    </div>
  ));
  assertEquals(shown(live), "<div><em>caught: bad</em></div>");
  bad.value = false;
  const boundary = live.page.body;
  assert(boundary);
  const slot = findHandler(live);
  slot();
  live.flush();
  assertEquals(shown(live), "<div><i>fine</i><p>x</p></div>");
});

/** The handler of the only element that has one. */
function findHandler(live: LivePage): () => void {
  const seen: (() => void)[] = [];
  const look = (value: unknown): void => {
    if (typeof value === "function") seen.push(value as () => void);
    else if (value instanceof Instance) look(value.output);
    else if (typeof value === "object" && value !== null && "slots" in value) {
      for (const slot of value.slots as unknown[]) look(slot);
    }
  };
  look(live.region.root);
  return seen[0]!;
}

Deno.test("a failing signal in a slot fails its component alone", () => {
  const url = signal("/a");
  const host = new TestHost();
  const Link = () => () => <a href={url}>x</a>;
  const live = play(() => (
    <div>
      <p>{jsx(Link, {})}</p>other
    </div>
  ), host);
  url.value = "javascript:alert(1)";
  live.flush();
  assert(shown(live).includes("other"));
  assert(!shown(live).includes("<a"));
  assertEquals(host.reported.length, 1);
});
