import { assert, assertEquals } from "@std/assert";
import { addressOf, checkConformance } from "../../tools/conformance.ts";
import { kitApp } from "../testing/apps.tsx";

Deno.test("our server does all that the conformance suite asks of servers", async () => {
  const { app, vango } = kitApp();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request, info) => app.fetch(request, info),
  );
  try {
    for (const path of ["/", "/soon"]) {
      const url = `http://127.0.0.1:${server.addr.port}${path}`;
      const report = await checkConformance(["--act", url], () => {});
      assertEquals(report.failures, [], path);
      // One page has nothing that waits, the other nothing to click on.
      assertEquals(report.skipped, 1, path);
      assert(report.passed >= 57, `${report.passed} passed`);
    }
  } finally {
    await vango.shutdown({ spread: 0 });
    await server.shutdown();
  }
});

Deno.test("addressOf takes pages and sockets for servers, anything else for a player", () => {
  assertEquals(
    addressOf(["https://app.example/orders?x=1"])?.href,
    "https://app.example/orders?x=1",
  );
  assertEquals(addressOf(["ws://app.example/_vango/live"])?.href, "http://app.example/");
  assertEquals(addressOf(["python3", "player.py"]), undefined);
  assertEquals(addressOf(["./player"]), undefined);
});

Deno.test("the command says how many cases have failed, and exits accordingly", async () => {
  const run = async (...args: string[]): Promise<[code: number, last: string]> => {
    const tool = new URL("../../tools/conformance.ts", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", tool, ...args],
    });
    const { code, stdout } = await command.output();
    return [code, new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? ""];
  };
  const [code, last] = await run(Deno.execPath(), "eval", "");
  assertEquals(code, 1);
  assert(/^0 passed, \d+ failed$/.test(last), last);
  assertEquals((await run())[0], 2);
  assertEquals((await run("there-is-no-such-player"))[0], 2);
});
