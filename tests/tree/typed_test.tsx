import { assertEquals } from "@std/assert";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { TemplateNode } from "../../src/jsx/node.ts";
import { isOn, textValue } from "../../src/player/controls.ts";
import type { PlayerElement } from "../../src/player/dom.ts";
import { queryAll } from "../../src/player/query.ts";
import { signal } from "../../src/signals/signals.ts";
import { HandlerIndex, noteTyped } from "../../src/tree/find.ts";
import { LivePage } from "./live_page.ts";

/** What the server does with the value of a control that an event brings. */
function note(live: LivePage, control: PlayerElement, type: string, value: unknown): void {
  const found = new HandlerIndex().find(live.region, control.place, type)!;
  noteTyped(found.node, found.relative, value);
}

Deno.test("what the user typed is not sent back, and what the server makes of it is", () => {
  const text = signal("");
  const live = new LivePage(
    jsx(() => () => <input value={text.value} oninput={() => {}} />, {}),
  );
  const [input] = queryAll(live.page.body, "input") as [PlayerElement];
  input.properties.set("value", "a");
  note(live, input, "input", "a");
  text.value = "a";
  assertEquals(live.flush().ops, [], "an echo");
  note(live, input, "input", "ab");
  text.value = "AB";
  assertEquals(live.flush().ops.map(({ op }) => op), ["value"]);
  assertEquals(textValue(input), "AB");
});

Deno.test("what the user typed and the server refuses is set right", () => {
  const text = signal("kept");
  const other = signal(0);
  const live = new LivePage(
    jsx(() => () => <input value={text.value} title={`${other.value}`} oninput={() => {}} />, {}),
  );
  const [input] = queryAll(live.page.body, "input") as [PlayerElement];
  input.properties.set("value", "typed");
  note(live, input, "input", "typed");
  other.value = 1;
  live.flush();
  assertEquals(textValue(input), "kept");
});

Deno.test("a checked box says nothing of another boolean attribute of its element", () => {
  const on = signal(false);
  const disabled = signal(true);
  const live = new LivePage(jsx(() => () => (
    <input
      type="checkbox"
      disabled={disabled.value}
      checked={on.value}
      onchange={() => {}}
    />
  ), {}));
  const [box] = queryAll(live.page.body, "input") as [PlayerElement];
  disabled.value = false;
  on.value = true;
  live.flush();
  box.properties.set("checked", false);
  note(live, box, "change", false);
  on.value = false;
  assertEquals(live.flush().ops, [], "an echo");
  box.properties.set("checked", true);
  note(live, box, "change", true);
  disabled.value = true;
  live.flush();
  assertEquals([isOn(box, "checked"), box.attributes.has("disabled")], [false, true]);
});

Deno.test("HandlerIndex finds what is shown, not what is gone, disabled, or of another type", () => {
  const open = signal(true);
  const off = signal(false);
  const f = (): void => {};
  const live = new LivePage(jsx(() => () => (
    <div>
      {open.value ? <button type="button" onclick={f}>a</button> : null}
      <button type="button" disabled={off.value} onclick={f}>b</button>
    </div>
  ), {}));
  const index = new HandlerIndex();
  const [a, b] = queryAll(live.page.body, "button").map(({ place }) => place) as [number, number];
  assertEquals(index.find(live.region, a, "click")?.handler, f);
  assertEquals(index.find(live.region, a, "input"), undefined);
  assertEquals(index.find(live.region, b, "click")?.node instanceof TemplateNode, true);
  for (const nowhere of [0, -1, 99, NaN, 2 ** 31]) {
    assertEquals(index.find(live.region, nowhere, "click"), undefined);
  }
  open.value = false;
  off.value = true;
  live.flush();
  assertEquals(index.find(live.region, a, "click"), undefined, "it left the tree");
  assertEquals(index.find(live.region, b, "click"), undefined, "it is disabled");
});
