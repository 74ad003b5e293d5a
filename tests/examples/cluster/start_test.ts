import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Child } from "../../adapters/deno/child.ts";
import { Browser } from "../../server/visitor.ts";

const START = new URL("../../../examples/cluster/start.ts", import.meta.url).pathname;

Deno.test("the cluster example: end the node that serves a page, and another one goes on", async () => {
  await using cluster = new Child(["run", "-A", "--no-check", START], { PORT: "0" });
  const [, origin] = await cluster.says(/Open (http:\S+)\//);
  try {
    for (const name of ["a", "b", "c"]) await cluster.says(new RegExp(`node ${name} listens`));
    const browser = new Browser();
    using tab = await browser.open(origin!);
    using other = await browser.open(origin!);
    await tab.clicked("#count");
    await tab.clicked("#count");
    tab.player.user.type("#draft", "half a sen");
    tab.player.user.type("#notes input", "a note");
    tab.player.user.submit("#notes");
    await tab.until(() => tab.player.waiting === 0 && tab.text("#notes ul") === "a note");
    // Another tab of the session, on another node.
    await other.until(() => other.text("#notes ul") === "a note");

    const before = tab.text("#node");
    const [, pid] = /^kill -9 (\d+)$/.exec(tab.text("#kill"))!;
    Deno.kill(Number(pid), "SIGKILL");
    await tab.until(() => tab.player.state === "live" && tab.text("#node") !== before);
    assertNotEquals(tab.text("#kill"), `kill -9 ${pid}`);
    await tab.clicked("#count");
    assertEquals(tab.text("#count"), "Clicked 3 times");
    assertEquals(tab.player.user.valueOf("#draft"), "half a sen");
    await tab.until(() => tab.text("output").startsWith("10 "));
    assertEquals(tab.player.recordsOf("error"), []);
    // It is started again.
    await cluster.says(new RegExp(`node ${before} listens[^]*node ${before} listens`));
  } finally {
    // Not killed: its servers and nodes would stay behind.
    const status = await cluster.end("SIGTERM");
    assert(status.success, cluster.output);
  }
});
