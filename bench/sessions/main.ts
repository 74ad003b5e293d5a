/**
 * Part "sessions": the stores beside their bare drivers, what keeping live pages costs, and how long
 * a page is without a server when its node dies.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango, type Page } from "../../mod.ts";
import { deno, serve } from "../../src/adapters/deno/mod.ts";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { startNatsCluster } from "../../examples/cluster/nats_cluster.ts";
import { median, quantile } from "../measure.ts";
import { type Goal, numberText, type PartReport, type Table } from "../report.ts";
import { type Contender, type Pair, pairs } from "./contenders.ts";
import { CounterPage, FormPage, RowsPage, TablePage } from "./pages.tsx";
import { visit } from "./visitor.ts";

/** Sessions, and the bytes of each. */
const SESSIONS = 500;
const BYTES = 2048;

/** Milliseconds of one sample, and how many there are of each contender. */
const SAMPLE = 500;
const ROUNDS = 9;

const CLICKS = 20;
const DEATHS = 9;

interface Sample {
  readonly perSecond: number;
  /** Milliseconds of each turn. */
  readonly times: readonly number[];
}

async function sample(contender: Contender, parallel: number): Promise<Sample> {
  const times: number[] = [];
  const data = new Uint8Array(BYTES).fill(7);
  const begin = performance.now();
  const end = begin + SAMPLE;
  const work = async (lane: number): Promise<void> => {
    // Each lane has sessions of its own: conflicts are not what is measured.
    for (let i = lane;; i = (i + parallel) % SESSIONS) {
      const start = performance.now();
      if (start >= end) return;
      await contender.turn(`session_${i}`, data);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, lane) => work(lane)));
  return { perSecond: times.length * 1000 / (performance.now() - begin), times };
}

interface StoreFigures {
  readonly name: string;
  readonly store: readonly Sample[];
  readonly raw: readonly Sample[];
  readonly ratio: number;
}

async function measureStore(pair: Pair): Promise<StoreFigures> {
  const parallel = Math.floor(SESSIONS / Math.ceil(SESSIONS / pair.parallel));
  const [store, raw] = await pair.open();
  await using _store = store;
  await using _raw = raw;
  const data = new Uint8Array(BYTES);
  for (let i = 0; i < SESSIONS; i++) {
    await store.create(`session_${i}`, data);
    await raw.create(`session_${i}`, data);
  }
  const samples: { store: Sample[]; raw: Sample[] } = { store: [], raw: [] };
  for (let round = -2; round < ROUNDS; round++) {
    // In turns, and each first as often as the other.
    const order = round % 2 === 0 ? ["store", "raw"] as const : ["raw", "store"] as const;
    for (const which of order) {
      const taken = await sample(which === "store" ? store : raw, parallel);
      if (round >= 0) samples[which].push(taken);
    }
  }
  const ratio = median(samples.store.map((own, i) => own.perSecond / samples.raw[i]!.perSecond));
  return { name: pair.name, ...samples, ratio };
}

function storeTable(figures: readonly StoreFigures[]): Table {
  const cells = (samples: readonly Sample[]): string[] => [
    numberText(median(samples.map(({ perSecond }) => perSecond))),
    numberText(quantile(samples.flatMap(({ times }) => [...times]), 0.99), 2),
  ];
  return {
    title: "Load and save",
    head: ["", "a second", "p99, ms", "driver, a second", "driver, p99, ms", "share"],
    rows: figures.map(({ name, store, raw, ratio }) => [
      name,
      ...cells(store),
      ...cells(raw),
      numberText(ratio, 2) + "×",
    ]),
  };
}

interface Written {
  readonly name: string;
  readonly bytes: number;
  readonly burst: number;
}

/** Bytes that a click writes: one on its own, and one of twenty at once. */
async function measureBytes(name: string, page: Page): Promise<Written> {
  const store = createMemorySessionStore();
  let bytes = 0;
  const { save } = store;
  store.save = (id, data, options) => {
    bytes += data.length;
    return save.call(store, id, data, options);
  };
  const app = new Hono();
  const secrets = ["a secret that only the benchmark uses"];
  const vango = createVango({ app, platform: deno(), secrets, store, durable: true });
  app.get("/", vango.page(page));
  const server = serve(app, { port: 0, hostname: "127.0.0.1", signals: false, onListen() {} });
  const player = await visit(() => `http://127.0.0.1:${server.port}`, "/");
  const kept = async (clicks: number): Promise<number> => {
    const before = bytes;
    for (let i = 0; i < clicks; i++) player.user.click("#count");
    await player.until(() => player.waiting === 0 && player.kept === 0);
    return (bytes - before) / clicks;
  };
  await kept(1);
  const single: number[] = [];
  for (let i = 0; i < CLICKS; i++) single.push(await kept(1));
  const burst = await kept(CLICKS);
  player.close();
  await server.shutdown();
  return { name, bytes: median(single), burst };
}

/** A node in a process of its own. */
async function startNode(file: string): Promise<{ child: Deno.ChildProcess; origin: string }> {
  const script = new URL("node.tsx", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", script, file],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value === undefined) throw new Error("a node ended before it listened");
  return { child, origin: `http://127.0.0.1:${JSON.parse(value).port}` };
}

/** Milliseconds from kill -9 of a node until a click is answered by another. */
async function measureDeaths(directory: string): Promise<number[]> {
  const file = `${directory}/pages.db`;
  const times: number[] = [];
  let node = await startNode(file);
  try {
    for (let death = 0; death < DEATHS; death++) {
      let { origin } = node;
      const next = await startNode(file);
      const player = await visit(() => origin, "/");
      player.user.click("#count");
      await player.until(() => player.waiting === 0 && player.kept === 0);
      ({ origin } = next);
      const began = performance.now();
      node.child.kill("SIGKILL");
      await player.until(() => player.state !== "live");
      player.user.click("#count");
      await player.until(() => player.state === "live" && player.waiting === 0);
      times.push(performance.now() - began);
      if (player.find("#count").text !== "2") throw new Error("a click was lost");
      player.close();
      await node.child.status;
      node = next;
    }
  } finally {
    node.child.kill("SIGKILL");
    await node.child.status;
  }
  return times;
}

async function main(): Promise<PartReport> {
  const directory = await Deno.makeTempDir();
  const hasNats = await new Deno.Command("nats-server", { args: ["-v"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);
  const nats = hasNats ? startNatsCluster(1, directory) : undefined;
  try {
    const stores: StoreFigures[] = [];
    for (const pair of pairs(directory, nats?.url)) stores.push(await measureStore(pair));
    const written = [
      await measureBytes("a counter", CounterPage as Page),
      await measureBytes("a form with 20 fields", FormPage as Page),
      await measureBytes("100 rows with a counter each", RowsPage as Page),
      await measureBytes("a table, 1,000 rows with a handler each", TablePage as Page),
    ];
    const deaths = await measureDeaths(directory);
    return report(stores, written, deaths);
  } finally {
    await nats?.[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  }
}

function report(
  stores: readonly StoreFigures[],
  written: readonly Written[],
  deaths: readonly number[],
): PartReport {
  const goals: Goal[] = stores.map(({ name, ratio }) => ({
    what: `load and save, share of the driver's: ${name}`,
    figure: ratio,
    least: 0.7,
    unit: "×",
    digits: 2,
  }));
  return {
    part: "sessions",
    title: "Sessions and kept pages",
    goals: [
      ...goals,
      {
        what: "from kill -9 of a node to a click answered by another, p90",
        figure: quantile(deaths, 0.9),
        most: 5000,
        unit: " ms",
      },
    ],
    tables: [storeTable(stores), {
      title: "What a click writes to keep its page",
      head: ["the page", "bytes, one click", "bytes, one of 20 at once"],
      rows: written.map(({ name, bytes, burst }) => [name, numberText(bytes), numberText(burst)]),
    }],
    notes: [
      `A turn loads a session of ${
        numberText(BYTES)
      } bytes and saves it on the revision that it had; the driver beside it reads the row, entry or message and writes it under the same condition. ${ROUNDS} samples of ${SAMPLE} ms each, in turns; SQLite and memory one turn at a time, the others 16. Files are on this machine's disk; the NATS server is one process on its loopback.`,
      `Bytes of the page's record. Clicks within 100 ms are written once.`,
      `${DEATHS} deaths: SIGKILL to a process whose pages are in a SQLite file, with another process waiting; the click is made when the page knows that it is alone. Half were answered after ${
        numberText(median(deaths))
      } ms. The page waits a random time of up to half a second before it connects again, so that thousands do not come at once.`,
    ],
    versions: {},
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await main()));
  // Drivers may keep timers.
  Deno.exit();
}
