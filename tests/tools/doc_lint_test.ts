import { assertEquals } from "@std/assert";
import { ownFindings } from "../../tools/doc_lint.ts";

Deno.test("ownFindings leaves out what lies in other packages", () => {
  const output =
    "error[missing-jsdoc]: exported symbol\n  --> /x/npm/registry.example.org/p/1.0.0/a.d.ts:1:2\n\n" +
    "error[missing-jsdoc]: exported symbol\n  --> /x/project/mod.ts:3:4\n\nerror: Found 2 documentation lint errors.";
  const findings = ownFindings(output);
  assertEquals(findings.length, 1);
  assertEquals(findings[0]!.includes("project/mod.ts:3:4"), true);
});
