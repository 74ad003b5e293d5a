import { assertEquals } from "@std/assert";
import { Browser } from "./visitor.ts";

/** Starts a node and waits until it listens. */
async function startProcess(file: string): Promise<{ child: Deno.ChildProcess; origin: string }> {
  const script = new URL("durable_process.tsx", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, file],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) text += (await reader.read()).value ?? "\n";
  await reader.cancel();
  return { child, origin: `http://127.0.0.1:${text.trim()}` };
}

Deno.test("a page survives kill -9 of its process: each click counts once", async () => {
  const directory = await Deno.makeTempDir();
  const first = await startProcess(`${directory}/s.db`);
  const second = await startProcess(`${directory}/s.db`);
  try {
    let { origin } = first;
    using tab = await new Browser().open(() => origin);
    for (let i = 0; i < 10; i++) await tab.clicked("#n");
    tab.click("#n");
    origin = second.origin;
    const killed = Date.now();
    first.child.kill("SIGKILL");
    await tab.until(() => tab.player.recordsOf("welcome").length === 2);
    await tab.until(() => tab.text("#n") === "11");
    console.log(`live again ${Date.now() - killed} ms after kill -9`);
    await tab.clicked("#n");
    assertEquals(tab.text("#n"), "12");
    assertEquals(tab.player.recordsOf("welcome")[1]!.mode, "restored");
  } finally {
    for (const { child } of [first, second]) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It is dead already.
      }
      await child.status;
    }
    await Deno.remove(directory, { recursive: true });
  }
});
