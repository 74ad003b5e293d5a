/**
 * Kills device processes with -9 while somebody clicks: what a page was told to be durable is there
 * after it and arrives at the server. With `VANGO_SOAK` 200 times.
 */
import { createAuthority, createMemoryAuthorityStore } from "@vango/vango/sync";
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../server/rig.ts";
import { Browser, eventually } from "../server/visitor.ts";
import { makeNotes } from "./notes_app.tsx";

const KILLS = Deno.env.get("VANGO_SOAK") ? 200 : 3;
const PROCESS = new URL("device_process.ts", import.meta.url);
const CONFIG = new URL("../../deno.json", import.meta.url);

interface Running {
  readonly url: string;
  kill(): Promise<void>;
}

async function start(database: string, server: string): Promise<Running> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `--config=${CONFIG.pathname}`, PROCESS.pathname].concat(
      database,
      server,
    ),
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("Cannot start the device: it ended before it listened");
    text += value;
  }
  return {
    url: /http\S+/.exec(text)![0],
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

Deno.test("a device that is killed loses nothing that a page was told to be durable", async () => {
  const directory = await Deno.makeTempDir();
  const database = `${directory}/notes.db`;
  const authority = createAuthority({ store: createMemoryAuthorityStore() });
  const server = startServer(makeNotes({ authority }));
  const durable = new Set<string>();
  try {
    for (let round = 1; round <= KILLS; round++) {
      const device = await start(database, server.origin);
      const browser = new Browser();
      await browser.fetch(device.url, { redirect: "manual" });
      using tab = await browser.open(new URL(device.url).origin);
      assert(Number(tab.text("#count")) >= durable.size, "a durable write is gone");
      const clicks = 5 + round * 7 % 20;
      for (let i = 0; i < clicks; i++) tab.click("#add");
      const told = (): string[] =>
        tab.player.recordsOf("emit").filter(({ name }) => name === "durable")
          .map(({ data }) => String(data));
      // In the middle of it: some are durable, others are on their way.
      await tab.until(() => told().length > clicks / 2);
      await device.kill();
      for (const id of told()) durable.add(id);
    }
    const device = await start(database, server.origin);
    const keys = async () =>
      new Set((await authority.rows({ userId: "ana" }, "ana", "notes")).rows.map(([, key]) => key));
    await eventually(async () => durable.isSubsetOf(await keys()));
    await device.kill();
    assert(durable.size >= KILLS);
    const { rows } = await authority.rows({ userId: "ana" }, "ana", "notes");
    for (const [, key, , value] of rows) assertEquals(value, { text: `note ${key}` });
  } finally {
    await server[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  }
});
