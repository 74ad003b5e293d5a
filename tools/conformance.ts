/**
 * Checks a player or a server against the protocol (`docs/protocol.md` §10):
 *
 *     deno task conformance http://localhost:8000/     a server, by one of its live pages
 *     deno task conformance --act http://localhost:8000/     its handlers may be called, too
 *     deno task conformance python3 player.py          a player, by the command that starts it
 *
 * The last line says how many cases have passed and failed; the exit code says the same.
 *
 * @module
 */
import { playerCases } from "../tests/conformance/player_cases.ts";
import { PlayerDriver } from "../tests/conformance/player_driver.ts";
import { ScriptedServer } from "../tests/conformance/scripted_server.ts";
import { serverCases } from "../tests/conformance/server_cases.ts";
import { type Report, runCases, totalsOf } from "../tests/conformance/suite.ts";

const USAGE = "Usage: deno task conformance [--act] <address of a live page | command of a player>";

/** Runs the suite that fits what is given. */
export async function checkConformance(
  args: readonly string[],
  log: (line: string) => void,
): Promise<Report> {
  const act = args[0] === "--act";
  const given = act ? args.slice(1) : args;
  const url = addressOf(given);
  if (url) return await runCases(await serverCases(), { url, act }, log);
  await using server = new ScriptedServer();
  await using player = new PlayerDriver(given);
  return await runCases(await playerCases(), { player, server }, log);
}

/** The page to check; `undefined` when a command is given. A socket's address is its server's. */
export function addressOf(args: readonly string[]): URL | undefined {
  const [first = ""] = args;
  if (args.length !== 1 || !/^(?:https?|wss?):\/\//.test(first)) return undefined;
  const url = new URL(first.replace(/^ws/, "http"));
  return url.pathname === "/_vango/live" ? new URL("/", url) : url;
}

if (import.meta.main) {
  if (Deno.args.length === 0) {
    console.error(USAGE);
    Deno.exit(2);
  }
  const report = await checkConformance(Deno.args, (line) => console.log(line)).catch((error) => {
    console.error(`Cannot check ${Deno.args.join(" ")}: ${error.message}`);
    Deno.exit(2);
  });
  console.log(totalsOf(report));
  Deno.exit(report.failed === 0 ? 0 : 1);
}
