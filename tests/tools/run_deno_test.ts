import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { runDeno } from "../../tools/run_deno.ts";

Deno.test("runDeno returns both outputs and whether it went well", async () => {
  const fine = await runDeno(["eval", `console.log("out"); console.error("err");`]);
  assertEquals(fine.success, true);
  assertEquals(fine.output.split("\n").sort(), ["", "err", "out"]);
  const failed = await runDeno(["eval", "Deno.exit(3)"]);
  assertFalse(failed.success);
});

Deno.test("runDeno hands the environment on", async () => {
  const { output } = await runDeno(["eval", `console.log(Deno.env.get("VANGO_PROBE"))`], {
    env: { VANGO_PROBE: "seen" },
  });
  assertEquals(output, "seen\n");
});

Deno.test("runDeno kills what is not done at its limit and says so", async () => {
  const { success, output } = await runDeno(
    ["eval", `console.log("begun"); setInterval(() => {}, 1000);`],
    { limit: 200 },
  );
  assertFalse(success);
  assertMatch(output, /Killed: not done after 0.2 s\.\n$/);
});

Deno.test("runDeno works where no deno is on the PATH", async () => {
  const { output } = await runDeno(["eval", `console.log("here")`], { env: { PATH: "" } });
  assertStringIncludes(output, "here");
});
