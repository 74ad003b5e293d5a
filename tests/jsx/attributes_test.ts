import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  attributeValue,
  checkName,
  classText,
  isUnsafeUrl,
  styleText,
} from "../../src/jsx/attributes.ts";
import { TemplateError } from "../../src/jsx/errors.ts";

const REFUSED = [
  "javascript:alert(1)",
  "JavaScript:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "java\tscript:alert(1)",
  "\u0000javascript:alert(1)",
  "javascript\u0000:alert(1)",
  "\u001fjavascript:x",
  "vbscript:x",
  "livescript:x",
  "data:text/html,<script>alert(1)</script>",
  "data:image/svg+xml,<svg onload=alert(1)>",
  "DATA:text/html;base64,PHNjcmlwdD4=",
  "data:,x",
];

const TAKEN = [
  "/path",
  "https://example.org/a:b",
  "mailto:a@example.org",
  "#x",
  "?q=javascript:x",
  "",
  "javascript-guide?at=10:30",
  "javascript/a:b",
  "data:image/png;base64,AAAA",
  "data:image/webp,AAAA",
  "tel:+1",
];

Deno.test("isUnsafeUrl finds schemes that run script, as browsers read them (THREATS 28)", () => {
  for (const url of REFUSED) assert(isUnsafeUrl(url), JSON.stringify(url));
  for (const url of TAKEN) assert(!isUnsafeUrl(url), JSON.stringify(url));
});

Deno.test("attributeValue refuses unsafe addresses in every attribute that is followed or loaded", () => {
  for (const name of ["href", "src", "action", "formaction", "xlink:href", "data", "poster"]) {
    const error = assertThrows(() => attributeValue(name, "javascript:alert(1)"), TemplateError);
    assertEquals(error.code, "url");
    assertEquals(attributeValue(name, "/ok"), "/ok");
  }
  assertThrows(() => attributeValue("href", new URL("javascript:alert(1)")), TemplateError);
  assertEquals(attributeValue("title", "javascript:alert(1)"), "javascript:alert(1)");
});

Deno.test("attributeValue refuses handlers as text", () => {
  for (const name of ["onclick", "onerror", "onbeforeunload"]) {
    const error = assertThrows(() => attributeValue(name, "alert(1)"), TemplateError);
    assertEquals(error.code, "handler");
  }
});

Deno.test("attributeValue gives texts, presence and absence", () => {
  assertEquals(attributeValue("title", "x"), "x");
  assertEquals(attributeValue("title", ""), "");
  assertEquals(attributeValue("title", null), null);
  assertEquals(attributeValue("title", undefined), null);
  assertEquals(attributeValue("tabindex", 0), "0");
  assertEquals(attributeValue("data-id", 12n), "12");
  assertEquals(attributeValue("hidden", true), true);
  assertEquals(attributeValue("hidden", false), null);
  assertEquals(attributeValue("aria-hidden", false), "false");
  assertEquals(attributeValue("data-on", true), "true");
  assertEquals(attributeValue("draggable", false), "false");
  assertEquals(attributeValue("contenteditable", true), "true");
  assertEquals(attributeValue("datetime", new Date(0)), "1970-01-01T00:00:00.000Z");
  assertEquals(attributeValue("href", new URL("https://example.org/x")), "https://example.org/x");
  assertEquals(attributeValue("class", ["a", null, { b: true, c: false }, ["d"]]), "a b d");
  assertEquals(attributeValue("class", []), null);
  assertEquals(
    attributeValue("style", { color: "red", marginTop: 0, "--X": 1 }),
    "color:red;margin-top:0;--X:1",
  );
});

Deno.test("attributeValue refuses what has no text form, and says what it is", () => {
  class Order {}
  const cases: [unknown, string][] = [
    [{}, "an object"],
    [new Order(), "an instance of Order"],
    [() => {}, "the function"],
    [Symbol("x"), "a symbol"],
  ];
  for (const [value, what] of cases) {
    const error = assertThrows(() => attributeValue("title", value), TemplateError, what);
    assertEquals(error.code, "attribute-value");
  }
});

Deno.test("checkName refuses names that end or split a tag, srcdoc, and the mark", () => {
  for (const name of ["a b", 'a"', "a>", "a/", "a=", "", "a\u0000", "a\n", "srcdoc", "v"]) {
    assertThrows(() => checkName(name), TemplateError);
  }
  for (const name of ["data-x", "xlink:href", "@click", "aria-label", "viewBox", "__proto__"]) {
    checkName(name);
  }
});

Deno.test("styleText keeps a value from opening another declaration", () => {
  assertEquals(styleText({ color: "red;background:url(x)" }), "color:redbackground:url(x)");
  assertEquals(styleText({ width: null, height: undefined, top: false }), "");
  assertEquals(styleText("a:b"), "a:b");
});

Deno.test("classText takes texts, numbers, lists and conditions", () => {
  assertEquals(classText("a b"), "a b");
  assertEquals(classText([1, "x", [["y"]], false]), "1 x y");
  assertEquals(classText({ a: 1, b: 0, c: "yes" }), "a c");
  assertEquals(classText(true), "");
});
