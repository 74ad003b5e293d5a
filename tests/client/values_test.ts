import { assertEquals } from "@std/assert";
import { Frame, Op, Tag } from "../../src/protocol/codes.ts";
import { Hole } from "../../src/jsx/template.ts";
import { openRig, type Visit } from "./rig.ts";
import { attribute, setText, text, Words } from "./words.ts";

function markup(visit: Visit, selector: string): Promise<string> {
  return visit.page.evaluate((s) => document.querySelector(s)!.innerHTML, selector);
}

Deno.test("a template is built from its definition once, then from its number", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<table><tbody v></tbody></table>");
  const words = new Words();
  const row = (
    w: Parameters<Parameters<Visit["patch"]>[0]>[0],
    id: string,
    label: string,
    cls: string | null,
  ) => {
    words.template(w, "<tr v><td v></td><td><a v=a></a> <!><?></td><td>static</td></tr>", 4, [
      [Hole.ATTR, 0, "class"],
      [Hole.FILL, 1],
      [Hole.FILL, 2],
      [Hole.CHILD, 3],
    ]);
    attribute(w, cls);
    text(w, id);
    text(w, label);
    text(w, "tail " + id);
  };
  await visit.patch((w) => {
    w.at(Op.REPLACE, 1);
    w.varint(Tag.LIST);
    w.varint(3);
    row(w, "1", "one", null);
    row(w, "2", "two", "danger");
    row(w, "3", "", "x");
  });
  const html = (id: string, label: string, cls: string) =>
    `<tr v=""${cls}><td v="">${id}</td><td><a v="a">${label}</a> <!---->tail ${id}<!--?--></td>` +
    `<td>static</td></tr>`;
  assertEquals(
    await markup(visit, "tbody"),
    html("1", "one", "") + html("2", "two", ` class="danger"`) + html("3", "", ` class="x"`),
  );
  // Rows have the places 2-5, 6-9, 10-13.
  await visit.patch((w) => {
    setText(w, 9, "tail 2");
    setText(w, 8, "zwei");
    setText(w, 12, "three");
    w.at(Op.REMOVE, 2);
  });
  assertEquals(
    await markup(visit, "tbody"),
    html("2", "zwei", ` class="danger"`) + html("3", "three", ` class="x"`),
  );
  await visit.page.click("tr:nth-child(2) a");
  const { type, place } = await visit.peer.nextEvent();
  assertEquals([type, place], ["click", 12]);
});

Deno.test("a value inside a hole takes its numbers right after the hole's place", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<main v></main>");
  const words = new Words();
  await visit.patch((w) => {
    w.at(Op.REPLACE, 1);
    // div 2, its slot 3, nested: b 4, list item u 5, group 6, then em 7.
    words.template(w, "<div v><!><?><em v></em></div>", 3, [[Hole.CHILD, 1], [Hole.FILL, 2]]);
    words.template(w, "<b v></b>", 1, [[Hole.FILL, 0]]);
    w.varint(Tag.LIST);
    w.varint(2);
    words.template(w, "<u v></u>", 1, [[Hole.FILL, 0]]);
    text(w, "item");
    text(w, "group");
    text(w, "last");
  });
  await visit.patch((w) => {
    setText(w, 5, "ITEM");
    setText(w, 6, "GROUP");
    setText(w, 7, "LAST");
  });
  assertEquals(
    await markup(visit, "main"),
    `<div v=""><!----><b v=""><u v="">ITEM</u><!---->GROUP<!--?--></b><!--?--><em v="">LAST</em></div>`,
  );
});

Deno.test("every kind of hole and value is built as the parser would have", async (t) => {
  await using rig = await openRig();
  const visit = await rig.open("<main v></main>");
  const words = new Words();
  const main = async (write: Parameters<Visit["patch"]>[0]) => {
    await visit.patch((w) => {
      w.at(Op.REPLACE, 1);
      write(w);
    });
    return await markup(visit, "main");
  };

  await t.step("attributes: none, text, true, boolean", async () => {
    const html = await main((w) => {
      words.template(w, "<i v></i>", 1, [
        [Hole.ATTR, 0, "a"],
        [Hole.ATTR, 0, "b"],
        [Hole.ATTR, 0, "c"],
        [Hole.BOOL, 0],
        [Hole.BOOL, 0],
      ]);
      attribute(w, null);
      attribute(w, '<"&');
      attribute(w, true);
      attribute(w, "hidden");
      attribute(w, null);
    });
    assertEquals(html, `<i v="" b="&lt;&quot;&amp;" c="" hidden=""></i>`);
  });

  await t.step("properties and text areas", async () => {
    await main((w) => {
      words.template(w, "<p><input v><input type=checkbox v><textarea v></textarea></p>", 3, [
        [Hole.PROPERTY, 0, "value"],
        [Hole.PROPERTY, 1, "checked"],
        [Hole.TEXTAREA, 2],
      ]);
      attribute(w, "typed");
      attribute(w, true);
      attribute(w, "\nlines");
    });
    assertEquals(
      await visit.page.evaluate(() => {
        const [text, box] = document.querySelectorAll("input");
        return [text!.value, box!.checked, document.querySelector("textarea")!.value];
      }),
      ["typed", true, "\nlines"],
    );
  });

  await t.step("a select's value stands behind its options", async () => {
    await main((w) => {
      words.template(w, "<select v></select>", 1, [[Hole.FILL, 0], [Hole.SELECT, 0]]);
      w.varint(Tag.LIST);
      w.varint(3);
      for (const option of ["a", "b", "c"]) {
        words.template(w, "<option v></option>", 1, [[Hole.FILL, 0]]);
        text(w, option);
      }
      attribute(w, "b");
    });
    assertEquals(await visit.page.inputValue("select"), "b");
  });

  await t.step("text of elements without comments, raw HTML", async () => {
    assertEquals(
      await main((w) => {
        words.template(w, "<svg><title v></title></svg>", 1, [[Hole.RCDATA, 0]]);
        w.string("a <b>");
      }),
      `<svg><title v="">a &lt;b&gt;</title></svg>`,
    );
    assertEquals(
      await main((w) => {
        words.template(w, "<div v=!></div><b v></b>", 2, [[Hole.HTML, 0], [Hole.FILL, 1]]);
        w.string("<i v>raw</i>");
        text(w, "x");
      }),
      `<div v="!"><i v="">raw</i></div><b v="">x</b>`,
    );
    assertEquals(
      await main((w) => {
        w.varint(Tag.RAW);
        w.string("<i v>raw</i> & <!>");
      }),
      `<!--v!--><i v="">raw</i> &amp; <!----><!--/v!-->`,
    );
  });

  await t.step("SVG is SVG, and HTML inside it is HTML again", async () => {
    await main((w) => {
      words.template(w, "<svg v><circle/><!><?></svg>", 2, [[Hole.CHILD, 1]]);
      w.varint(Tag.LIST);
      w.varint(2);
      words.template(w, "<rect v></rect>", 1);
      words.template(w, "<foreignObject v></foreignObject>", 1, [[Hole.FILL, 0]]);
      words.template(w, "<p v></p>", 1);
    });
    assertEquals(
      await visit.page.evaluate(() =>
        ["circle", "rect", "foreignObject", "p"].map((name) =>
          document.querySelector(name)!.constructor.name
        )
      ),
      ["SVGCircleElement", "SVGRectElement", "SVGForeignObjectElement", "HTMLParagraphElement"],
    );
  });

  await t.step("one template serves HTML and SVG", async () => {
    const link = (w: Parameters<Parameters<Visit["patch"]>[0]>[0]) =>
      words.template(w, "<a v></a>", 1);
    const names: string[] = [];
    for (
      const [html, size] of [["<svg v></svg>", 1], ["<p v></p>", 1], ["<svg v></svg>", 1]] as const
    ) {
      await main((w) => {
        words.template(w, html, size, [[Hole.FILL, 0]]);
        link(w);
      });
      names.push(
        await visit.page.evaluate(() => document.querySelector("main a")!.constructor.name),
      );
    }
    assertEquals(names, ["SVGAElement", "HTMLAnchorElement", "SVGAElement"]);
  });

  await t.step("table parts stay table parts", async () => {
    assertEquals(
      await main((w) => {
        words.template(w, "<table><!><?></table>", 1, [[Hole.CHILD, 0]]);
        words.template(w, "<tbody><tr><td v></td></tr></tbody>", 1, [[Hole.FILL, 0]]);
        text(w, "cell");
      }),
      `<table><!----><tbody><tr><td v="">cell</td></tr></tbody><!--?--></table>`,
    );
  });

  await t.step("an async region's content begins a region of its own", async () => {
    await main((w) => {
      words.template(w, "<div><!><?><b v></b></div>", 2, [[Hole.CHILD, 0], [Hole.FILL, 1]]);
      w.varint(Tag.ASYNC);
      w.varint(8);
      words.template(w, "<i v></i>", 1, [[Hole.FILL, 0]]);
      text(w, "wait");
      text(w, "b");
    });
    await visit.patch((w) => {
      w.region(8);
      setText(w, 1, "waiting");
    });
    assertEquals(
      await markup(visit, "main"),
      `<div><!----><!--v8--><i v="">waiting</i><!--/v8--><!--?--><b v="">b</b></div>`,
    );
  });
  assertEquals(visit.peer.has(Frame.RENDER), false);
});

Deno.test("scripts in patches do not run, custom elements come alive", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<main v></main>", {
    head: `<script>
      customElements.define("x-clock", class extends HTMLElement {
        connectedCallback() { this.title = "alive"; }
      });
    </script>`,
  });
  const words = new Words();
  await visit.patch((w) => {
    w.at(Op.REPLACE, 1);
    words.template(w, "<p v><x-clock></x-clock><!><?></p>", 2, [[Hole.CHILD, 1]]);
    w.varint(Tag.RAW);
    w.string("<script>document.title = 'ran'</script>");
  });
  assertEquals(
    await visit.page.evaluate(() => [
      document.title,
      document.querySelector<HTMLElement>("x-clock")!.title,
    ]),
    ["t", "alive"],
  );
});

Deno.test("the player works under a strict policy with trusted types", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<main v></main>", {
    csp: "default-src 'none'; script-src 'self'; connect-src 'self'; " +
      "require-trusted-types-for 'script'; trusted-types vango",
  });
  const words = new Words();
  await visit.patch((w) => {
    w.at(Op.REPLACE, 1);
    words.template(w, "<b v></b>", 1, [[Hole.FILL, 0]]);
    text(w, "ok");
  });
  assertEquals(await markup(visit, "main"), `<b v="">ok</b>`);
});
