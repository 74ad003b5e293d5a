/**
 * kill -9 of real processes: a device that writes into SQLite, and a server on SQLite. 20 deaths of
 * each here, 200 with `VANGO_SOAK=1`.
 */
import { assert, assertEquals } from "@std/assert";
import { openNodeSqlite } from "../../../src/adapters/sqlite/node_driver.ts";
import { createSqliteAuthorityStore } from "../../../src/adapters/sqlite/sync_store.ts";
import type { Meta } from "../../../src/sync/authority/records.ts";
import { createAuthority } from "../../../src/sync/authority/authority.ts";

const DEATHS = Deno.env.get("VANGO_SOAK") === "1" ? 200 : 20;

interface Child {
  readonly process: Deno.ChildProcess;
  /** The first line that it said. */
  readonly first: string;
  /** Every line, once it is dead. */
  readonly said: Promise<string[]>;
}

async function start(script: string, args: readonly string[]): Promise<Child> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL(script, import.meta.url).pathname, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  const first = Promise.withResolvers<string>();
  const said = (async () => {
    let rest = "";
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      lines.push(...parts);
      if (lines[0] !== undefined) first.resolve(lines[0]);
    }
    first.reject(new Error(`${script} said nothing`));
    return lines;
  })();
  return { process, first: await first.promise, said };
}

async function kill(child: Child): Promise<string[]> {
  child.process.kill("SIGKILL");
  await child.process.status;
  return await child.said;
}

function pause(most: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}

/** Where the server was the first time, so that the device finds it again. */
function startServer(path: string, port: string): Promise<Child> {
  return start("./killed_server.ts", [path, port]);
}

Deno.test(`kill -9: ${DEATHS} deaths of device and server lose no durable write and double none`, async () => {
  const directory = await Deno.makeTempDir();
  const serverFile = `${directory}/server.db`;
  const deviceFile = `${directory}/device.db`;
  let server = await startServer(serverFile, "0");
  const port = server.first.split(" ")[1]!;
  const url = `http://127.0.0.1:${port}/_vango/sync`;
  const durable = new Set<string>();
  const hear = (lines: readonly string[]) => {
    for (const line of lines) if (line.startsWith("durable ")) durable.add(line.slice(8));
  };
  for (let run = 0; run < DEATHS; run++) {
    const device = await start("./killed_device.ts", [deviceFile, url, String(run)]);
    await pause(150);
    await kill(server);
    await pause(20);
    const next = startServer(serverFile, port);
    await pause(150);
    hear(await kill(device));
    server = await next;
  }
  const drain = await start("./killed_device.ts", [deviceFile, url, "drain"]);
  assert((await drain.process.status).success);
  const [, sees, letters] = (await drain.said).at(-1)!.split(" ").map(Number);
  await kill(server);

  const store = createSqliteAuthorityStore({ database: openNodeSqlite(serverFile) });
  const { rows } = await createAuthority({ store }).rows({ userId: "ana" }, "ana", "todos");
  const there = new Set(rows.map(([, key]) => key));
  const lost = [...durable].filter((key) => !there.has(key));
  assertEquals(lost, []);
  assertEquals([sees, letters], [rows.length, 0]);
  // Each transaction gets one version: a second effect of any would show as one too many.
  const versions = rows.map(([, , version]) => version);
  const meta = await store.tx("ana", "read", (tx) => tx.get("m")) as Meta;
  assertEquals(new Set(versions).size, rows.length);
  assertEquals(meta.version - Math.min(...versions) + 1, rows.length);
  assert(durable.size > DEATHS, `only ${durable.size} writes were durable`);
  if (DEATHS > 20) {
    console.log(
      `soak: kill -9, ${DEATHS} times the device and ${DEATHS} times the server: ` +
        `${durable.size} durable writes, none lost, none doubled (${rows.length} rows)`,
    );
  }
  await store.close();
  await Deno.remove(directory, { recursive: true });
});
