/**
 * Part "browser": what the player needs to decode and apply real frames, layout included, as a
 * multiple of DOM code written by hand for each operation.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { provideTools, thisMachine } from "../../tools/needed_tools.ts";
import { median, quantile } from "../measure.ts";
import { type Goal, numberText, type PartReport } from "../report.ts";
import type { StepTime } from "./contender.ts";
import type { BrowserSamples } from "./driver_page.ts";
import { ROUNDS } from "./script.ts";
import { serveSite } from "./site.ts";

/** The operation whose time counts, not its multiple. */
const CLICK = "click above the table";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--js-flags=--expose-gc",
];

async function measure(): Promise<{ samples: BrowserSamples; version: string }> {
  const { found } = await provideTools({ ...thisMachine, log: console.error });
  const path = found.VANGO_CHROMIUM;
  if (!path) throw new Error("cannot measure in a browser: there is no Chromium");
  await using site = await serveSite();
  const profile = await Deno.makeTempDir();
  // Playwright's own `--headless` would choose a shell that is not installed.
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: false,
    args: FLAGS,
    viewport: { width: 1400, height: 900 },
  });
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error("in the page:", error));
    await page.goto(site.url);
    const samples = await page.evaluate(() =>
      (globalThis as unknown as { runScript(): Promise<BrowserSamples> }).runScript()
    );
    return { samples, version: context.browser()?.version() ?? await versionOf(path) };
  } finally {
    await context.close();
    await Deno.remove(profile, { recursive: true });
  }
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await new Deno.Command(path, { args: ["--version"] }).output();
  return /[\d.]{5,}/.exec(new TextDecoder().decode(stdout))?.[0] ?? "unknown";
}

type Pair = readonly [byHand: readonly StepTime[], ours: readonly StepTime[]];

function ratiosOf([byHand, ours]: Pair, of: keyof StepTime): number[] {
  return ours.map((time, round) => time[of] / byHand[round]![of]);
}

function medianOf(times: readonly StepTime[], of: keyof StepTime): number {
  return median(times.map((time) => time[of]));
}

function rowOf([operation, pair]: [string, Pair]): string[] {
  const ratios = ratiosOf(pair, "total");
  return [
    operation,
    ...pair.map((times) => numberText(medianOf(times, "total"), 3)),
    numberText(median(ratios), 2),
    `${numberText(quantile(ratios, 0.25), 2)}–${numberText(quantile(ratios, 0.75), 2)}`,
    ...pair.map((times) => numberText(medianOf(times, "script"), 3)),
    numberText(median(ratiosOf(pair, "script")), 2),
  ];
}

function reportOf({ samples, version }: Awaited<ReturnType<typeof measure>>): PartReport {
  const operations = Object.entries(samples);
  const goals: Goal[] = operations.map(([operation, times]) =>
    operation === CLICK
      ? {
        what: "a click above a 1,000-row table, browser time",
        figure: medianOf(times[1], "total"),
        most: 0.5,
        unit: " ms",
        digits: 2,
      }
      : {
        what: `browser: ${operation}, multiple of DOM code by hand`,
        figure: median(ratiosOf(times, "total")),
        most: 1.15,
        unit: "×",
        digits: 2,
      }
  );
  return {
    part: "browser",
    title: "In the browser",
    goals,
    tables: [{
      title: "Decode, apply and layout (medians, ms)",
      head: [
        "operation",
        "by hand",
        "vango",
        "multiple",
        "middle half",
        "script by hand",
        "script vango",
        "multiple",
      ],
      rows: operations.map(rowOf),
    }],
    notes: [
      `The player that browsers load gets the frames that a real live session sent; both contenders share one process, take turns over ${ROUNDS} rounds and are checked to show the same page. The multiple is the median of each round's.`,
      "Code by hand gets its rows as objects, for free; ours reads them from the frame. Ours in the click includes handling the event and sending it.",
    ],
    versions: { Chromium: version },
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(reportOf(await measure())));
  Deno.exit();
}
