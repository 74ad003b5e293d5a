/**
 * Part "render": first render of a page to UTF-8, as a multiple of the same page written by hand as
 * strings.
 *
 * @module
 */
import { race, type Timing } from "../measure.ts";
import { numberText, type PartReport, type Table } from "../report.ts";
import { loadOwn, loadPeer, PEERS, type RenderedPages } from "./peers.ts";
import { firstDifference } from "./same_page.ts";

const PAGES = ["table", "rows", "shop", "tiny"] as const;
type PageName = typeof PAGES[number];

const TITLES: Readonly<Record<PageName, string>> = {
  table: "table 1,000×4",
  rows: "the table, a component for each row",
  shop: "25 KB page",
  tiny: "tiny page",
};

/** Multiples of the hand-written strings that we must reach. */
const MOST: Readonly<Partial<Record<PageName, number>>> = { table: 1.45, shop: 2.4, tiny: 1.8 };

interface Contender {
  readonly name: string;
  readonly pages: RenderedPages;
}

const encoder = new TextEncoder();

async function loadContenders(): Promise<Contender[]> {
  const loaders: [name: string, load: (folder: string) => Promise<RenderedPages>][] = [
    ["written by hand", (folder) => loadOwn("hand.ts", folder)],
    ["vango", (folder) => loadOwn("ours.tsx", folder)],
    ...PEERS.map((peer): typeof loaders[number] => [peer.name, (to) => loadPeer(peer, to)]),
  ];
  const contenders: Contender[] = [];
  for (const [name, load] of loaders) {
    const folder = await Deno.makeTempDir();
    try {
      contenders.push({ name, pages: await load(folder) });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return contenders;
}

/** @throws {Error} When a contender shows another page than the rest. */
function mustRenderTheSame(contenders: readonly Contender[]): void {
  const byHand = contenders[0]!.pages;
  for (const { name, pages } of contenders) {
    for (const page of PAGES) {
      const difference = firstDifference(byHand[page](), pages[page]());
      if (difference) throw new Error(`cannot compare: ${name} renders ${page} as ${difference}`);
    }
  }
}

/** Every contender has rendered every page before the first is measured, as on a busy server. */
function warmUp(contenders: readonly Contender[]): void {
  for (const page of PAGES) {
    race(contenders.map(({ pages }) => () => encoder.encode(pages[page]())), {
      rounds: 10,
      warmUp: 0,
      sampleTime: 12,
    });
  }
}

function measure(contenders: readonly Contender[], page: PageName): Timing[] {
  return race(
    contenders.map(({ pages }) => {
      const render = pages[page];
      return () => encoder.encode(render());
    }),
    { rounds: 80, warmUp: 10, sampleTime: 12 },
  );
}

function tableOf(contenders: readonly Contender[], timings: Map<PageName, Timing[]>): Table {
  return {
    title: "First render to UTF-8: multiple of strings written by hand (µs of processor time)",
    head: ["", ...PAGES.map((page) => TITLES[page])],
    rows: contenders.map(({ name }, i) => [
      name,
      ...PAGES.map((page) => {
        const { ratio, milliseconds } = timings.get(page)![i]!;
        const micros = milliseconds * 1000;
        return `${numberText(ratio, 2)} (${numberText(micros, micros < 100 ? 2 : 0)})`;
      }),
    ]),
  };
}

function reportOf(contenders: readonly Contender[], timings: Map<PageName, Timing[]>): PartReport {
  const measured = PAGES.filter((page) => MOST[page] !== undefined);
  const goals = measured.flatMap((page) => {
    const [, own, ...peers] = timings.get(page)!;
    const best = Math.min(...peers.map((peer) => peer.ratio));
    const digits = 2;
    return [
      {
        what: `first render, ${TITLES[page]}: multiple of strings by hand`,
        figure: own!.ratio,
        most: MOST[page]!,
        unit: "×",
        digits,
      },
      {
        what: `first render, ${TITLES[page]}: share of the fastest peer's time`,
        figure: own!.ratio / best,
        most: 1,
        digits,
      },
    ];
  });
  const [byHand, ours] = contenders.map(({ pages }) => pages);
  const bytes = (page: PageName, pages: RenderedPages): string =>
    numberText(encoder.encode(pages[page]()).length);
  return {
    part: "render",
    title: "First render",
    goals,
    tables: [tableOf(contenders, timings)],
    notes: [
      "Processor time of a single-threaded process, so that what else runs on the machine does not count.",
      "Ours makes marks and the live tree on the way; the others make only the string. Encoding to UTF-8 is included for all.",
      "Every contender compiles the same source of the pages, is bundled in the same way and checked to render the same page.",
      `Bytes by hand / ours: ${
        PAGES.filter((page) => page !== "rows")
          .map((page) => `${TITLES[page]} ${bytes(page, byHand!)} / ${bytes(page, ours!)}`).join(
            ", ",
          )
      }.`,
    ],
    versions: Object.assign({}, ...PEERS.map((peer) => peer.packages)),
  };
}

async function main(): Promise<PartReport> {
  const contenders = await loadContenders();
  mustRenderTheSame(contenders);
  warmUp(contenders);
  const timings = new Map(PAGES.map((page) => [page, measure(contenders, page)]));
  return reportOf(contenders, timings);
}

if (import.meta.main) console.log(JSON.stringify(await main()));
