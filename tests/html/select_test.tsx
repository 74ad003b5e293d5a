import { assertEquals } from "@std/assert";
import { chosen } from "../../src/player/controls.ts";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { signal } from "../../src/signals/signals.ts";
import { LivePage } from "../tree/live_page.ts";
import { queryAll } from "../../src/player/query.ts";
import { selectOption } from "../../src/html/select.ts";

function shown(live: LivePage): string[] {
  return chosen(queryAll(live.page.body, "select")[0]!);
}

Deno.test("selectOption marks the first option of the value", () => {
  const options = '<option v value="a">A</option><option value="b">B</option><option>b</option>';
  assertEquals(
    selectOption(options, "b"),
    '<option v value="a">A</option><option value="b" selected>B</option><option>b</option>',
  );
  assertEquals(selectOption(options, "none"), options);
  assertEquals(selectOption(options, null), options);
});

Deno.test("selectOption reads values and texts as a browser does", () => {
  assertEquals(
    selectOption(`<option title="a>b" value="it&#39;s">x</option>`, "it's"),
    `<option title="a>b" value="it&#39;s" selected>x</option>`,
  );
  assertEquals(
    selectOption("<option>  a <!>b<?>\n c </option>", "a b c"),
    "<option selected>  a <!>b<?>\n c </option>",
  );
  assertEquals(selectOption("<option>a&lt;b</option>", "a<b"), "<option selected>a&lt;b</option>");
});

Deno.test("a select shows its value however its options come", () => {
  const value = signal("b");
  const names = signal(["a", "b"]);
  const live = new LivePage(
    jsx(
      () => () => (
        <select value={value}>
          {names.value.map((name) => <option key={name}>{name}</option>)}
        </select>
      ),
      {},
    ),
  );
  assertEquals(shown(live), ["b"]);
  names.value = ["a", "c"];
  live.flush();
  names.value = ["a", "c", "b"];
  live.flush();
  assertEquals(shown(live), ["b"], "the option came back");
  value.value = "c";
  live.flush();
  assertEquals(shown(live), ["c"]);
});

Deno.test("a select shows its value when a component or a signal below it changes the options", () => {
  const names = signal(["a"]);
  const more = signal<unknown>(null);
  const Options = () => () => names.value.map((name) => <option key={name}>{name}</option>);
  const live = new LivePage(jsx(() => (
    <select value={`${"b"}`}>
      <option>first</option>
      {jsx(Options, {})}
      {more as never}
    </select>
  ), {}));
  assertEquals(shown(live), ["first"]);
  names.value = ["a", "b"];
  live.flush();
  assertEquals(shown(live), ["b"], "by a component");
  names.value = ["a"];
  live.flush();
  assertEquals(shown(live), ["first"]);
  more.value = <option>b</option>;
  live.flush();
  assertEquals(shown(live), ["b"], "by a signal");
});
