import { assertEquals } from "@std/assert";
import { Frame, Op } from "../../src/protocol/codes.ts";
import { openRig, type Visit } from "./rig.ts";
import { Words } from "./words.ts";

function value(visit: Visit): Promise<string> {
  return visit.page.inputValue("input,textarea,select");
}

function setValue(visit: Visit, text: string, acks = 0): Promise<void> {
  return visit.patch((w) => {
    w.at(Op.VALUE, 1);
    w.string(text);
  }, acks);
}

Deno.test("typed text that the server has not seen is never overwritten", async (t) => {
  await using rig = await openRig();

  await t.step(
    "a VALUE from before the acknowledgement is left out, one that comes with it counts",
    async () => {
      const visit = await rig.open("<input v=b>");
      await visit.page.focus("input");
      await visit.page.keyboard.type("a");
      assertEquals((await visit.peer.nextEvent()).payload, "a");
      await visit.page.keyboard.type("b");
      assertEquals((await visit.peer.nextEvent()).payload, "ab");
      await setValue(visit, "A", 1);
      assertEquals(await value(visit), "ab");
      await setValue(visit, "AA");
      assertEquals(await value(visit), "ab");
      await setValue(visit, "AB", 1);
      assertEquals(await value(visit), "AB");
    },
  );

  await t.step("when none comes with it, what was typed stays", async () => {
    const visit = await rig.open("<input v=b>");
    await visit.page.fill("input", "a");
    await visit.peer.nextEvent();
    await setValue(visit, "A");
    await visit.patch(() => {}, 1);
    assertEquals(await value(visit), "a");
    await setValue(visit, "later");
    assertEquals(await value(visit), "later");
  });

  await t.step("an edit after the event protects again", async () => {
    const visit = await rig.open("<input v=b data-debounce=60000>");
    await visit.page.focus("input");
    await visit.page.keyboard.type("a");
    await setValue(visit, "server");
    assertEquals(await value(visit), "a");
    assertEquals(visit.peer.has(Frame.EVENT), false);
  });

  await t.step("a text area and a select are protected alike", async () => {
    for (const html of ["<textarea v=b></textarea>", "<select v=b><option>x<option>y</select>"]) {
      const visit = await rig.open(html);
      if (html.startsWith("<text")) await visit.page.fill("textarea", "y");
      else await visit.page.selectOption("select", "y");
      await visit.peer.nextEvent();
      await setValue(visit, "x");
      assertEquals(await value(visit), "y");
      await setValue(visit, "x", 1);
      assertEquals(await value(visit), "x");
    }
  });

  await t.step("PROPERTY is left out alike", async () => {
    const visit = await rig.open("<input type=checkbox v=c>");
    await visit.page.check("input");
    assertEquals((await visit.peer.nextEvent()).payload, true);
    const words = new Words();
    const set = (on: number, acks: number) =>
      visit.patch((w) => {
        w.at(Op.PROPERTY, 1);
        words.name(w, "checked");
        w.varint(on);
      }, acks);
    await set(0, 0);
    assertEquals(await visit.page.isChecked("input"), true);
    await set(0, 1);
    assertEquals(await visit.page.isChecked("input"), false);
  });

  await t.step("a submit tells the server of every control of its form", async () => {
    const visit = await rig.open("<form v=d><input v name=q></form>");
    await visit.page.focus("input");
    await visit.page.keyboard.type("milk\n");
    assertEquals((await visit.peer.nextEvent()).payload, [["q", "milk"]]);
    await visit.patch((w) => {
      w.at(Op.VALUE, 2);
      w.string("");
    }, 1);
    assertEquals(await value(visit), "");
  });

  await t.step("events that were never typed into are not marked", async () => {
    const visit = await rig.open("<input v=b>");
    await setValue(visit, "free");
    assertEquals(await value(visit), "free");
  });
});

Deno.test("VALUE keeps the caret where it is", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<input v value=abcdef>");
  await visit.page.evaluate(() => {
    const input = document.querySelector("input")!;
    input.focus();
    input.setSelectionRange(2, 4);
  });
  await setValue(visit, "ABCDEF");
  assertEquals(
    await visit.page.evaluate(() => {
      const { value, selectionStart, selectionEnd } = document.querySelector("input")!;
      return [value, selectionStart, selectionEnd];
    }),
    ["ABCDEF", 2, 4],
  );
});

Deno.test("a control without a caret takes a VALUE while it has the focus", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<input type=number v value=1>");
  await visit.page.focus("input");
  await setValue(visit, "2");
  assertEquals(await value(visit), "2");
});

Deno.test("moves keep focus, selection, scroll and frames", async () => {
  await using rig = await openRig();
  const visit = await rig.open(
    "<ul v><li v>a <input value=abc></li><li v>b <textarea style='height:20px'>1\n2\n3\n4</textarea></li>" +
      "<li v>c</li></ul>",
  );
  await visit.page.evaluate(() => {
    const input = document.querySelector("input")!;
    input.focus();
    input.setSelectionRange(1, 2);
    document.querySelector("textarea")!.scrollTop = 30;
  });
  await visit.patch((w) => {
    w.at(Op.MOVE, 2);
    w.varint(0);
    w.varint(1);
    w.at(Op.SWAP, 3);
    w.varint(2);
  });
  assertEquals(
    await visit.page.evaluate(() => {
      const input = document.querySelector("input")!;
      return [
        [...document.querySelectorAll("li")].map((li) => li.textContent![0]).join(""),
        document.activeElement === input,
        input.selectionStart,
        input.selectionEnd,
        document.querySelector("textarea")!.scrollTop,
      ];
    }),
    ["acb", true, 1, 2, 30],
  );
});

Deno.test("without moveBefore a move gives focus and selection back", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<ul v><li v>a <input value=abc></li><li v>b</li></ul>", {
    before: (page) =>
      page.addInitScript(() => Reflect.deleteProperty(Element.prototype, "moveBefore")),
  });
  await visit.page.evaluate(() => {
    const input = document.querySelector("input")!;
    input.focus();
    input.setSelectionRange(1, 2);
  });
  await visit.patch((w) => {
    w.at(Op.MOVE, 2);
    w.varint(0);
    w.varint(1);
  });
  assertEquals(
    await visit.page.evaluate(() => {
      const input = document.querySelector("input")!;
      return [document.activeElement === input, input.selectionStart, input.selectionEnd];
    }),
    [true, 1, 2],
  );
});
