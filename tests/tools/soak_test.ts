import { assertEquals, assertStringIncludes } from "@std/assert";
import { findLongTests, notesIn, page } from "../../tools/soak.ts";
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

Deno.test("page shows the outcome, the files and the notes", () => {
  const text = page(
    {
      files: ["tests/properties/patch_test.ts"],
      totals: { passed: 3, failed: 0, ignored: 0 },
      duration: 61.4,
      notes: ["5,000 seeds"],
    },
    "2 cores",
    "2026-01-02",
  );
  for (
    const part of [
      "Day: 2026-01-02",
      "Machine: 2 cores",
      "Outcome: 3 passed, 0 failed, in 61 s",
      "- `tests/properties/patch_test.ts`",
      "- 5,000 seeds",
    ]
  ) assertStringIncludes(text, part);
});
