import { assert, assertEquals } from "@std/assert";
import { playerCases } from "./player_cases.ts";
import { PlayerDriver } from "./player_driver.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { runCases } from "./suite.ts";

const SOAK = Boolean(Deno.env.get("VANGO_SOAK"));
const PLAYER = new URL("../../examples/players/python/player.py", import.meta.url).pathname;

Deno.test("a player in Python, written to the document, does all that players must", async () => {
  await using server = new ScriptedServer();
  const python = Deno.env.get("VANGO_PYTHON") ?? "python3";
  // -B: nothing is left beside the example.
  await using player = new PlayerDriver([python, "-B", PLAYER]);
  const report = await runCases(
    await playerCases(SOAK ? 3_000 : undefined),
    { player, server },
    () => {},
  );
  assertEquals(report.failures, []);
  assertEquals(report.skipped, 0);
  assert(report.passed >= 114, `${report.passed} passed`);
  if (SOAK) console.log(`soak: the player in Python: ${report.passed} cases passed`);
});
