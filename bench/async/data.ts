/**
 * The compared page's data: eight regions of ten rows.
 *
 * @module
 */

/** A line of a region. */
export interface Row {
  readonly name: string;
  readonly value: number;
}

/** A slow part of the page. */
export interface Region {
  readonly id: number;
  readonly title: string;
  readonly rows: readonly Row[];
}

/** How the regions come: all at once, or after 10, 20, … 80 ms. */
export type Pace = "at once" | "timers";

export const REGIONS: readonly Region[] = Array.from({ length: 8 }, (_, id) => ({
  id,
  title: `Region ${id}`,
  rows: Array.from({ length: 10 }, (_, row) => ({
    name: row % 5 === 0 ? `Bread & butter ${id}.${row}` : `Number ${row} of region ${id}`,
    value: (id * 97 + row * 31) % 1000,
  })),
}));

export const LINKS: readonly string[] = Array.from({ length: 12 }, (_, i) => `Section ${i}`);

/** Milliseconds after which a region is there, not in the order of the page. */
const DELAYS = [40, 10, 80, 20, 60, 30, 70, 50];

/** What a server would fetch for a region. */
export function load(region: Region, pace: Pace): Promise<Region> {
  if (pace === "at once") return Promise.resolve(region);
  return new Promise((resolve) => setTimeout(() => resolve(region), DELAYS[region.id]));
}
