/**
 * Part "async": a page with eight slow regions, streamed.
 *
 * @module
 */
import { median } from "../measure.ts";
import { numberText, type PartReport, type Table } from "../report.ts";
import { type Pace, REGIONS } from "./data.ts";
import { page as byHand } from "./hand.ts";
import { type Arrival, readMany, readOne, textOf, type Throughput } from "./load.ts";
import { page as ours, pageOfApp } from "./ours.tsx";
import { loadPeer, PEERS, type StreamPage } from "./peers.ts";

const ROUNDS = 15;
/** Milliseconds of one sample: many pages, also of those that take 80 ms each. */
const SAMPLE = 400;

interface Contender {
  readonly name: string;
  readonly page: StreamPage;
}

/** Samples of one contender, one a round. */
interface Samples {
  readonly arrivals: Arrival[];
  readonly atOnce: Throughput[];
  readonly timers: Throughput[];
}

async function loadContenders(): Promise<Contender[]> {
  const contenders: Contender[] = [
    { name: "written by hand", page: byHand },
    { name: "vango", page: ours },
    { name: "vango, the whole app", page: pageOfApp },
  ];
  for (const peer of PEERS) {
    const folder = await Deno.makeTempDir();
    try {
      contenders.push({ name: peer.name, page: await loadPeer(peer, folder) });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return contenders;
}

/** Words that a person reads: markup, scripts and what tells apart the contenders taken away. */
function words(html: string): string {
  return html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, " ").replace(/<!--.*?-->|<[^>]*>/gs, " ")
    .replace(/\s+/g, " ");
}

/** @throws {Error} When a contender shows another page than the rest. */
async function mustStreamTheSame(contenders: readonly Contender[]): Promise<void> {
  const expected = words(await textOf(byHand, "at once"));
  for (const { name, page } of contenders) {
    for (const pace of ["at once", "timers"] satisfies Pace[]) {
      const html = await textOf(page, pace);
      const text = words(html);
      for (const { title, rows } of REGIONS) {
        const wanted = words(
          [
            title,
            ...rows.map((row) =>
              `${
                row.name.replace(
                  /[<>&]/g,
                  (at) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[at]!,
                )
              } ` +
              row.value
            ),
          ].join(" "),
        );
        if (!text.includes(wanted)) {
          throw new Error(`cannot compare: ${name} does not stream ${title} (${pace})`);
        }
      }
      const fallbacks = html.match(/class="loading"/g)?.length ?? 0;
      // What has settled before the page is read needs none.
      if (pace === "timers" && (fallbacks === 0 || fallbacks > REGIONS.length)) {
        throw new Error(`cannot compare: ${name} shows ${fallbacks} fallbacks`);
      }
    }
  }
  if (expected === "") throw new Error("cannot compare: the page by hand is empty");
}

async function measure(contenders: readonly Contender[]): Promise<Samples[]> {
  const samples: Samples[] = contenders.map(() => ({ arrivals: [], atOnce: [], timers: [] }));
  for (let round = -3; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round + contenders.length) % contenders.length;
      const { page } = contenders[at]!;
      const arrival = await readOne(page, "timers");
      const atOnce = await readMany(page, "at once", SAMPLE);
      const timers = await readMany(page, "timers", SAMPLE);
      if (round < 0) continue;
      samples[at]!.arrivals.push(arrival);
      samples[at]!.atOnce.push(atOnce);
      samples[at]!.timers.push(timers);
    }
  }
  return samples;
}

/** Medians of one contender; ratios are to the page by hand in the same round. */
interface Figures {
  readonly firstByte: number;
  readonly lastRegion: number;
  readonly pagesPerSecond: number;
  readonly share: number;
  readonly cpuAtOnce: number;
  readonly timerPages: number;
  readonly cpu: number;
  readonly cpuRatio: number;
}

function figuresOf(own: Samples, hand: Samples): Figures {
  return {
    firstByte: median(own.arrivals.map(({ firstByte }) => firstByte)),
    lastRegion: median(own.arrivals.map(({ lastRegion }) => lastRegion)),
    pagesPerSecond: median(own.atOnce.map(({ pagesPerSecond }) => pagesPerSecond)),
    share: median(
      own.atOnce.map((sample, i) => sample.pagesPerSecond / hand.atOnce[i]!.pagesPerSecond),
    ),
    cpuAtOnce: median(own.atOnce.map((sample, i) => sample.cpu / hand.atOnce[i]!.cpu)),
    timerPages: median(own.timers.map(({ pagesPerSecond }) => pagesPerSecond)),
    cpu: median(own.timers.map(({ cpu }) => cpu)),
    cpuRatio: median(own.timers.map((sample, i) => sample.cpu / hand.timers[i]!.cpu)),
  };
}

function tableOf(contenders: readonly Contender[], figures: readonly Figures[]): Table {
  return {
    title: "Eight slow regions, streamed",
    head: [
      "",
      "first byte, ms",
      "last region, ms",
      "pages/s, at once",
      "of by hand",
      "CPU × by hand",
      "pages/s, timers",
      "CPU a page, µs",
      "× by hand",
    ],
    rows: contenders.map(({ name }, i) => {
      const own = figures[i]!;
      return [
        name,
        numberText(own.firstByte, 2),
        numberText(own.lastRegion, 1),
        numberText(own.pagesPerSecond),
        numberText(own.share, 2),
        numberText(own.cpuAtOnce, 2),
        numberText(own.timerPages),
        numberText(own.cpu * 1000),
        numberText(own.cpuRatio, 2),
      ];
    }),
  };
}

function reportOf(contenders: readonly Contender[], figures: readonly Figures[]): PartReport {
  const own = figures[1]!;
  const peers = figures.slice(3);
  const best = Math.min(...peers.map(({ firstByte }) => firstByte));
  return {
    part: "async",
    title: "Async regions",
    goals: [
      {
        what: "first byte of a page with slow regions: share of the fastest peer's time",
        figure: own.firstByte / best,
        most: 1,
        unit: "×",
        digits: 2,
      },
      {
        what: "pages a second, regions at once: share of the stream by hand",
        figure: own.share,
        least: 0.7,
        unit: "×",
        digits: 2,
      },
      {
        what: "CPU a page, regions after 10 to 80 ms: multiple of the stream by hand",
        figure: own.cpuRatio,
        most: 1.6,
        unit: "×",
        digits: 2,
      },
    ],
    tables: [tableOf(contenders, figures)],
    notes: [
      "In one process, 32 readers at once for pages a second; first byte and last region are one reader's alone.",
      "“vango” streams as the peers do, with marks, live tree and whatever adoption needs. “The whole app” also routes the request, makes a session and its cookie, signs the page's token and keeps the page for its player.",
      "Every contender compiles the same source of the page and is checked to stream the same words.",
    ],
    versions: Object.assign({}, ...PEERS.map((peer) => peer.packages)),
  };
}

async function main(): Promise<PartReport> {
  const contenders = await loadContenders();
  await mustStreamTheSame(contenders);
  const samples = await measure(contenders);
  return reportOf(contenders, samples.map((own) => figuresOf(own, samples[0]!)));
}

if (import.meta.main) {
  console.log(JSON.stringify(await main()));
  // Live pages of the app still wait for their players.
  Deno.exit(0);
}
