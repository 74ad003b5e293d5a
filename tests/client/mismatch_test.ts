import { assertEquals } from "@std/assert";
import { Frame, Op } from "../../src/protocol/codes.ts";
import { decodeUp } from "../../src/protocol/up.ts";
import { openRig, type Visit } from "./rig.ts";
import { setText, text, Words } from "./words.ts";

const ROW = "<li v></li>";
const FILL = [[0, 0]] as const;

/** The page's body between the region's comments. */
async function content(visit: Visit): Promise<string> {
  return (await visit.body()).slice("<!--v0-->".length, -"<!--/v0-->".length);
}

Deno.test("a page that is not what it must be is asked for, never guessed at", async (t) => {
  await using rig = await openRig();

  async function check(
    name: string,
    before: string,
    mangle: () => void,
    write: Parameters<Visit["patch"]>[0],
    after: string,
  ) {
    await t.step(name, async () => {
      const visit = await rig.open(before);
      await visit.page.evaluate(mangle);
      await visit.patch(write);
      const asked = decodeUp(await visit.peer.next(Frame.RENDER));
      assertEquals(asked, { frame: Frame.RENDER, region: 0 });
      assertEquals(visit.peer.has(Frame.RENDER), false, "it asked twice");
      // Until the markup is there, operations on the region are read and ignored.
      await visit.patch((w) => setText(w, 1, "ignored"));
      assertEquals((await visit.page.textContent("body"))!.includes("ignored"), false);
      await visit.patch((w) => {
        w.op(Op.RENDER);
        w.varint(0);
        w.string(after);
      });
      assertEquals(
        await content(visit),
        await visit.page.evaluate((html) => {
          const template = document.createElement("template");
          template.innerHTML = html;
          return template.innerHTML;
        }, after),
      );
      await visit.patch((w) => setText(w, 1, "again"));
      assertEquals((await visit.page.textContent("body"))!.includes("again"), true);
      await visit.page.close();
    });
  }

  const words = new Words();
  await check(
    "a translated text",
    "<p v>Hallo</p><p>Welt</p>",
    () => {
      for (const p of document.querySelectorAll("p")) {
        p.innerHTML = `<font><font>${p.textContent}!</font></font>`;
      }
    },
    (w) => setText(w, 1, "Guten Tag"),
    "<p v>Guten Tag</p><p>Welt</p>",
  );
  await check(
    "a comment place whose end is gone",
    "<p v>x</p><p>a <!>b<?> c</p>",
    () => {
      const p = document.querySelectorAll("p")[1]!;
      for (const node of [...p.childNodes]) if ((node as Comment).data === "?") node.remove();
    },
    (w) => setText(w, 2, "B"),
    "<p v>x</p><p>a <!>B<?> c</p>",
  );
  await check(
    "an element that has left the document",
    "<p v>x</p><p v>y</p>",
    () => document.querySelectorAll("p")[1]!.remove(),
    (w) => setText(w, 2, "Y"),
    "<p v>x</p><p v>Y</p>",
  );
  await check(
    "an item that was wrapped",
    "<p v>x</p><ul v><li v>a</li><li v>b</li></ul>",
    () => {
      const item = document.querySelectorAll("li")[1]!;
      const wrapper = document.createElement("div");
      item.replaceWith(wrapper);
      wrapper.append(item);
    },
    (w) => {
      w.at(Op.INSERT, 2);
      w.varint(4);
      w.varint(1);
      words.template(w, ROW, 1, FILL);
      text(w, "n");
    },
    "<p v>x</p><ul v><li v>a</li><li v>n</li><li v>b</li></ul>",
  );
  await check(
    "an unknown place",
    "<p v>x</p>",
    () => {},
    (w) => setText(w, 77, "Y"),
    "<p v>x</p>",
  );
});

Deno.test("while a region waits for its markup, templates and names in its patches are learned", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>x</p><ul v></ul>");
  const words = new Words();
  const holes = [[2, 0, "class"], [0, 0]] as const;
  await visit.page.evaluate(() =>
    document.querySelector("p")!.replaceChildren(document.createElement("font"))
  );
  await visit.patch((w) => {
    setText(w, 1, "y");
    w.at(Op.INSERT, 2);
    w.varint(0);
    w.varint(1);
    words.template(w, "<li v title=t></li>", 1, holes);
    w.varint(1);
    w.string("k");
    text(w, "item");
    w.at(Op.SWAP, 3);
    w.varint(4);
    w.at(Op.MOVE, 3);
    w.varint(0);
    w.varint(2);
  });
  await visit.patch((w) => {
    w.op(Op.RENDER);
    w.varint(0);
    w.string("<p v>y</p><ul v></ul>");
  });
  await visit.patch((w) => {
    w.at(Op.INSERT, 2);
    w.varint(0);
    w.varint(1);
    words.template(w, "<li v title=t></li>", 1, holes);
    w.varint(1);
    w.string("k2");
    text(w, "item2");
    w.at(Op.ATTR, 1);
    words.name(w, "class");
    w.string("c");
  });
  assertEquals(
    await content(visit),
    `<p v="" class="c">y</p><ul v=""><li v="" title="t" class="k2">item2</li></ul>`,
  );
});
