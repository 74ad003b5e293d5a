/**
 * The benchmark: `deno task bench` runs every part, `deno task bench render wire` only those. Each
 * part runs in a process of its own, in which its contenders take turns. The figures are printed
 * and go into `bench/RESULTS.md`.
 *
 * @module
 */
import { machineText, versionsText } from "./machine.ts";
import { goalTable, type PartReport, replaceSection, sectionText, tableText } from "./report.ts";

/** The parts in the order in which they run. */
const PARTS: readonly string[] = [
  "size",
  "wire",
  "render",
  "server",
  "async",
  "browser",
  "sync",
  "sessions",
];

/** V8's flags for a part. */
const FLAGS: Readonly<Record<string, string>> = { render: "--expose-gc,--single-threaded" };

const RESULTS = new URL("RESULTS.md", import.meta.url);

const INTRODUCTION = `# Results

Written by \`deno task bench\`; a run of single parts replaces only their sections. Figures are
medians; contenders take turns in one run, so compare within a table, not between machines.
`;

/**
 * Runs one part.
 *
 * @throws {Error} When it fails; what it said went to standard error.
 */
async function runPart(part: string): Promise<PartReport> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-lock",
      `--v8-flags=${FLAGS[part] ?? "--expose-gc"}`,
      new URL(`${part}/main.ts`, import.meta.url).href,
    ],
    env: { NODE_ENV: "production", NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`the part ${part} failed`);
  // Libraries may write to standard output, so the report is what stands in its last line.
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  return JSON.parse(lines[lines.length - 1]!);
}

async function record(report: PartReport, machine: string): Promise<void> {
  const before = await Deno.readTextFile(RESULTS).catch(() => INTRODUCTION);
  const day = new Date().toISOString().slice(0, 10);
  const measuredOn = `${day}, ${machine}, ${versionsText(report.versions)}.`;
  const section = sectionText(report, measuredOn);
  await Deno.writeTextFile(RESULTS, replaceSection(before, report.part, section));
}

async function main(parts: readonly string[]): Promise<number> {
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(", ")}. There are: ${PARTS.join(", ")}.`);
    return 1;
  }
  const reports: PartReport[] = [];
  let failed = 0;
  for (const part of parts.length > 0 ? parts : PARTS) {
    console.error(`Measuring ${part} …`);
    try {
      const machine = await machineText();
      const report = await runPart(part);
      reports.push(report);
      await record(report, machine);
      for (const table of report.tables) console.log(`${table.title}\n${tableText(table)}\n`);
    } catch (error) {
      failed++;
      console.error(error instanceof Error ? error.message : error);
    }
  }
  if (reports.length > 0) console.log(tableText(goalTable(reports)));
  return failed > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
