import { assertEquals } from "@std/assert";
import { Op } from "../../src/protocol/codes.ts";
import { openRig } from "./rig.ts";

Deno.test("the player counts the places of each region while it reads the page", async (t) => {
  await using rig = await openRig();
  const counts = async (html: string) => {
    const visit = await rig.open(html, { adopt: false });
    const { places } = await visit.peer.hello();
    await visit.page.close();
    return places;
  };

  await t.step("elements with a mark and opening comments count, nothing else", async () => {
    assertEquals(
      await counts("<p v>a</p><p>b <!>c<?> <b v=a>d</b><!--note--></p>"),
      { 0: 3 },
    );
  });
  await t.step("an empty region has no places", async () => {
    assertEquals(await counts(""), { 0: 0 });
  });
  await t.step("raw content is not looked into", async () => {
    assertEquals(await counts("<div v='a !'><p v></p><!></div><b v></b>"), { 0: 2 });
    assertEquals(await counts("<!><!--v!--><p v></p><!><!--/v!--><?><b v></b>"), { 0: 2 });
  });
  await t.step("places of an inner region belong to it alone", async () => {
    assertEquals(
      await counts(
        "<b v></b><!--v1--><i v></i><!--v2--><u v></u><!--/v2--><i v></i><!--/v1--><b v></b>",
      ),
      { 0: 2, 1: 2, 2: 1 },
    );
  });
});

Deno.test("HELLO says what the server must know", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>x</p>", { adopt: false });
  const hello = await visit.peer.hello();
  const screen = await visit.page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  assertEquals([hello.v, hello.token, hello.platform, hello.seq, hello.event, hello.deflate], [
    1,
    "tok",
    "web",
    0,
    0,
    true,
  ]);
  assertEquals(hello.screen, screen);
  assertEquals(hello.capabilities.touch, false);
});

Deno.test("text", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>x</p>");
  await visit.patch((w) => {
    w.at(Op.TEXT, 1);
    w.string("héllo");
  });
  assertEquals(await visit.body(), `<!--v0--><p v="">héllo</p><!--/v0-->`);
});
