import { assertEquals, assertMatch } from "@std/assert";
import { exportedFilesOf, runSteps } from "../../tools/ok.ts";

Deno.test("runSteps runs every step, names the failed ones and shows what they said", async () => {
  const lines: string[] = [];
  const ran: string[] = [];
  const step = (name: string, success: boolean) => ({
    name,
    hint: `mend ${name}`,
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
  assertEquals(lines.slice(2, 5), ["    second says", "    more", "    By itself: mend second"]);
  assertMatch(lines[5] ?? "", /^ok {5}third/);
  assertEquals(lines.length, 6);
});

Deno.test("runSteps counts a step that throws as failed and goes on", async () => {
  const lines: string[] = [];
  const failed = await runSteps([
    { name: "broken", hint: "", run: () => Promise.reject(new Error("no such file")) },
    { name: "whole", hint: "", run: () => Promise.resolve({ success: true, output: "" }) },
  ], (line) => lines.push(line));
  assertEquals(failed, ["broken"]);
  assertEquals(lines[1], "    Error: no such file");
  assertMatch(lines.at(-1) ?? "", /^ok {5}whole/);
});

Deno.test("runSteps shows only the beginning of what a failed step said", async () => {
  const lines: string[] = [];
  const output = Array.from({ length: 1_000 }, (_, i) => `line ${i}`).join("\n");
  await runSteps([
    { name: "format", hint: "deno fmt", run: () => Promise.resolve({ success: false, output }) },
  ], (line) => lines.push(line));
  assertEquals(lines.length, 62);
  assertEquals(lines.at(-1), "    … and 940 more lines. By itself: deno fmt");
});

Deno.test("exportedFilesOf names each file once", () => {
  assertEquals(exportedFilesOf({ exports: "./mod.ts" }), ["./mod.ts"]);
  assertEquals(
    exportedFilesOf({ exports: { ".": "./mod.ts", "./a": "./a.ts", "./b": "./a.ts" } }),
    ["./mod.ts", "./a.ts"],
  );
});
