import { assert, assertEquals } from "@std/assert";
import { CounterPage, tablePage } from "../../bench/table/app.tsx";
import { CHOSEN } from "../../bench/table/chosen.ts";
import { RowMaker, swapRows, updateTenth } from "../../bench/table/data.ts";
import { LivePage } from "../../bench/table/live_page.ts";
import { countPlaces, withoutMarks } from "../../bench/table/places.ts";
import { Frame } from "../../src/protocol/codes.ts";

Deno.test("countPlaces numbers marked elements and opening comments in document order", () => {
  const { count, byId } = countPlaces(
    `<div v id="x"><p>Hi <!>0<?></p><b v=a id=y>1</b><i></i></div>`,
  );
  assertEquals(count, 3);
  assertEquals([...byId], [["x", 1], ["y", 3]]);
});

Deno.test("withoutMarks leaves the markup of a server without live pages", () => {
  assertEquals(
    withoutMarks(`<!--v0--><div v class="v"><p>Hi <!>0<?></p><b v="a b:x">v=a</b></div><!--/v0-->`),
    `<div class="v"><p>Hi 0</p><b>v=a</b></div>`,
  );
});

Deno.test("LivePage adopts its page and answers a click with one patch", async () => {
  using page = new LivePage(CounterPage);
  assertEquals(page.opening.map((frame) => frame[0]), [Frame.WELCOME]);
  const { up, down } = await page.click("count");
  assertEquals(up[0], Frame.EVENT);
  assertEquals(down.length, 1);
  assertEquals(down[0]![0], Frame.PATCH);
  assertEquals(new TextDecoder().decode(down[0]!).at(-1), "1");
});

Deno.test("LivePage skips ahead in the sequence and goes on", async () => {
  using page = new LivePage(CounterPage);
  await page.skip(10_000);
  const { up, down } = await page.click("count");
  assertEquals(new TextDecoder().decode(down[0]!).at(-1), "2");
  assertEquals([up.length, down[0]!.length], [7, 8]);
});

Deno.test("the table page's buttons act on the rows", async () => {
  using page = new LivePage(tablePage(20));
  assertEquals(page.html.match(/<tr /g)!.length, 20);
  const sent = await page.click("clear");
  assert(sent.down[0]!.length < 10);
  assert((await page.click("create")).down[0]!.length > 20_000);
});

Deno.test("RowMaker makes the same rows in every run, with ids that go on", () => {
  const maker = new RowMaker();
  const [first, second] = [maker.make(2), maker.make(1)];
  assertEquals([...first, ...second], new RowMaker().make(3));
  assertEquals(second[0]!.id, 3);
});

Deno.test("swapRows and updateTenth change what they say and leave the given rows alone", () => {
  const rows = new RowMaker().make(20);
  const ids = rows.map((row) => row.id);
  const swapped = swapRows(rows).map((row) => row.id);
  assertEquals([swapped[1], swapped[18]], [19, 2]);
  const updated = updateTenth(rows).filter((row, i) => row !== rows[i]).map((row) => row.id);
  assertEquals(updated, [1, 11]);
  assertEquals(rows.map((row) => row.id), ids);
  assert(CHOSEN < rows.length);
});
