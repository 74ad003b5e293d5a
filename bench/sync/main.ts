/**
 * Part "sync": what `ctx.sync` costs where data is kept on the device: durable writes and a first
 * load in Chromium beside the peers, writes on SQLite beside the bare driver, both ways over HTTP,
 * and bytes in the browser.
 *
 * @module
 */
import { sizesOf } from "../../tools/bundle.ts";
import { median } from "../measure.ts";
import { type Goal, numberText, type PartReport, type Table } from "../report.ts";
import { measureBrowser } from "./browser.ts";
import { ROWS, WRITES } from "./contender.ts";
import type { BrowserTimes } from "./driver_page.ts";
import { type HttpFigures, measureHttp, MUTATIONS } from "./http.ts";
import { bundle, bundleAlone, PEERS } from "./peers.ts";
import { measureSqlite, type SqliteFigures } from "./sqlite.ts";

const OURS = "vango";

interface Found {
  readonly times: BrowserTimes;
  readonly version: string;
  readonly single: SqliteFigures;
  readonly batched: SqliteFigures;
  readonly http: HttpFigures;
  /** Scripts by name, ours first. */
  readonly scripts: readonly (readonly [name: string, code: string])[];
}

/** Ours is everything: engine, IndexedDB, tabs, `ctx.sync`; not the signals that a page has anyway. */
async function loadScripts(): Promise<Found["scripts"]> {
  const root = new URL("../..", import.meta.url).pathname;
  const options = ["--external=@preact/signals-core"];
  const own = await bundle("client/sync/mod.ts", root, options);
  const peers = await Promise.all(
    PEERS.map(async (peer): Promise<[string, string]> => [peer.name, await bundleAlone(peer)]),
  );
  return [[OURS, own], ...peers];
}

function perSecond(count: number, times: readonly number[]): number {
  return count / median(times) * 1000;
}

function goalsOf({ times, single, batched, http, scripts }: Found): Goal[] {
  const writes = perSecond(WRITES, times.writes[OURS]!);
  const best = Math.max(...PEERS.map(({ name }) => perSecond(WRITES, times.writes[name]!)));
  const both = MUTATIONS / (http.push + http.pull) * 1000;
  return [
    {
      what: "Chromium: durable concurrent writes a second",
      figure: writes,
      least: 5_000,
    },
    {
      what: "Chromium: durable writes, multiple of the fastest peer's",
      figure: writes / best,
      least: 1,
      unit: "×",
      digits: 1,
    },
    {
      what: "Chromium: first load over HTTP, rows a second",
      figure: perSecond(ROWS, times.loads[OURS]!),
      least: 50_000,
    },
    {
      what: "SQLite: writes one by one, share of node:sqlite's speed",
      figure: single.ratio,
      least: 0.7,
      digits: 2,
    },
    {
      what: "SQLite: writes at once, share of node:sqlite's speed",
      figure: batched.ratio,
      least: 0.7,
      digits: 2,
    },
    { what: "10,000 mutations, push and pull over HTTP, a second", figure: both },
    {
      what: "sync in the browser, gzip -9",
      figure: sizesOf(scripts[0]![1]).gzip / 1024,
      most: 12,
      unit: " KB",
      digits: 1,
    },
  ];
}

function tablesOf({ times, single, batched, http, scripts }: Found): Table[] {
  const browserRows = [OURS, ...PEERS.map(({ name }) => name)].map((name) => [
    name,
    numberText(perSecond(WRITES, times.writes[name]!)),
    numberText(perSecond(ROWS, times.loads[name]!)),
  ]);
  const sqliteRow = (what: string, { raw, ours, ratio }: SqliteFigures): string[] => [
    what,
    numberText(raw),
    numberText(ours),
    numberText(ratio, 2),
  ];
  return [
    {
      title: "In Chromium, on IndexedDB (a second)",
      head: ["", `durable writes, ${numberText(WRITES)} at once`, "rows of a first load"],
      rows: browserRows,
    },
    {
      title: "Deno on SQLite, WAL, synchronous FULL (writes a second)",
      head: ["", "node:sqlite", OURS, "share"],
      rows: [sqliteRow("one by one", single), sqliteRow("10,000 at once", batched)],
    },
    {
      title: "10,000 mutations over HTTP, server and devices on SQLite",
      head: ["", "ms", "a second"],
      rows: Object.entries(http).map(([what, time]) => [
        what,
        numberText(time),
        numberText(MUTATIONS / time * 1000),
      ]),
    },
    {
      title: "Bytes of the script",
      head: ["", "raw", "gzip -9", "brotli"],
      rows: scripts.map(([name, code]) => {
        const { raw, gzip, brotli } = sizesOf(code);
        return [name, numberText(raw), numberText(gzip), numberText(brotli)];
      }),
    },
  ];
}

async function main(): Promise<PartReport> {
  const { times, version } = await measureBrowser();
  const found: Found = {
    times,
    version,
    single: await measureSqlite("single"),
    batched: await measureSqlite("batched"),
    http: await measureHttp(),
    scripts: await loadScripts(),
  };
  return {
    part: "sync",
    title: "Data on the device",
    goals: goalsOf(found),
    tables: tablesOf(found),
    notes: [
      "In Chromium all contenders take turns in one page, each round on a new database, and every transaction is strictly durable: on disk, not in the browser's hands. Afterwards the records are counted on disk.",
      "A write keeps the record and that it is to be sent: ours and Dexie's in one transaction, PouchDB's and RxDB's by their own change log.",
      "Ours loads from its sync endpoint, in pages that may break off; the peers fetch the same rows as plain JSON arrays.",
      "On SQLite the bare driver inserts the record and a queue entry for each write. The share is the median of each round's.",
      "Bytes: ours is the engine, IndexedDB, the tabs' leader and `ctx.sync`, without the signals that the page's components have anyway; the peers are what their part of this benchmark imports.",
    ],
    versions: {
      Chromium: version,
      ...Object.assign({}, ...PEERS.map((peer) => peer.packages)),
    },
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await main()));
  Deno.exit();
}
