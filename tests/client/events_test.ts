import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { EVENT_TYPES, eventMark } from "../../src/internal/event_types.ts";
import { Frame, Op } from "../../src/protocol/codes.ts";
import { openRig, type Visit } from "./rig.ts";
import { Words } from "./words.ts";

Deno.test("every type is heard and carries what the protocol says", async (t) => {
  await using rig = await openRig();

  async function check(
    name: string,
    html: string,
    act: (visit: Visit) => Promise<unknown>,
    expected: readonly [type: string, payload: unknown][],
  ) {
    await t.step(name, async () => {
      const visit = await rig.open(html);
      await act(visit);
      await visit.peer.settled();
      const events: [string, unknown][] = [];
      while (visit.peer.has(Frame.EVENT)) {
        const { type, payload } = await visit.peer.nextEvent();
        events.push([type, payload]);
      }
      assertEquals(events, [...expected]);
      await visit.page.close();
    });
  }
  const dispatch = (selector: string, code: string) => (visit: Visit) =>
    visit.page.evaluate(
      `(() => { const el = document.querySelector(${
        JSON.stringify(selector)
      }); el.dispatchEvent(${code}); })()`,
    );

  await check("click", "<button v=a>x</button>", (v) => v.page.click("button"), [[
    "click",
    undefined,
  ]]);
  await check("input and change of a text", `<input v="b c">`, async (v) => {
    await v.page.focus("input");
    await v.page.keyboard.type("hé");
    await v.page.keyboard.press("Enter");
  }, [["input", "h"], ["input", "hé"], ["change", "hé"]]);
  await check("a checkbox", "<input type=checkbox v=c>", async (v) => {
    await v.page.check("input");
    await v.page.uncheck("input");
  }, [["change", true], ["change", false]]);
  await check("a radio", "<input type=radio value=r v=c>", (v) => v.page.check("input"), [
    ["change", "r"],
  ]);
  await check(
    "a multiple select",
    "<select multiple v=c><option>a<option>b<option>c</select>",
    (v) => v.page.selectOption("select", ["a", "c"]),
    [["change", ["a", "c"]]],
  );
  await check(
    "a file input",
    "<input type=file v=c>",
    (v) =>
      v.page.setInputFiles("input", {
        name: "a.txt",
        mimeType: "text/plain",
        buffer: Buffer.alloc(3),
      }),
    [["change", [["a.txt", 3, "text/plain"]]]],
  );
  await check(
    "submit sends the fields, the submitter's last, and does not load a page",
    `<form v=d><button name=go value=1>x</button><input name=a value=1><input name=a value=2><input type=file name=f></form>`,
    (v) => v.page.click("button"),
    [["submit", [["a", "1"], ["a", "2"], ["f", ["", 0, "application/octet-stream"]], ["go", "1"]]]],
  );
  await check("keys with what is held", `<input v="e f">`, async (v) => {
    await v.page.focus("input");
    await v.page.keyboard.press("Control+Shift+K");
  }, [
    ["keydown", ["Control", "c"]],
    ["keydown", ["Shift", "cs"]],
    ["keydown", ["K", "cs"]],
    ["keyup", ["K", "cs"]],
    ["keyup", ["Shift", "c"]],
    ["keyup", ["Control"]],
  ]);
  await check(
    "a repeated key",
    "<input v=e>",
    dispatch(
      "input",
      `new KeyboardEvent("keydown", {key:"a", repeat:true, altKey:true, metaKey:true, bubbles:true})`,
    ),
    [
      ["keydown", ["a", "amr"]],
    ],
  );
  await check("focus and blur", `<p v="g h"><input v="g h"><input></p>`, async (v) => {
    await v.page.focus("input");
    await v.page.focus("input:last-child");
  }, [["focus", undefined], ["blur", undefined]]);
  await check(
    "pointers, relative to the element with the handler",
    `<div v="i j k" style="position:absolute;left:10px;top:20px;width:100px;height:100px"><b style="position:absolute;left:50px;top:50px">x</b></div>`,
    async (v) => {
      await v.page.mouse.move(61, 71);
      await v.page.mouse.down();
      await v.page.mouse.up();
    },
    [["pointermove", [51, 51, -1]], ["pointerdown", [51, 51, 0]], ["pointerup", [51, 51, 0]]],
  );
  await check(
    "pointerenter and pointerleave",
    `<div v="l m" style="position:absolute;left:10px;top:10px;width:50px;height:50px"><b>x</b></div>`,
    async (v) => {
      await v.page.mouse.move(300, 300);
      await v.page.mouse.move(20, 20);
      await v.page.mouse.move(300, 300);
    },
    [["pointerenter", undefined], ["pointerleave", undefined]],
  );
  await check(
    "wheel",
    "<p v=p>x</p>",
    dispatch("p", `new WheelEvent("wheel", {deltaX:1, deltaY:-2, bubbles:true})`),
    [
      ["wheel", [1, -2]],
    ],
  );
  await check(
    "scroll",
    "<div v=q style='height:20px;overflow:auto'><p style='height:200px'></p></div>",
    async (v) => {
      await v.page.evaluate(() =>
        new Promise((resolve) => {
          const div = document.querySelector("div")!;
          div.addEventListener("scroll", resolve, { once: true });
          div.scrollTop = 30;
        })
      );
    },
    [["scroll", [0, 30]]],
  );
  await check(
    "toggle of details",
    "<details v=r><summary>s</summary></details>",
    (v) =>
      v.page.evaluate(() =>
        new Promise((resolve) => {
          const details = document.querySelector("details")!;
          details.addEventListener("toggle", resolve, { once: true });
          details.open = true;
        })
      ),
    [["toggle", true]],
  );
  await check("a custom event's detail", `<p v="saved bare:detail">x</p>`, async (v) => {
    await dispatch("p", `new CustomEvent("saved", {detail:{n:1}, bubbles:true})`)(v);
    await dispatch("p", `new CustomEvent("saved", {bubbles:true})`)(v);
    await dispatch("p", `new Event("bare", {bubbles:true})`)(v);
  }, [["saved", { n: 1 }], ["saved", undefined], ["bare", { f: {} }]]);
  await check(
    "declared fields",
    `<p v="a:clientX,altKey j:pointerType">x</p>`,
    async (v) => {
      await dispatch("p", `new MouseEvent("click", {clientX:3, bubbles:true})`)(v);
      await dispatch(
        "p",
        `new PointerEvent("pointerup", {pointerType:"pen", bubbles:true, clientX:1, clientY:1, button:2})`,
      )(v);
    },
    [
      ["click", { f: { clientX: 3, altKey: false } }],
      ["pointerup", { p: [-7, -15, 2], f: { pointerType: "pen" } }],
    ],
  );

  await t.step("all the other types with a code", async () => {
    const plain = EVENT_TYPES.slice(12).filter((type) =>
      !["wheel", "scroll", "toggle"].includes(type)
    );
    const visit = await rig.open(`<p v="${plain.map(eventMark).join(" ")}">x</p>`);
    for (const type of plain) {
      await dispatch("p", `new Event(${JSON.stringify(type)}, {bubbles:true})`)(visit);
      const event = await visit.peer.nextEvent();
      assertEquals([event.type, event.payload, event.place], [type, undefined, 1]);
    }
  });
});

Deno.test("an event goes from the target outwards to each handler, until it is stopped", async (t) => {
  await using rig = await openRig();
  const places = async (html: string, selector = "button") => {
    const visit = await rig.open(html);
    await visit.page.click(selector);
    await visit.peer.settled();
    const places: number[] = [];
    while (visit.peer.has(Frame.EVENT)) places.push((await visit.peer.nextEvent()).place);
    await visit.page.close();
    return places;
  };
  await t.step("inner before outer", async () => {
    assertEquals(await places("<div v=a><p v><i v=a><button v=a>x</button></i></p></div>"), [
      4,
      3,
      1,
    ]);
  });
  await t.step("an element without a handler stops it as well", async () => {
    assertEquals(
      await places("<div v=a><p data-stop-propagation><button v=a>x</button></p></div>"),
      [2],
    );
  });
  await t.step("a list of types stops only these", async () => {
    assertEquals(
      await places(`<div v=a><button v=a data-stop-propagation="input keydown">x</button></div>`),
      [2, 1],
    );
    assertEquals(
      await places(`<div v=a><button v=a data-stop-propagation="input click">x</button></div>`),
      [2],
    );
  });
  await t.step("what another script stopped is not sent", async () => {
    assertEquals(
      await places(
        "<div v=a><p><button>x</button></p></div><script>document.querySelector('p').onclick = e => e.stopPropagation()</script>",
      ),
      [],
    );
  });
});

Deno.test("the default action is prevented where the page says so", async (t) => {
  await using rig = await openRig();
  const prevented = async (html: string, selector: string, type = "click") => {
    const visit = await rig.open(html);
    const result = await visit.page.evaluate(
      ([selector, type]) =>
        !document.querySelector(selector!)!.dispatchEvent(
          new MouseEvent(type!, { bubbles: true, cancelable: true }),
        ),
      [selector, type],
    );
    await visit.page.close();
    return result;
  };
  const steps: [string, string, string, string, boolean][] = [
    ["a handler alone does not", "<button v=a type=button>x</button>", "button", "click", false],
    [
      "data-prevent-default does",
      "<button v=a data-prevent-default>x</button>",
      "button",
      "click",
      true,
    ],
    [
      "for the listed types only",
      `<button v="a i" type=button data-prevent-default=pointerdown>x</button>`,
      "button",
      "click",
      false,
    ],
    [
      "and for these",
      `<button v="a i" type=button data-prevent-default=pointerdown>x</button>`,
      "button",
      "pointerdown",
      true,
    ],
    ["wheel is not passive", "<p v=p data-prevent-default>x</p>", "p", "wheel", true],
    ["a link without an address", "<a v=a>x</a>", "a", "click", true],
    ["a link to #", "<a v=a href='#'>x</a>", "a", "click", true],
    ["a link to an anchor", "<a v=a href='#there'>x</a>", "a", "click", false],
    ["a submit", "<form v=d></form>", "form", "submit", true],
  ];
  for (const [name, html, selector, type, expected] of steps) {
    await t.step(name, async () => assertEquals(await prevented(html, selector, type), expected));
  }
});

Deno.test("data-debounce delays, and order is kept", async (t) => {
  await using rig = await openRig();
  const order = async (visit: Visit) => {
    await visit.peer.settled();
    const events: unknown[] = [];
    while (visit.peer.has(Frame.EVENT)) {
      const { type, place, payload } = await visit.peer.nextEvent();
      events.push([type, place, payload]);
    }
    return events;
  };
  const openStill = async (html: string) => {
    const visit = await rig.open(html, { before: (page) => page.clock.install({ time: 0 }) });
    await visit.page.clock.pauseAt(20_000);
    return visit;
  };

  await t.step("only the last of a burst is sent, after the pause", async () => {
    const visit = await openStill("<input v=b data-debounce=300>");
    await visit.page.focus("input");
    await visit.page.keyboard.type("abc");
    assertEquals(await order(visit), []);
    await visit.page.clock.runFor(299);
    assertEquals(await order(visit), []);
    await visit.page.clock.runFor(1);
    assertEquals(await order(visit), [["input", 1, "abc"]]);
  });

  await t.step("it goes before a later event of another element", async () => {
    const visit = await openStill("<input v=b data-debounce=300><button v=a>x</button>");
    await visit.page.focus("input");
    await visit.page.keyboard.type("ab");
    await visit.page.click("button");
    assertEquals(await order(visit), [["input", 1, "ab"], ["click", 2, undefined]]);
    await visit.page.clock.runFor(1000);
    assertEquals(await order(visit), []);
  });

  await t.step("and before another type of its own", async () => {
    const visit = await openStill(`<input v="b e" data-debounce=300>`);
    await visit.page.evaluate(() => {
      const input = document.querySelector("input")!;
      input.value = "a";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "b", bubbles: true }));
    });
    assertEquals(await order(visit), [["input", 1, "a"]]);
    await visit.page.clock.runFor(300);
    assertEquals(await order(visit), [["keydown", 1, ["b"]]]);
  });

  await t.step("data-throttle sends the first at once and the last at the end", async () => {
    const visit = await openStill("<p v=scroll2 data-throttle=300>x</p>");
    const fire = (n: number) =>
      visit.page.evaluate((n) => {
        document.querySelector("p")!.dispatchEvent(
          new CustomEvent("scroll2", { detail: n, bubbles: true }),
        );
      }, n);
    await fire(1);
    await fire(2);
    await fire(3);
    assertEquals(await order(visit), [["scroll2", 1, 1]]);
    await visit.page.clock.runFor(300);
    assertEquals(await order(visit), [["scroll2", 1, 3]]);
    await fire(4);
    await visit.page.clock.runFor(299);
    assertEquals(await order(visit), []);
    await visit.page.clock.runFor(300);
    assertEquals(await order(visit), [["scroll2", 1, 4]]);
    await visit.page.clock.runFor(300);
    await fire(5);
    assertEquals(await order(visit), [["scroll2", 1, 5]]);
  });
});

Deno.test("an element that gets a handler later is heard", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<button v>x</button>");
  const words = new Words();
  await visit.patch((w) => {
    w.at(Op.ATTR, 1);
    words.name(w, "v");
    w.string("o:clientX");
  });
  await visit.page.click("button", { button: "right" });
  const { type, place } = await visit.peer.nextEvent();
  assertEquals([type, place], ["contextmenu", 1]);
  await visit.patch((w) => {
    w.at(Op.ATTR, 1);
    words.name(w, "v");
    w.string("");
  });
  await visit.page.click("button", { button: "right" });
  await visit.peer.settled();
  assertEquals(visit.peer.has(Frame.EVENT), false);
});

Deno.test("an event in an async region names its region", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v></p><!--v5--><p v></p><button v=a>x</button><!--/v5-->");
  await visit.page.click("button");
  const { region, place, type } = await visit.peer.nextEvent();
  assertEquals([region, place, type], [5, 2, "click"]);
});

Deno.test("a click is at most 8 bytes up", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v></p>".repeat(300) + "<button v=a>x</button>");
  await visit.page.click("button");
  const frame = await visit.peer.next(Frame.EVENT);
  assertEquals(frame.length <= 8, true);
});
