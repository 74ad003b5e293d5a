/**
 * Part "server": round trips, processor time and memory beside a bare WebSocket echo.
 *
 * @module
 */
import { median } from "../measure.ts";
import { numberText, type PartReport, type Table } from "../report.ts";
import type { LoadResult } from "./load.ts";
import { openEcho, openPage, type Trips } from "./player.ts";
import { ServerProcess } from "./process.ts";

const CONNECTIONS = 50;
/** Fewer than a live session lets one player send at once; each round connects anew. */
const TRIPS = 1400;
const ROUNDS = 7;

async function load(server: ServerProcess, path: string): Promise<LoadResult> {
  const args = [server.port, server.pid, path, CONNECTIONS, TRIPS].map(String);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-lock",
      "--no-check",
      new URL("load.ts", import.meta.url).href,
      ...args,
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the load generator failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** What is put under load: our pages and the echo, each in its process. */
interface Target {
  readonly name: string;
  readonly path: string;
  readonly results: LoadResult[];
}

async function measureTrips(): Promise<Target[]> {
  await using echo = await ServerProcess.start("echo_app.ts");
  await using vango = await ServerProcess.start("vango_app.ts");
  const targets: Target[] = [
    { name: "bare echo", path: "-", results: [] },
    { name: "vango, counter", path: "/counter", results: [] },
    { name: "vango, counter above 1,000 rows", path: "/table", results: [] },
  ];
  const run = ({ path }: Target): Promise<LoadResult> => load(path === "-" ? echo : vango, path);
  for (const target of targets) await run(target);
  for (let round = 0; round < ROUNDS; round++) {
    for (const target of targets) target.results.push(await run(target));
  }
  return targets;
}

const perSecond = ({ trips, seconds }: LoadResult): number => trips / seconds;
const cpuOf = ({ trips, serverCpu }: LoadResult): number => serverCpu * 1000 / trips;
const ownCpuOf = ({ trips, ownCpu }: LoadResult): number => ownCpu * 1000 / trips;

/** Median over the rounds of a figure over the echo's in the same round. */
function ratioOf(target: Target, echo: Target, figure: (result: LoadResult) => number): number {
  return median(target.results.map((result, i) => figure(result) / figure(echo.results[i]!)));
}

function tripTable(targets: readonly Target[]): Table {
  return {
    title: `Round trips, ${CONNECTIONS} connections`,
    head: ["", "a second", "server CPU, µs", "load generator CPU, µs"],
    rows: targets.map(({ name, results }) => [
      name,
      numberText(median(results.map(perSecond))),
      numberText(median(results.map(cpuOf)), 1),
      numberText(median(results.map(ownCpuOf)), 1),
    ]),
  };
}

/** Bytes that one idle connection more costs a server: the slope between two numbers of them. */
async function bytesPerConnection(
  app: string,
  counts: readonly [number, number],
  open: (port: number) => Promise<Trips>,
): Promise<number> {
  await using server = await ServerProcess.start(app);
  const connections: Trips[] = [];
  const memory: number[] = [];
  for (const count of counts) {
    while (connections.length < count) {
      const batch = Math.min(10, count - connections.length);
      connections.push(
        ...await Promise.all(Array.from({ length: batch }, () => open(server.port))),
      );
    }
    memory.push(await server.memory());
  }
  for (const connection of connections) connection.close();
  return (memory[1]! - memory[0]!) / (counts[1] - counts[0]);
}

interface MemoryRow {
  readonly name: string;
  readonly bytes: number;
}

async function measureMemory(): Promise<MemoryRow[]> {
  const page = (path: string) => (port: number): Promise<Trips> => openPage(port, path);
  const cases = [
    ["bare socket", "echo_app.ts", [500, 2500], openEcho],
    ["counter", "vango_app.ts", [500, 2500], page("/counter")],
    ["1,000 keyed rows", "vango_app.ts", [100, 500], page("/rows")],
    ["1,000 keyed rows, 2 handlers each", "vango_app.ts", [100, 500], page("/table")],
  ] as const;
  const rows: MemoryRow[] = [];
  for (const [name, app, counts, open] of cases) {
    rows.push({ name, bytes: await bytesPerConnection(app, counts, open) });
  }
  return rows;
}

async function main(): Promise<PartReport> {
  const targets = await measureTrips();
  const [echo, counter] = targets as [Target, Target];
  const memory = await measureMemory();
  const above = (row: number): number => (memory[row]!.bytes - memory[0]!.bytes) / 1024;
  return {
    part: "server",
    title: "The server",
    goals: [
      {
        what: "round trips a second, share of a bare echo's",
        figure: ratioOf(counter, echo, perSecond),
        least: 0.7,
        unit: "×",
        digits: 2,
      },
      {
        what: "server CPU for each event, multiple of a bare echo's",
        figure: ratioOf(counter, echo, cpuOf),
        most: 1.6,
        unit: "×",
        digits: 2,
      },
      {
        what: "memory of an idle live session above a bare socket: counter",
        figure: above(1),
        most: 8,
        unit: " KB",
        digits: 1,
      },
      {
        what: "memory of an idle live session above a bare socket: 1,000 keyed rows",
        figure: above(2),
        most: 250,
        unit: " KB",
        digits: 0,
      },
    ],
    tables: [tripTable(targets), {
      title: "Memory of an idle connection",
      head: ["", "KB", "KB above a bare socket"],
      rows: memory.map(({ name }, i) => [
        name,
        numberText(memory[i]!.bytes / 1024, 1),
        i === 0 ? "" : numberText(above(i), 1),
      ]),
    }],
    notes: [
      `Each server and the load generator have a process of their own. ${CONNECTIONS} connections click, wait for the patch and click again, ${
        numberText(TRIPS)
      } times each; ${ROUNDS} rounds, the servers in turns. Server CPU is user and system time of the process.`,
      "Memory is the growth of the resident set, after garbage collections that give pages back, between two numbers of idle connections, each with a session and a page of its own.",
    ],
    versions: {},
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await main()));
  Deno.exit();
}
