import { assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import type { ComponentNode } from "../../src/jsx/node.ts";
import { settled, startLive, TestPlayer } from "./rig.ts";

Deno.test("LiveSession runs handlers of controls that are enabled, wherever else disabled ones stand", async () => {
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(name);
  const busy = signal(true);
  function Page() {
    return () => (
      <form data-note="a > disabled">
        <button type="button" id="plain" onclick={note("plain")}>x</button>
        <button type="button" id="named" title="disabled v" onclick={note("named")}>x</button>
        <button type="button" id="static" disabled onclick={note("static")}>x</button>
        <button type="button" id="value" disabled={busy.value} onclick={note("value")}>x</button>
        <fieldset disabled={busy.value}>
          <p>{busy.value ? "busy" : "free"}</p>
          <button type="button" id="inner" onclick={note("inner")}>x</button>
        </fieldset>
        <fieldset disabled>
          <fieldset>
            <input id="deep" oninput={note("deep")} />
          </fieldset>
        </fieldset>
        <button type="button" id="after" onclick={note("after")}>x</button>
        <div id="div" aria-disabled="true" onclick={note("div")}>x</div>
      </form>
    );
  }
  const { live, html } = startLive(<Page /> as unknown as ComponentNode);
  const player = new TestPlayer(html);
  await player.connect(live);
  const fireAll = async () => {
    ran.length = 0;
    for (const element of player.page.body.descendants()) {
      const id = element.get("id");
      if (id) player.fire(id === "deep" ? "input" : "click", (each) => each === element);
    }
    await settled();
    return ran.splice(0);
  };
  assertEquals(await fireAll(), ["plain", "named", "after", "div"]);
  busy.value = false;
  await settled();
  assertEquals(await fireAll(), ["plain", "named", "value", "inner", "after", "div"]);
  live.end();
});
