import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  goalTable,
  isReached,
  numberText,
  type PartReport,
  replaceSection,
  sectionText,
  tableText,
} from "../../bench/report.ts";

function reportWith(figure: number): PartReport {
  const goals = [{ what: "bytes", figure, most: 10, unit: " B" }];
  return { part: "wire", title: "Wire", goals, tables: [], notes: ["a note"], versions: {} };
}

Deno.test("isReached holds a figure to both ends, which belong to it", () => {
  assert(isReached({ what: "", figure: 10, most: 10, least: 10 }));
  assert(!isReached({ what: "", figure: 10.1, most: 10 }));
  assert(!isReached({ what: "", figure: 0.69, least: 0.7 }));
});

Deno.test("goalTable says what was reached and what was missed, with the limit beside it", () => {
  assertEquals(goalTable([reportWith(9), reportWith(11)]).rows, [
    ["bytes", "9 B", "at most 10 B", "pass"],
    ["bytes", "11 B", "at most 10 B", "MISS"],
  ]);
});

Deno.test("tableText aligns the first column left and the others right", () => {
  assertEquals(
    tableText({ title: "", head: ["what", "n"], rows: [["a", "1,000"]] }),
    "| what |     n |\n| ---- | ----: |\n| a    | 1,000 |",
  );
});

Deno.test("numberText groups thousands and keeps the digits asked for", () => {
  assertEquals(numberText(65865), "65,865");
  assertEquals(numberText(1.4, 2), "1.40");
});

Deno.test("replaceSection puts a new part at the end and a known one in its own place", () => {
  const first = sectionText(reportWith(9), "day one");
  const results = replaceSection("# Results\n", "wire", first) + "\nafter\n";
  const again = replaceSection(results, "wire", sectionText(reportWith(11), "day two"));
  assertStringIncludes(again, "# Results\n\n<!-- wire -->\n\n## Wire\n\nday two");
  assertStringIncludes(again, "<!-- /wire -->\n\nafter\n");
  assertEquals(again.includes("day one"), false);
});
