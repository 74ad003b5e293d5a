/**
 * What a part of the benchmark found, and how it is shown: as text in the terminal and as a section
 * of `RESULTS.md`.
 *
 * @module
 */

/** A figure that the project set itself. */
export interface Goal {
  readonly what: string;
  readonly figure: number;
  /** The figure must be at most this. */
  readonly most?: number;
  /** The figure must be at least this. */
  readonly least?: number;
  /** What stands behind the number, such as ` KB` or `×`. */
  readonly unit?: string;
  /** Digits behind the point. */
  readonly digits?: number;
}

/** Figures beside each other. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one part found. */
export interface PartReport {
  readonly part: string;
  readonly title: string;
  readonly goals: readonly Goal[];
  readonly tables: readonly Table[];
  /** How it was measured, and what the reader must know. */
  readonly notes: readonly string[];
  /** Versions of what took part, besides Deno. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Whether a goal is reached. */
export function isReached({ figure, most, least }: Goal): boolean {
  return (most === undefined || figure <= most) && (least === undefined || figure >= least);
}

/** `3841` → `3,841`; `1.4` with two digits → `1.40`. */
export function numberText(value: number, digits = 0): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** The goals of some parts as one table. */
export function goalTable(reports: readonly PartReport[]): Table {
  const rows = reports.flatMap((report) =>
    report.goals.map((goal) => {
      const { what, most, least, figure, unit = "", digits = 0 } = goal;
      const limit = most ?? least;
      const reach = limit === undefined
        ? ""
        : `${least === undefined ? "at most" : "at least"} ${numberText(limit, digits)}${unit}`;
      return [
        what,
        numberText(figure, digits) + unit,
        reach,
        limit === undefined ? "" : isReached(goal) ? "pass" : "MISS",
      ];
    })
  );
  return { title: "Figures and what they must reach", head: ["what", "figure", "reach", ""], rows };
}

/** A table as aligned Markdown, which is readable as text, too. */
export function tableText({ head, rows }: Table): string {
  const widths = head.map((name, i) =>
    Math.max(3, name.length, ...rows.map((row) => (row[i] ?? "").length))
  );
  const line = (cells: readonly string[]): string =>
    "| " + widths.map((width, i) => align(cells[i] ?? "", width, i)).join(" | ") + " |";
  const rule = "| " +
    widths.map((width, i) => i === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":").join(
      " | ",
    ) + " |";
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function align(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** A part's section of the results file, between marks by which a later run replaces it. */
export function sectionText(report: PartReport, measuredOn: string): string {
  const parts = [`${startMark(report.part)}\n\n## ${report.title}\n\n${measuredOn}`];
  if (report.goals.length > 0) parts.push(tableText(goalTable([report])));
  for (const table of report.tables) parts.push(`### ${table.title}`, tableText(table));
  if (report.notes.length > 0) parts.push(report.notes.map((note) => `- ${note}`).join("\n"));
  parts.push(endMark(report.part));
  return parts.join("\n\n");
}

/**
 * Puts sections into the results file: in place of the part's older one, or at the end.
 *
 * @param results The text of the file so far; empty for a new one.
 */
export function replaceSection(results: string, part: string, section: string): string {
  const from = results.indexOf(startMark(part));
  const end = endMark(part);
  const to = results.indexOf(end, from);
  if (from < 0 || to < 0) return `${results.trimEnd()}\n\n${section}\n`.trimStart();
  return results.slice(0, from) + section + results.slice(to + end.length);
}

function startMark(part: string): string {
  return `<!-- ${part} -->`;
}

function endMark(part: string): string {
  return `<!-- /${part} -->`;
}
