/**
 * The load generator, a process of its own: `load.ts PORT PID PATH CONNECTIONS TRIPS`. All
 * connections make their round trips at once, each one after the other. The path `-` is the echo's.
 *
 * @module
 */
import { openEcho, openPage } from "./player.ts";
import { cpuTimeOf } from "./process.ts";

/** What one run came to. */
export interface LoadResult {
  readonly trips: number;
  readonly seconds: number;
  /** Processor time of the server, milliseconds. */
  readonly serverCpu: number;
  /** Processor time of this process, milliseconds. */
  readonly ownCpu: number;
}

/** Round trips on each connection before those that count. */
const WARM_UP = 20;

async function run(
  port: number,
  pid: number,
  path: string,
  connections: number,
  trips: number,
): Promise<LoadResult> {
  const all = await Promise.all(
    Array.from({ length: connections }, () => path === "-" ? openEcho(port) : openPage(port, path)),
  );
  const repeat = (count: number): Promise<void[]> =>
    Promise.all(all.map(async (connection) => {
      for (let i = 0; i < count; i++) await connection.trip();
    }));
  await repeat(WARM_UP);
  const [serverBefore, ownBefore] = [cpuTimeOf(pid), cpuTimeOf(Deno.pid)];
  const start = performance.now();
  await repeat(trips);
  const seconds = (performance.now() - start) / 1000;
  const serverCpu = cpuTimeOf(pid) - serverBefore;
  const ownCpu = cpuTimeOf(Deno.pid) - ownBefore;
  for (const connection of all) connection.close();
  return { trips: connections * trips, seconds, serverCpu, ownCpu };
}

if (import.meta.main) {
  const [port, pid, path, connections, trips] = Deno.args;
  console.log(
    JSON.stringify(
      await run(Number(port), Number(pid), path!, Number(connections), Number(trips)),
    ),
  );
}
