import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Renderable, signal } from "@vango/vango";
import { TemplateError } from "../../src/jsx/errors.ts";
import { jsx, jsxs } from "../../src/jsx/jsx_runtime.ts";
import { LivePage, renderOnce, TestHost } from "./live_page.ts";

/** What a developer is told when a component's signal is written twice. */
function toldOf(component: (count: { value: number }) => Renderable | (() => Renderable)) {
  const counts: { value: number }[] = [];
  function Counter() {
    const count = signal(0);
    counts.push(count);
    return component(count);
  }
  const live = new LivePage(<Counter />, new TestHost());
  for (let writes = 0; writes < 2; writes++) {
    counts.at(-1)!.value++;
    live.flush();
  }
  return live.host.reported.map((error) => (error as TemplateError).message);
}

Deno.test("a component that loses what it holds is named to the developer, once", () => {
  const [told, ...more] = toldOf((count) => <b>{count.value}</b>);
  assertStringIncludes(told!, "cannot keep the signals of <Counter>: it runs again as a whole");
  assertEquals(more, []);
});

Deno.test("a component that keeps what it holds is not spoken of", () => {
  assertEquals(toldOf((count) => () => <b>{count.value}</b>), []);
  assertEquals(toldOf((count) => <b>{count as never}</b>), []);
  const outer = signal(0);
  function Follower() {
    const same = signal(outer.value);
    return <b>{same}</b>;
  }
  const live = new LivePage(<Follower />);
  outer.value = 1;
  live.flush();
  assertEquals(live.host.reported, []);
});

Deno.test("a tag that names nothing is refused, and so is a date without a form", () => {
  for (const make of [jsx, jsxs]) {
    for (const type of [undefined, null, {}]) {
      assertThrows(() => make(type as never, {}), TemplateError, "cannot make an element of");
    }
  }
  const dated = assertThrows(() => renderOnce(<p>{new Date(0) as never}</p>), Error);
  assertStringIncludes(dated.message, "say how it is written");
});
