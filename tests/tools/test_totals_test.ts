import { assertEquals } from "@std/assert";
import { readTotals, totalsLine } from "../../tools/test_totals.ts";

Deno.test("readTotals reads the last line of deno test", () => {
  assertEquals(readTotals("a ... ok (1ms)\n\nok | 11 passed | 0 failed (44ms)\n", true), {
    passed: 11,
    failed: 0,
    ignored: 0,
  });
  assertEquals(
    readTotals("FAILED | 4 passed (1 step) | 2 failed (1 step) | 3 ignored (173ms)\n", false),
    { passed: 4, failed: 2, ignored: 3 },
  );
});

Deno.test("readTotals reads through colours", () => {
  assertEquals(
    readTotals("\x1b[0m\x1b[32mok\x1b[0m | 2 passed | 0 failed \x1b[38;5;245m(4ms)\x1b[0m\n", true),
    { passed: 2, failed: 0, ignored: 0 },
  );
});

Deno.test("readTotals takes the run's own line, not one that a test printed", () => {
  const output = "ok | 99 passed | 0 failed (1ms)\nok | 1 passed | 0 failed (2ms)\n";
  assertEquals(readTotals(output, true).passed, 1);
});

Deno.test("readTotals counts a run that never came to its last line as a failure", () => {
  assertEquals(readTotals("error: Module not found\n", false), {
    passed: 0,
    failed: 1,
    ignored: 0,
  });
  assertEquals(readTotals("ok | 3 passed | 0 failed (1ms)\n", false).failed, 1);
});

Deno.test("totalsLine is the line that every run ends with", () => {
  assertEquals(totalsLine({ passed: 7, failed: 2, ignored: 1 }), "7 passed, 2 failed");
});
