/**
 * Part "wire": bytes of real frames between a live session and its player, and of the marks in the
 * page.
 *
 * @module
 */
import { deflateRawSync, gzipSync } from "node:zlib";
import { pages } from "../render/ours.tsx";
import { type Goal, numberText, type PartReport, type Table } from "../report.ts";
import { type Action, CounterPage, tablePage } from "../table/app.tsx";
import { RowMaker } from "../table/data.ts";
import { type Exchange, LivePage } from "../table/live_page.ts";
import { withoutMarks } from "../table/places.ts";

/** Events before the measured one: sequence numbers take two bytes, as they do from 128 on. */
const EARLIER = 10_000;

/** Counts that are shown with three digits. */
const COUNTER_AT = 100;

interface Operation {
  readonly action: Action;
  readonly what: string;
  /** Rows that the page has before. */
  readonly rows: number;
  readonly most: number | undefined;
  /** Bytes down that Phoenix LiveView takes for it, measured on the same table. */
  readonly liveView: number | undefined;
}

/** `most` of "create" is the rows' own data as JSON. */
const OPERATIONS: readonly Operation[] = [
  { action: "update", what: "update every 10th", rows: 1000, most: 2800, liveView: 3841 },
  { action: "swap", what: "swap two", rows: 1000, most: 12, liveView: 133 },
  { action: "insert", what: "insert one at top", rows: 1000, most: 60, liveView: 9961 },
  { action: "remove", what: "remove one", rows: 1000, most: 8, liveView: 5116 },
  { action: "clear", what: "clear", rows: 1000, most: 8, liveView: 104 },
  { action: "create", what: "create 1,000", rows: 0, most: undefined, liveView: 65_865 },
  { action: "select", what: "select one", rows: 1000, most: undefined, liveView: undefined },
  { action: "append", what: "append 1,000", rows: 1000, most: undefined, liveView: undefined },
  { action: "create", what: "replace all", rows: 1000, most: undefined, liveView: undefined },
];

function sizeOf(frames: readonly Uint8Array[]): number {
  return frames.reduce((sum, frame) => sum + frame.length, 0);
}

function deflatedSize(frames: readonly Uint8Array[]): number {
  return frames.reduce(
    (sum, frame) => sum + Math.min(frame.length, deflateRawSync(frame).length + 1),
    0,
  );
}

async function measureClick(): Promise<Exchange> {
  using page = new LivePage(CounterPage);
  for (let i = 0; i < COUNTER_AT; i++) await page.click("count");
  await page.skip(EARLIER);
  return await page.click("count");
}

/** An operation on rows that a click created, so that the player knows their template. */
async function onCreatedRows({ action, rows }: Operation): Promise<Exchange> {
  using page = new LivePage(tablePage(0));
  await page.skip(EARLIER);
  if (rows > 0) await page.click("create");
  return await page.click(action);
}

/** An operation on rows that came with the GET, the first on its connection. */
async function onFetchedRows({ action, rows }: Operation): Promise<Exchange> {
  using page = new LivePage(tablePage(rows));
  await page.skip(EARLIER);
  return await page.click(action);
}

async function measureOperations(): Promise<{ table: Table; goals: Goal[] }> {
  const json = new TextEncoder().encode(JSON.stringify(new RowMaker().make(1000))).length;
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const operation of OPERATIONS) {
    const created = await onCreatedRows(operation);
    const fetched = await onFetchedRows(operation);
    const bytes = sizeOf(created.down);
    rows.push([
      operation.what,
      numberText(bytes),
      numberText(deflatedSize(created.down)),
      numberText(sizeOf(fetched.down)),
      operation.liveView === undefined ? "" : numberText(operation.liveView),
    ]);
    const what = `bytes down, 1,000 rows: ${operation.what}`;
    if (operation.most !== undefined) {
      goals.push({ what, figure: bytes, most: operation.most, unit: " B" });
    } else if (operation.rows === 0) {
      const figure = bytes / json;
      goals.push({ what: `${what}, of the rows' JSON`, figure, most: 1, unit: "×", digits: 2 });
    }
  }
  return {
    goals,
    table: {
      title: `Bytes down (the rows' own data as JSON: ${numberText(json)})`,
      head: ["operation", "created rows", "deflated", "fetched rows", "LiveView"],
      rows,
    },
  };
}

/** What marks add to a page, in percent. */
function marksOf(what: string, html: string): { raw: number; gzip: number; row: string[] } {
  const bare = withoutMarks(html);
  const [raw, gzip] = [
    [html, bare].map((text) => new TextEncoder().encode(text).length),
    [html, bare].map((text) => gzipSync(text, { level: 9 }).length),
  ].map(([marked, plain]) => ({ marked: marked!, plain: plain! }));
  const percent = ({ marked, plain }: { marked: number; plain: number }): number =>
    (marked / plain - 1) * 100;
  return {
    raw: percent(raw!),
    gzip: percent(gzip!),
    row: [
      what,
      numberText(raw!.plain),
      `+${numberText(percent(raw!), 1)} %`,
      numberText(gzip!.plain),
      `+${numberText(percent(gzip!), 1)} %`,
    ],
  };
}

async function main(): Promise<PartReport> {
  const click = await measureClick();
  const operations = await measureOperations();
  using page = new LivePage(tablePage(1000));
  const dense = marksOf("table 1,000×4", pages.table());
  const others = [
    marksOf("25 KB page", pages.shop()),
    marksOf(
      "table of js-framework-benchmark, 2 handlers a row",
      page.html,
    ),
  ];
  return {
    part: "wire",
    title: "Bytes on the wire",
    goals: [
      { what: "counter click, bytes up", figure: click.up.length, most: 8, unit: " B" },
      { what: "counter click, bytes down", figure: sizeOf(click.down), most: 10, unit: " B" },
      ...operations.goals,
      {
        what: "bytes down to go live after the GET",
        figure: sizeOf(page.opening),
        most: 200,
        unit: " B",
      },
      {
        what: "marks on the table 1,000×4, raw",
        figure: dense.raw,
        most: 9,
        unit: " %",
        digits: 1,
      },
      {
        what: "marks on the table 1,000×4, gzip",
        figure: dense.gzip,
        most: 3,
        unit: " %",
        digits: 1,
      },
    ],
    tables: [operations.table, {
      title: "What marks add to a page",
      head: ["page", "bytes without", "marks", "gzip without", "marks, gzip"],
      rows: [dense, ...others].map(({ row }) => row),
    }],
    notes: [
      `WebSocket payloads, sequence numbers and acknowledgement included, after ${
        numberText(EARLIER)
      } earlier events, so that both numbers take two bytes.`,
      "Created rows: a click made them, so the player knows their template, as after LiveView's create. Fetched rows: they came with the GET, which sends no templates; the first inserted row carries its template (once a connection), the first use of an attribute its name.",
      "LiveView's figures were taken when the goals were set, not in this run.",
      "Frames above 1 KB are deflated when both sides can; the goals count them as they are.",
    ],
    versions: {},
  };
}

if (import.meta.main) console.log(JSON.stringify(await main()));
