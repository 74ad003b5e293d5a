import { assertEquals, assertStringIncludes } from "@std/assert";
import { findLongTests, notesIn, section, withSection } from "../../tools/soak.ts";
import { tempTree } from "./temp_tree.ts";

Deno.test("findLongTests takes the tests that read the variable", async () => {
  const name = ["VANGO", "SOAK"].join("_");
  await using tree = await tempTree({
    "tests/properties/patch_test.ts": `const long = Deno.env.get("${name}") === "1";\n`,
    "tests/properties/seeds.ts": `const long = Deno.env.get("${name}") === "1";\n`,
    "tests/tree/diff_test.ts": `// ${name} means nothing here\n`,
  });
  assertEquals(await findLongTests(tree.root), ["tests/properties/patch_test.ts"]);
});

Deno.test("notesIn keeps the lines that tests mark", () => {
  const output = "running 1 test\nsoak: 5,000 seeds, no difference\n  soak: indented\nsoak:short\n";
  assertEquals(notesIn(output), ["5,000 seeds, no difference", "short"]);
});

Deno.test("section shows the outcome and the notes", () => {
  const text = section(
    {
      file: "tests/properties/patch_test.ts",
      totals: { passed: 3, failed: 0, ignored: 0 },
      duration: 61.4,
      notes: ["5,000 seeds"],
    },
    "2 cores",
    "2026-01-02",
  );
  assertEquals(
    text,
    "## tests/properties/patch_test.ts\n\n3 passed, 0 failed, in 61 s. 2026-01-02, 2 cores.\n\n" +
      "- 5,000 seeds\n",
  );
});

Deno.test("withSection replaces a file's section and keeps the others, in order", () => {
  const first = withSection("", "## tests/b.ts\n\nold\n");
  const both = withSection(first, "## tests/a.ts\n\nother\n");
  const newer = withSection(both, "## tests/b.ts\n\nnew\n");
  assertStringIncludes(newer, "## tests/a.ts\n\nother\n\n## tests/b.ts\n\nnew\n");
  assertEquals([newer.split("# The long runs").length, newer.includes("old")], [2, false]);
});
