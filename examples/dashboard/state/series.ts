/**
 * History of a figure, in the form that a chart draws.
 *
 * A line of 120 points that moves each second would be sent whole each second. Here it is cut into
 * strips of five seconds. Only the newest strip grows; the others are moved by the transform of the
 * groups around them, so a second costs a chart some sixty bytes however long its history is:
 *
 *     strip 0      strip 5      strip 10
 *     ├────────┤   ├────────┤   ├───┤ ← the only path that changes
 *
 * A strip begins with the last point of the one before, so the line has no gaps. Paths are in
 * seconds from the strip's start and in the figure's own unit: scaling is a transform's too, and
 * a new maximum changes no path.
 *
 * @module
 */
import { type ReadonlySignal, type Signal, signal } from "@vango/vango";

/** Seconds that charts show. */
export const WINDOW = 120;
/** Seconds in a strip. */
const STRIP = 5;
/** Seconds between two points from which they are not joined: nobody watched in between. */
const GAP = 5;

/** A piece of a chart. */
export interface Strip {
  /** Seconds since the series began: the strip's place, and its key in the list. */
  readonly start: number;
  /** Path of the line. */
  readonly line: string;
  /** Path of what is below the line. */
  readonly area: string;
}

interface Point {
  readonly x: number;
  readonly value: number;
}

/** A figure's last minutes. Shared by every page that draws it. */
export class Series {
  readonly #strips: Signal<readonly Strip[]> = signal<readonly Strip[]>([]);
  readonly #end: Signal<number> = signal(0);
  readonly #latest: Signal<number> = signal(0);
  readonly #highest: Signal<number> = signal(0);
  #points: Point[] = [];
  #open: Point[] = [];
  #from: number | undefined;

  /** What to draw, oldest first. */
  get strips(): ReadonlySignal<readonly Strip[]> {
    return this.#strips;
  }

  /** Seconds from the beginning to the newest point: the right edge of the chart. */
  get end(): ReadonlySignal<number> {
    return this.#end;
  }

  /** The newest value. */
  get latest(): ReadonlySignal<number> {
    return this.#latest;
  }

  /** The highest value in view. */
  get highest(): ReadonlySignal<number> {
    return this.#highest;
  }

  /**
   * Adds the newest value.
   *
   * @param at Milliseconds since 1970, later than the one before.
   */
  push(at: number, value: number): void {
    this.#from ??= at;
    const point = { x: round((at - this.#from) / 1000), value };
    const before = this.#points.at(-1);
    this.#points.push(point);
    // One strip more than the window has: the chart cuts it off at its edge.
    while (this.#points[0]!.x < point.x - WINDOW - STRIP) this.#points.shift();
    const joined = before !== undefined && point.x - before.x <= GAP;
    const continues = joined && point.x - this.#open[0]!.x <= STRIP;
    if (continues) this.#open.push(point);
    else this.#open = joined ? [before, point] : [point];
    const strip = draw(this.#open);
    const shown = this.#strips.value.filter((old) =>
      old.start > point.x - WINDOW - STRIP && old.start !== strip.start
    );
    this.#strips.value = [...shown, strip];
    this.#end.value = point.x;
    this.#latest.value = value;
    this.#highest.value = Math.max(...this.#points.map((known) => known.value));
  }
}

function draw(points: readonly Point[]): Strip {
  const start = points[0]!.x;
  const steps = points.map((point) => `${round(point.x - start)} ${significant(point.value)}`);
  const last = round(points.at(-1)!.x - start);
  // A single point has no length: a tenth of a second makes it a dot.
  const line = steps.length > 1 ? `M${steps.join("L")}` : `M${steps[0]}h.1`;
  return { start, line, area: `M0 0L${steps.join("L")}L${last} 0Z` };
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** Three digits: finer than a pixel, and short on the wire. */
function significant(value: number): number {
  return Number(value.toPrecision(3));
}
