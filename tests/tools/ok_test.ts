import { assertEquals, assertMatch } from "@std/assert";
import { exportedFilesOf, runSteps } from "../../tools/ok.ts";

Deno.test("runSteps runs every step, names the failed ones and shows what they said", async () => {
  const lines: string[] = [];
  const ran: string[] = [];
  const step = (name: string, success: boolean) => ({
    name,
    run: () => {
      ran.push(name);
      return Promise.resolve({ success, output: `${name} says\nmore\n` });
    },
  });
  const failed = await runSteps(
    [step("first", true), step("second", false), step("third", true)],
    (line) => lines.push(line),
  );
  assertEquals(ran, ["first", "second", "third"]);
  assertEquals(failed, ["second"]);
  assertMatch(lines[0] ?? "", /^ok {5}first \(\d+\.\d s\)$/);
  assertMatch(lines[1] ?? "", /^FAILED second \(\d+\.\d s\)$/);
  assertEquals(lines[2], "    second says\n    more");
  assertMatch(lines[3] ?? "", /^ok {5}third/);
  assertEquals(lines.length, 4);
});

Deno.test("runSteps counts a step that throws as failed and goes on", async () => {
  const lines: string[] = [];
  const failed = await runSteps([
    { name: "broken", run: () => Promise.reject(new Error("no such file")) },
    { name: "whole", run: () => Promise.resolve({ success: true, output: "" }) },
  ], (line) => lines.push(line));
  assertEquals(failed, ["broken"]);
  assertEquals(lines[1], "    Error: no such file");
  assertMatch(lines[2] ?? "", /^ok {5}whole/);
});

Deno.test("exportedFilesOf names each file once", () => {
  assertEquals(exportedFilesOf({ exports: "./mod.ts" }), ["./mod.ts"]);
  assertEquals(
    exportedFilesOf({ exports: { ".": "./mod.ts", "./a": "./a.ts", "./b": "./a.ts" } }),
    ["./mod.ts", "./a.ts"],
  );
});
