import { assertEquals } from "@std/assert";
import { Frame, Op, Tag } from "../../src/protocol/codes.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import { openRig, type Visit } from "./rig.ts";
import { setText, text, Words } from "./words.ts";

const ROW = "<li v></li>";
const FILL = [[0, 0]] as const;

/** The page's body between the region's comments. */
async function content(visit: Visit): Promise<string> {
  return (await visit.body()).slice("<!--v0-->".length, -"<!--/v0-->".length);
}

Deno.test("each operation on a place changes exactly that place", async (t) => {
  await using rig = await openRig();

  async function check(name: string, before: string, run: (visit: Visit) => Promise<void>) {
    await t.step(name, async () => {
      const visit = await rig.open(before);
      await run(visit);
      assertEquals(visit.peer.has(Frame.RENDER), false, "the player asked for markup");
      await visit.page.close();
    });
  }

  await check(
    "TEXT sets a fill place and a comment place",
    "<p v>a</p><p>x <!>b<?> y</p>",
    async (visit) => {
      await visit.patch((w) => {
        setText(w, 1, "é<b>");
        setText(w, 2, "ü");
      });
      assertEquals(await content(visit), `<p v="">é&lt;b&gt;</p><p>x <!---->ü<!--?--> y</p>`);
    },
  );

  await check("TEXT fills an empty place, and empties it", "<p v></p><!><?>", async (visit) => {
    await visit.patch((w) => {
      setText(w, 1, "a");
      setText(w, 2, "b");
    });
    assertEquals(await content(visit), `<p v="">a</p><!---->b<!--?-->`);
    await visit.patch((w) => {
      setText(w, 1, "");
      setText(w, 2, "");
    });
    assertEquals(await content(visit), `<p v=""></p><!----><!--?-->`);
    await visit.patch((w) => setText(w, 1, "c"));
    assertEquals(await content(visit), `<p v="">c</p><!----><!--?-->`);
  });

  await check("TEXT keeps the text node", "<p v>a</p>", async (visit) => {
    const node = await visit.page.evaluateHandle(() => document.querySelector("p")!.firstChild);
    await visit.patch((w) => setText(w, 1, "b"));
    assertEquals(
      await visit.page.evaluate((n) => document.querySelector("p")!.firstChild === n, node),
      true,
    );
  });

  await check(
    "TEXT replaces a text that the parser split",
    `<p v>${"x".repeat(200_000)}</p>`,
    async (visit) => {
      await visit.patch((w) => setText(w, 1, "short"));
      assertEquals(await content(visit), `<p v="">short</p>`);
    },
  );

  await check(
    "ATTR and REMOVE_ATTR set and remove, names are said once",
    "<p v class=a></p>",
    async (visit) => {
      const words = new Words();
      await visit.patch((w) => {
        w.at(Op.ATTR, 1);
        words.name(w, "title");
        w.string("t");
        w.at(Op.ATTR, 1);
        words.name(w, "class");
        w.string("b");
      });
      assertEquals(await content(visit), `<p v="" class="b" title="t"></p>`);
      await visit.patch((w) => {
        w.at(Op.REMOVE_ATTR, 1);
        words.name(w, "class");
      });
      assertEquals(await content(visit), `<p v="" title="t"></p>`);
    },
  );

  await check(
    "INSERT puts items before another and at the end",
    "<ul v><li v>a</li></ul><p><!><b v>x</b><?> tail</p>",
    async (visit) => {
      const words = new Words();
      await visit.patch((w) => {
        w.at(Op.INSERT, 1);
        w.varint(2);
        w.varint(2);
        for (const item of ["b", "c"]) {
          words.template(w, ROW, 1, FILL);
          text(w, item);
        }
        w.at(Op.INSERT, 1);
        w.varint(0);
        w.varint(1);
        words.template(w, ROW, 1, FILL);
        text(w, "d");
        w.at(Op.INSERT, 3);
        w.varint(0);
        w.varint(1);
        text(w, "y");
      });
      assertEquals(
        await content(visit),
        `<ul v=""><li v="">b</li><li v="">c</li><li v="">a</li><li v="">d</li></ul>` +
          `<p><!----><b v="">x</b><!---->y<!--?--><!--?--> tail</p>`,
      );
      // 5 and 6 were first, 7 was at the end, 8 is the group.
      await visit.patch((w) => {
        setText(w, 5, "B");
        setText(w, 7, "D");
        setText(w, 8, "Y");
      });
      assertEquals(
        await content(visit),
        `<ul v=""><li v="">B</li><li v="">c</li><li v="">a</li><li v="">D</li></ul>` +
          `<p><!----><b v="">x</b><!---->Y<!--?--><!--?--> tail</p>`,
      );
    },
  );

  await check(
    "REMOVE takes an element and a whole group",
    "<ul v><li v>a</li><!>b<i>c</i><?><li v>d</li></ul>",
    async (visit) => {
      await visit.patch((w) => {
        w.at(Op.REMOVE, 2);
        w.at(Op.REMOVE, 3);
      });
      assertEquals(await content(visit), `<ul v=""><li v="">d</li></ul>`);
    },
  );

  await check(
    "MOVE moves before an item and to the end, groups whole",
    "<ul v><li v>a</li><!>b<i>c</i><?><li v>d</li></ul><p><!><b v>1</b><b v>2</b><?></p>",
    async (visit) => {
      await visit.patch((w) => {
        w.at(Op.MOVE, 3);
        w.varint(2);
        w.at(Op.MOVE, 2);
        w.varint(0);
        w.varint(1);
        w.at(Op.MOVE, 6);
        w.varint(0);
        w.varint(5);
      });
      assertEquals(
        await content(visit),
        `<ul v=""><!---->b<i>c</i><!--?--><li v="">d</li><li v="">a</li></ul>` +
          `<p><!----><b v="">2</b><b v="">1</b><!--?--></p>`,
      );
    },
  );

  await check(
    "REPLACE sets the content of fill and comment places and of the region",
    "<p v>a<i>b</i></p><!>c<i v>d</i><!>e<?><?><b v>f</b>",
    async (visit) => {
      const words = new Words();
      await visit.patch((w) => {
        w.at(Op.REPLACE, 1);
        words.template(w, "<u v></u>", 1, FILL);
        text(w, "n");
        w.at(Op.REPLACE, 2);
        w.varint(Tag.LIST);
        w.varint(2);
        words.template(w, "<u v></u>", 1, FILL);
        text(w, "1");
        w.varint(Tag.EMPTY);
      });
      assertEquals(
        await content(visit),
        `<p v=""><u v="">n</u></p><!----><u v="">1</u><!----><!--?--><!--?--><b v="">f</b>`,
      );
      await visit.patch((w) => {
        w.at(Op.REPLACE, 0);
        text(w, "all");
      });
      assertEquals(await content(visit), "all");
      await visit.patch((w) => {
        w.at(Op.REPLACE, 0);
        w.varint(Tag.EMPTY);
      });
      assertEquals(await content(visit), "");
    },
  );

  await check(
    "VALUE and PROPERTY set what attributes no longer reach",
    "<input v value=a><input type=checkbox v><textarea v>t</textarea><button v>b</button>",
    async (visit) => {
      const words = new Words();
      await visit.page.evaluate(() => {
        const [text, box] = document.querySelectorAll("input");
        text!.value = "dirty";
        box!.checked = true;
        box!.checked = false;
        document.querySelector("textarea")!.value = "dirty";
      });
      await visit.patch((w) => {
        w.at(Op.VALUE, 1);
        w.string("b");
        w.at(Op.VALUE, 3);
        w.string("u");
        w.at(Op.PROPERTY, 2);
        words.name(w, "checked");
        w.varint(1);
        w.at(Op.PROPERTY, 4);
        words.name(w, "disabled");
        w.varint(1);
      });
      assertEquals(
        await visit.page.evaluate(() => {
          const [text, box] = document.querySelectorAll("input");
          return [
            text!.value,
            text!.defaultValue,
            box!.checked,
            document.querySelector("textarea")!.value,
            document.querySelector("button")!.disabled,
          ];
        }),
        ["b", "b", true, "u", true],
      );
      await visit.patch((w) => {
        w.at(Op.PROPERTY, 2);
        words.name(w, "checked");
        w.varint(0);
        w.at(Op.PROPERTY, 4);
        words.name(w, "disabled");
        w.varint(0);
      });
      assertEquals(
        await visit.page.evaluate(() => [
          document.querySelector<HTMLInputElement>("[type=checkbox]")!.checked,
          document.querySelector("button")!.disabled,
        ]),
        [false, false],
      );
    },
  );

  await check(
    "SUBSTITUTE puts another item in the place of one",
    "<ul v><li v>a</li><!>b<?><li v>c</li></ul>",
    async (visit) => {
      const words = new Words();
      await visit.patch((w) => {
        w.at(Op.SUBSTITUTE, 2);
        text(w, "group");
        w.at(Op.SUBSTITUTE, 3);
        words.template(w, ROW, 1, FILL);
        text(w, "single");
      });
      assertEquals(
        await content(visit),
        `<ul v=""><!---->group<!--?--><li v="">single</li><li v="">c</li></ul>`,
      );
    },
  );

  await check("FOCUS focuses", "<input v><input v>", async (visit) => {
    await visit.patch((w) => w.at(Op.FOCUS, 2));
    assertEquals(
      await visit.page.evaluate(() =>
        [...document.querySelectorAll("input")].indexOf(document.activeElement as HTMLInputElement)
      ),
      1,
    );
  });

  await check(
    "SWAP exchanges two items, near or far, single or groups",
    "<ul v><li v>a</li><!>b<?><li v>c</li><li v>d</li></ul>",
    async (visit) => {
      const order = async () => (await visit.page.textContent("ul"))!;
      const swap = (a: number, b: number) =>
        visit.patch((w) => {
          w.at(Op.SWAP, a);
          w.varint(b);
        });
      await swap(2, 5);
      assertEquals(await order(), "dbca");
      await swap(5, 3);
      assertEquals(await order(), "bdca");
      await swap(5, 3);
      assertEquals(await order(), "dbca");
      await swap(3, 2);
      assertEquals(await order(), "dacb");
    },
  );

  await check("HTML sets raw content", "<div v='!'><p>a</p></div><b v>x</b>", async (visit) => {
    await visit.patch((w) => {
      w.at(Op.HTML, 1);
      w.string("<i v>1</i> 2");
      setText(w, 2, "y");
    });
    assertEquals(await content(visit), `<div v="!"><i v="">1</i> 2</div><b v="">y</b>`);
  });

  await check(
    "one operation goes on with entries, distances may be negative",
    "<p v>a</p>".repeat(100),
    async (visit) => {
      await visit.patch((w) => {
        setText(w, 100, "1");
        setText(w, 1, "2");
        setText(w, 50, "3");
      });
      assertEquals(
        await visit.page.evaluate(() =>
          [99, 0, 49].map((i) => document.querySelectorAll("p")[i]!.textContent)
        ),
        ["1", "2", "3"],
      );
    },
  );

  await check(
    "REGION switches, places begin at 0 again",
    "<p v>a</p><!--v3--><p v>b</p><!--/v3--><p v>c</p>",
    async (visit) => {
      await visit.patch((w) => {
        setText(w, 2, "C");
        w.region(3);
        setText(w, 1, "B");
        w.region(0);
        setText(w, 1, "A");
      });
      assertEquals(await visit.page.textContent("body"), "ABC");
    },
  );

  await check(
    "ASYNC_REPLACE begins the content's region in the placeholder's place",
    "<!--v1--><p v>wait</p><!--/v1--><p v>c</p>",
    async (visit) => {
      const words = new Words();
      await visit.patch((w) => {
        w.op(Op.ASYNC_REPLACE);
        w.varint(1);
        words.template(w, "<b v></b>", 1, FILL);
        text(w, "done");
        setText(w, 1, "C");
        w.region(2);
        setText(w, 1, "Done");
      });
      assertEquals(await content(visit), `<!--v2--><b v="">Done</b><!--/v2--><p v="">C</p>`);
    },
  );
});

Deno.test("text of a frame is one blob, cut by lengths in UTF-16 units", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v></p><p v></p><p v></p>");
  await visit.patch((w) => {
    setText(w, 1, "\uFEFFbom");
    setText(w, 2, "😀");
    setText(w, 3, "ok");
  });
  assertEquals(
    await visit.page.evaluate(() => [...document.querySelectorAll("p")].map((p) => p.textContent)),
    ["\uFEFFbom", "😀", "ok"],
  );
});

Deno.test("operations without a place", async (t) => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>a</p>", {
    head:
      `<link rel="stylesheet" href="data:text/css," data-vh="css"><meta data-vh="d" name="d" content="1">`,
  });
  const head = (entry: unknown) =>
    visit.patch((w) => {
      w.op(Op.HEAD);
      w.string(JSON.stringify(entry));
    });

  await t.step("HEAD sets the title, sets and removes entries, keeps what is equal", async () => {
    const link = await visit.page.evaluateHandle(() => document.querySelector("[data-vh=css]"));
    await head({ k: "title", t: "title", a: {}, x: "New" });
    await head({ k: "d", t: "meta", a: { name: "d", content: "2" }, x: "" });
    await head({ k: "e", t: "meta", a: { name: "e" }, x: "" });
    await head({ k: "css", t: "link", a: { rel: "stylesheet", href: "data:text/css," }, x: "" });
    assertEquals(
      await visit.page.evaluate((link) => [
        document.title,
        ...[...document.head.querySelectorAll("meta[data-vh]")].map((meta) => meta.outerHTML),
        document.querySelector("[data-vh=css]") === link,
      ], link),
      [
        "New",
        `<meta name="d" content="2" data-vh="d">`,
        `<meta name="e" data-vh="e">`,
        true,
      ],
    );
    await head({ k: "d" });
    assertEquals(await visit.page.locator("meta[data-vh=d]").count(), 0);
  });

  await t.step("EMIT dispatches a CustomEvent on the document", async () => {
    await visit.watch("saved", "bare");
    await visit.patch((w) => {
      w.op(Op.EMIT);
      w.string("saved");
      w.string(`{"id":3}`);
      w.op(Op.EMIT);
      w.string("bare");
      w.string("");
    });
    assertEquals(await visit.seen(), [["saved", { id: 3 }], ["bare", null]]);
  });

  await t.step("URL push and replace change the address", async () => {
    const length = () => visit.page.evaluate(() => history.length);
    const before = await length();
    await visit.patch((w) => {
      w.op(Op.URL_PUSH);
      w.string("/a?b=1");
    });
    await visit.patch((w) => {
      w.op(Op.URL_REPLACE);
      w.string("/c");
    });
    assertEquals(
      [await visit.page.evaluate(() => location.href), await length()],
      [rig.origin + "/c", before + 1],
    );
  });

  await t.step("native operations are read and told to the page", async () => {
    await visit.watch("vango:native");
    await visit.patch((w) => {
      w.op(Op.NATIVE_HAPTIC);
      w.string(`{"style":"light"}`);
      setText(w, 1, "after");
    });
    assertEquals((await visit.seen()).at(-1), [
      "vango:native",
      { operation: Op.NATIVE_HAPTIC, component: undefined, data: { style: "light" } },
    ]);
    assertEquals(await visit.page.textContent("p"), "after");
  });

  await t.step("NAVIGATE loads another page", async () => {
    const loaded = visit.page.waitForURL("**/other");
    const peer = visit.peer;
    const writer = new PatchWriter();
    writer.op(Op.NAVIGATE_PUSH);
    writer.string("/other");
    peer.send(writer.finish(++visit.seq, 0));
    await loaded;
  });
});
