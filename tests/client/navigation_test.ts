import { assertEquals } from "@std/assert";
import { Frame, Op, Tag } from "../../src/protocol/codes.ts";
import { openRig, type Visit } from "./rig.ts";
import { text, Words } from "./words.ts";

const TALL = `<div style="height:5000px">tall</div>`;

/** Answers a navigation: other content, and the address if there is one. */
async function show(visit: Visit, content: string, url?: string): Promise<void> {
  await visit.patch((w) => {
    w.at(Op.REPLACE, 1);
    w.varint(Tag.RAW);
    w.string(content);
    if (url === undefined) return;
    w.op(Op.URL_PUSH);
    w.string(url);
  }, 1);
}

Deno.test("a click on a same-origin link is a live navigation", async (t) => {
  await using rig = await openRig();
  const outcome = async (html: string, act?: (visit: Visit) => Promise<unknown>) => {
    const visit = await rig.open(html);
    // What the player leaves to the browser is stopped behind it.
    const prevented = await visit.page.evaluateHandle(() => {
      const seen = { prevented: false };
      addEventListener("click", (event) => {
        seen.prevented = event.defaultPrevented;
        event.preventDefault();
      });
      return seen;
    });
    await (act ? act(visit) : visit.page.click("a"));
    await visit.peer.settled();
    const navigation = visit.peer.has(Frame.NAVIGATE) ? await visit.peer.nextNavigate() : undefined;
    const result = navigation
      ? [navigation.url, navigation.mode, navigation.seq]
      : (await prevented.jsonValue()).prevented;
    await visit.page.close();
    return result;
  };
  await t.step("it sends the address and no page is loaded", async () => {
    assertEquals(await outcome("<a href='/next?a=1#b'><b>x</b></a>"), ["/next?a=1#b", "push", 1]);
  });
  await t.step("to the address that is shown it replaces, as in a browser", async () => {
    assertEquals(await outcome("<a href=/>x</a>"), ["/", "replace", 1]);
  });
  const native: [string, string][] = [
    ["another origin", "<a href='https://example.com/'>x</a>"],
    ["target", "<a href=/next target=_blank>x</a>"],
    ["download", "<a href=/next download>x</a>"],
    ["data-reload", "<a href=/next data-reload>x</a>"],
    ["an anchor of this page", "<a href='#there'>x</a>"],
    ["no address", "<a>x</a>"],
  ];
  for (const [name, html] of native) {
    await t.step(`${name}: the browser's`, async () => assertEquals(await outcome(html), false));
  }
  await t.step("with a key held: the browser's", async () => {
    for (const key of ["Control", "Shift", "Meta", "Alt"] as const) {
      assertEquals(
        await outcome(
          "<a href=/next>x</a>",
          (visit) => visit.page.click("a", { modifiers: [key] }),
        ),
        false,
      );
    }
  });
  await t.step("prevented by the page: nobody's", async () => {
    assertEquals(await outcome("<a href=/next v=a data-prevent-default>x</a>"), true);
  });
  await t.step("without a connection: the browser's", async () => {
    assertEquals(
      await outcome("<a href=/next>x</a>", async (visit) => {
        await visit.page.evaluate(() => {
          (globalThis as unknown as { vango: { disconnect(): void } }).vango.disconnect();
        });
        await visit.page.click("a");
        await visit.page.evaluate(() => {
          (globalThis as unknown as { vango: { connect(): void } }).vango.connect();
        });
        const peer = await visit.connection(1);
        await peer.hello();
        peer.welcome("resumed");
      }),
      false,
    );
  });
  await t.step("a held back event goes first", async () => {
    const visit = await rig.open("<input v=b data-debounce=60000><a href=/next>x</a>");
    await visit.page.fill("input", "q");
    await visit.page.click("a");
    assertEquals((await visit.peer.nextEvent()).seq, 1);
    assertEquals((await visit.peer.nextNavigate()).seq, 2);
  });
});

Deno.test("history: push, back and forward restore address and scroll", async () => {
  await using rig = await openRig();
  const visit = await rig.open(`<main v>${TALL}<a href=/two>two</a></main>`, { url: "/one" });
  const scroll = () => visit.page.evaluate(() => Math.round(scrollY));
  const path = () => visit.page.evaluate(() => location.pathname + location.hash);
  await visit.page.evaluate(() => {
    scrollTo(0, 300);
    document.querySelector("a")!.click();
  });
  assertEquals((await visit.peer.nextNavigate()).url, "/two");
  await show(visit, `${TALL}second<a href=/three#end>three</a><p id=end>end</p>`, "/two");
  assertEquals([await path(), await scroll()], ["/two", 0]);

  await visit.page.evaluate(() => {
    scrollTo(0, 700);
    document.querySelector("a")!.click();
  });
  await visit.peer.nextNavigate();
  await show(visit, `${TALL}<p id=end>end</p>${TALL}`, "/three#end");
  assertEquals(await path(), "/three#end");
  assertEquals(await scroll() > 4000, true);

  await visit.page.evaluate(() => history.back());
  const back = await visit.peer.nextNavigate();
  assertEquals([back.url, back.mode], ["/two", "pop"]);
  await show(visit, `${TALL}second`);
  assertEquals([await path(), await scroll()], ["/two", 700]);

  await visit.page.evaluate(() => history.back());
  assertEquals((await visit.peer.nextNavigate()).url, "/one");
  await show(visit, TALL);
  assertEquals([await path(), await scroll()], ["/one", 300]);

  await visit.page.evaluate(() => history.forward());
  assertEquals((await visit.peer.nextNavigate()).url, "/two");
  await show(visit, TALL);
  assertEquals([await path(), await scroll()], ["/two", 700]);
});

Deno.test("a step between anchors of one page is none of the server's", async () => {
  await using rig = await openRig();
  const visit = await rig.open(`<a href=#end>x</a>${TALL}<p id=end>end</p>`);
  await visit.page.click("a");
  await visit.page.evaluate(() =>
    new Promise((resolve) => {
      addEventListener("popstate", resolve, { once: true });
      history.back();
    })
  );
  await visit.peer.settled();
  assertEquals(visit.peer.has(Frame.NAVIGATE), false);
});

Deno.test("URL_PUSH without a navigation leaves the scroll alone", async () => {
  await using rig = await openRig();
  const visit = await rig.open(`<main v>${TALL}</main>`);
  await visit.page.evaluate(() => scrollTo(0, 400));
  const words = new Words();
  await visit.patch((w) => {
    w.op(Op.URL_PUSH);
    w.string("/?filter=a");
    w.at(Op.ATTR, 1);
    words.name(w, "title");
    w.string("t");
  });
  assertEquals(await visit.page.evaluate(() => [location.search, Math.round(scrollY)]), [
    "?filter=a",
    400,
  ]);
  await visit.patch((w) => {
    w.at(Op.INSERT, 1);
    w.varint(0);
    w.varint(1);
    text(w, "x");
  });
});
