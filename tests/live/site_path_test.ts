import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { RedirectError, sitePath } from "../../src/live/site_path.ts";

const BASE = new URL("https://shop.example/cart/items?page=1");

Deno.test("sitePath takes paths, queries and hashes of this site", () => {
  for (
    const [given, expected] of [
      ["/", "/"],
      ["/orders/1?x=%2F%2Fevil#top", "/orders/1?x=%2F%2Fevil#top"],
      ["?page=2", "/cart/items?page=2"],
      ["#end", "/cart/items?page=1#end"],
      ["/a/../b", "/b"],
      ["/ö", "/%C3%B6"],
    ] as const
  ) assertEquals(sitePath(given, BASE), expected);
});

Deno.test("sitePath refuses whatever leads, or could be read to lead, off the site (THREATS 27)", () => {
  for (
    const given of [
      "//evil.example",
      "///evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/\n/evil.example",
      "\t//evil.example",
      " //evil.example",
      "/%2f/evil.example",
      "/%2F%2Fevil.example",
      "/%5cevil.example",
      "/%5Cevil.example",
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "java\nscript:alert(1)",
      "data:text/html,x",
      "https://shop.example/",
      "https://evil.example/",
      "evil.example",
      "",
      "/\u0000",
      "/\u007f",
      "/" + "a".repeat(9000),
      "/.//evil.example",
      "/..//evil.example",
      "/x/..//evil.example",
    ]
  ) {
    const error = assertThrows(() => sitePath(given, BASE), RedirectError);
    assertInstanceOf(error, RedirectError);
    assertEquals(error.code, "redirect");
  }
});

Deno.test("sitePath's message shows the address cut and quoted", () => {
  const error = assertThrows(() => sitePath("x".repeat(500) + "<script>", BASE), RedirectError);
  assertEquals(error.message.includes("script"), false);
  assertEquals(error.message.length < 300, true);
});
