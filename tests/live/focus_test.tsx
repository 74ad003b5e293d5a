import { assert, assertEquals } from "@std/assert";
import { type Renderable, signal } from "@vango/vango";
import { mount } from "@vango/vango/testing";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { makeApp } from "../server/rig.ts";

/** What has the focus after each click on the button. */
async function focusAfterClicks(page: (n: number) => Renderable, clicks: number) {
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page(() => {
      const n = signal(0);
      return () => (
        <main class={`autofocus autofocus ${n.value}`}>
          <button type="button" id="b" onclick={() => n.value++}>go</button>
          {page(n.value)}
        </main>
      );
    }),
  );
  await using view = await mount(test.app, "/");
  const focused: (string | undefined)[] = [];
  for (let i = 0; i < clicks; i++) {
    await view.click("#b");
    focused.push(view.focused?.get("id"));
  }
  assertEquals(view.records.filter(({ kind }) => kind === "mismatch"), []);
  return focused;
}

Deno.test("an element with autofocus that comes has the focus, however it is written", async () => {
  const ways: ((n: number) => Renderable)[] = [
    (n) =>
      n === 1 && (
        <div>
          <p>Name</p>
          <input id="i" autofocus />
        </div>
      ),
    (n) => n === 1 && <input id="i" autofocus={n > 0} title="x" />,
    (n) => n === 1 && [<i key="1">a</i>, <input key="2" id="i" autofocus />],
    (n) => n === 1 && (jsx("input", { id: "i", autofocus: true }) as Renderable),
    (n) => <input id="i" autofocus={n === 1} />,
    (n) => jsx("input", { id: "i", autofocus: n === 1 }) as Renderable,
  ];
  for (const [i, way] of ways.entries()) {
    const [first] = await focusAfterClicks(way, 1);
    assertEquals(first, "i", `way ${i}`);
  }
});

Deno.test("what has no autofocus, or had it before, leaves the focus where it is", async () => {
  assertEquals(await focusAfterClicks((n) => n === 1 && <input autofocus={n > 1} />, 1), ["b"]);
  assertEquals(await focusAfterClicks((n) => <input id="i" autofocus title={`${n}`} />, 2), [
    "b",
    "b",
  ]);
});

Deno.test("an element that has come and gone within one update asks for nothing", async () => {
  const again = signal(false);
  const Fleeting = () => {
    // Makes its parent render once more, in the same frame.
    if (!again.peek()) again.value = true;
    return <input id="gone" autofocus />;
  };
  const focused = await focusAfterClicks((n) => {
    const gone = again.value;
    return n === 1 && !gone && <Fleeting />;
  }, 1);
  assertEquals(focused, ["b"]);
  assert(again.peek());
});
