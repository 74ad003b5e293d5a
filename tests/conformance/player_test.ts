import { assert, assertEquals } from "@std/assert";
import { playerCases } from "./player_cases.ts";
import { PlayerDriver } from "./player_driver.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { runCases } from "./suite.ts";

const OUR_PLAYER = [
  Deno.execPath(),
  "run",
  "--no-check",
  "--allow-net=127.0.0.1",
  "--allow-read",
  "--allow-env",
  new URL("our_player.ts", import.meta.url).pathname,
];

Deno.test("the headless player does all that the conformance suite asks of players", async () => {
  await using server = new ScriptedServer();
  await using player = new PlayerDriver(OUR_PLAYER);
  const report = await runCases(await playerCases(), { player, server }, () => {});
  assertEquals(report.failures, []);
  assertEquals(report.skipped, 0);
  assert(report.passed >= 114, `${report.passed} passed`);
});

Deno.test("the conformance suite says what a player could not do", async () => {
  await using server = new ScriptedServer();
  const helpless =
    `for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()))
    console.log(JSON.stringify({ id: JSON.parse(line).id, error: "no idea" }));`;
  await using player = new PlayerDriver([Deno.execPath(), "eval", helpless]);
  const [first] = await playerCases();
  const lines: string[] = [];
  const report = await runCases([first!], { player, server }, (line) => lines.push(line));
  assertEquals([report.passed, report.failed], [0, 1]);
  assert(lines[0]?.startsWith("FAILED   HELLO says"), lines[0]);
  assert(lines[0]?.includes(`"open" failed: no idea`), lines[0]);
});
