import { assertEquals } from "@std/assert";
import { Op } from "../../src/protocol/codes.ts";
import { openRig, type Visit } from "./rig.ts";
import { setText } from "./words.ts";

function render(visit: Visit, html: string, region = 0): Promise<void> {
  return visit.patch((w) => {
    w.op(Op.RENDER);
    w.varint(region);
    w.string(html);
  });
}

async function mustBe(visit: Visit, html: string): Promise<void> {
  const fresh = await visit.page.evaluate((html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.innerHTML;
  }, html);
  assertEquals(await visit.body(), `<!--v0-->${fresh}<!--/v0-->`);
}

Deno.test("a region's markup is morphed into the page", async (t) => {
  await using rig = await openRig();

  async function check(
    name: string,
    before: string,
    after: string,
    /** Runs in the page; what it returns must be the same node or value before and after. */
    keep: string = "0",
    mangle: string = "",
  ) {
    await t.step(name, async () => {
      const visit = await rig.open(before);
      await visit.page.evaluate(mangle);
      await visit.page.evaluate(`globalThis.kept = ${keep}`);
      await render(visit, after);
      await mustBe(visit, after);
      assertEquals(
        await visit.page.evaluate(`globalThis.kept === (${keep})`),
        true,
        "not the same",
      );
      await visit.page.close();
    });
  }

  await check(
    "the same markup changes nothing",
    "<p v>a <!>b<?></p>",
    "<p v>a <!>b<?></p>",
    "document.querySelector('p').childNodes[2]",
  );
  await check(
    "texts and attributes",
    "<p v class=a id=i>x</p>",
    "<p v class=b id=i title=t>y</p>",
    "document.querySelector('p')",
  );
  await check(
    "translated texts lose their wrappers, elements stay",
    "<p>Hallo <b v>Welt</b>!</p>",
    "<p>Hello <b v>world</b>!</p>",
    "document.querySelector('b')",
    "for (const n of [...document.querySelector('p').childNodes]) if (n.nodeType === 3) { const f = document.createElement('font'); n.replaceWith(f); f.append(n); }",
  );
  await check(
    "what an extension added goes",
    "<p v>a</p><p v>b</p>",
    "<p v>a</p><p v>c</p>",
    "document.querySelectorAll('p')[1]",
    "document.querySelector('p').before(document.createElement('ext-root')); document.querySelectorAll('p')[1].append(document.createElement('ext-button'))",
  );
  await check(
    "what stands in front of the rest comes, the rest stays",
    "<section v>s</section><footer v>f</footer>",
    "<header v>h</header><section v>s</section><footer v>f</footer>",
    "document.querySelector('section')",
  );
  await check(
    "what stood in front goes, the rest stays",
    "<header v>h</header><section v>s</section><footer v>f</footer>",
    "<section v>s</section><footer v>f</footer>",
    "document.querySelector('section')",
  );
  await check(
    "an id finds its element",
    "<div v id=a>1</div><div v id=b>2</div>",
    "<div v id=b>2</div><div v id=c>3</div>",
    "document.querySelector('#b')",
  );
  await check(
    "a name finds its control",
    "<input name=a><input name=b>",
    "<input name=b>",
    "document.querySelector('[name=b]')",
  );
  await check(
    "lists grow and shrink",
    "<ul v><li v>1</li><li v>2</li><li v>3</li></ul>",
    "<ul v><li v>1</li></ul>",
    "document.querySelector('li')",
  );
  await check(
    "other structure altogether",
    `<ul v>${"<li v>x</li>".repeat(300)}</ul>`,
    `<table><tbody>${"<tr><td v>y</td></tr>".repeat(300)}</tbody></table>`,
  );
  await check(
    "SVG",
    "<svg v><rect v width=1></rect></svg>",
    "<svg v><circle r=1></circle><rect v width=2></rect></svg>",
    "document.querySelector('rect')",
  );
  await check("an empty region", "<p v>x</p>", "");
});

Deno.test("RENDER leaves focus, selection, scroll and what is typed alone", async () => {
  await using rig = await openRig();
  const visit = await rig.open(
    "<p v>a</p><div v style='height:30px;overflow:auto'><p style='height:200px'>x</p></div><input v=b value=srv><textarea v=b>t</textarea><input v type=checkbox>",
  );
  await visit.page.evaluate(() => document.querySelector("div")!.scrollTop = 40);
  await visit.page.fill("textarea", "typed");
  await visit.page.check("[type=checkbox]");
  await visit.page.fill("input", "mine");
  await visit.page.evaluate(() => document.querySelector("input")!.setSelectionRange(1, 3));
  await render(
    visit,
    "<h1>new</h1><p v>b</p><div v style='height:30px;overflow:auto'><p style='height:200px'>y</p></div><input v=b value=other><textarea v=b>u</textarea><input v type=checkbox>",
  );
  const state = () =>
    visit.page.evaluate(() => {
      const input = document.querySelector("input")!;
      return [
        input.value,
        document.activeElement === input,
        input.selectionStart,
        input.selectionEnd,
        document.querySelector("textarea")!.value,
        document.querySelector<HTMLInputElement>("[type=checkbox]")!.checked,
        document.querySelector("div")!.scrollTop,
      ];
    });
  assertEquals(await state(), ["mine", true, 1, 3, "typed", true, 40]);
  // Once the server has seen the edits, its markup counts.
  await visit.patch(() => {}, 2);
  await render(
    visit,
    "<h1>new</h1><p v>b</p><div v style='height:30px;overflow:auto'><p style='height:200px'>y</p></div><input v=b value=other><textarea v=b>u</textarea><input v type=checkbox>",
  );
  assertEquals((await state())[0], "other");
  assertEquals((await state())[4], "u");
});

Deno.test("RENDER numbers the region's places anew, from 1", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>a</p><p v>b</p><!--v3--><i v>x</i><!--/v3-->");
  await render(visit, "<b v>new</b><p v>a</p><p v=a>b</p><!--v3--><i v>x</i><i v>y</i><!--/v3-->");
  await visit.patch((w) => {
    setText(w, 3, "B");
    w.region(3);
    setText(w, 2, "Y");
  });
  await mustBe(visit, "<b v>new</b><p v>a</p><p v=a>B</p><!--v3--><i v>x</i><i v>Y</i><!--/v3-->");
  await visit.page.click("p:last-of-type");
  assertEquals((await visit.peer.nextEvent()).place, 3);
  await render(visit, "<i v>z</i>", 3);
  await mustBe(visit, "<b v>new</b><p v>a</p><p v=a>B</p><!--v3--><i v>z</i><!--/v3-->");
});

Deno.test("without the region's comments the page is loaded again", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>a</p>");
  await visit.page.evaluate(() => document.body.replaceChildren());
  const reloaded = visit.connection(1);
  const { PatchWriter } = await import("../../src/protocol/patch_writer.ts");
  const writer = new PatchWriter();
  writer.op(Op.RENDER);
  writer.varint(0);
  writer.string("<p v>b</p>");
  visit.peer.send(writer.finish(1, 0));
  assertEquals((await (await reloaded).hello()).places, { 0: 1 });
});
