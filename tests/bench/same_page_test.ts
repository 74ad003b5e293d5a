import { assertEquals, assertStringIncludes } from "@std/assert";
import { firstDifference, plainMarkup } from "../../bench/render/same_page.ts";
import { pages as byHand } from "../../bench/render/hand.ts";
import { pages } from "../../bench/render/ours.tsx";

Deno.test("plainMarkup takes out marks, keys, comments and the ways to write an attribute", () => {
  assertEquals(
    plainMarkup(`<ul v="a b:x" class="c" key="1"><!--$--><input v checked="" name="n" /></ul>`),
    `<ul class="c"><input checked name="n"></ul>`,
  );
});

Deno.test("plainMarkup leaves text, classes and other values as they are", () => {
  assertEquals(plainMarkup(`<b class="v">v key="1"</b>`), `<b class="v">v key="1"</b>`);
});

Deno.test("firstDifference shows where two pages part", () => {
  assertEquals(firstDifference("<p>a</p>", "<p v>a</p>"), undefined);
  assertStringIncludes(firstDifference("<p>a</p>", "<p>b</p>")!, "<p>b");
});

Deno.test("our pages and those written by hand are the same, so their times can be compared", () => {
  for (const page of ["table", "rows", "shop", "tiny"] as const) {
    assertEquals(firstDifference(byHand[page](), pages[page]()), undefined);
  }
});
