/**
 * An area chart of the last minutes: inline SVG, moved by a transform.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Renderable } from "@vango/vango";
import { type Series, WINDOW } from "../state/series.ts";

/** A line of a chart. */
export interface ChartLine {
  readonly series: Series;
  /** `a` or `b`: the card's first or second colour. Lines of one chart grow together. */
  readonly tone: "a" | "b";
}

/** Props of {@linkcode Chart}. */
export interface ChartProps {
  /** One or two. */
  readonly lines: readonly [ChartLine, ...ChartLine[]];
  /** The value at the upper edge. */
  readonly max: ReadonlySignal<number>;
  /** The text of a value on the axis. */
  readonly label: (value: number) => string;
}

/** A chart with axes. What it shows is also written above it, so it is hidden from readers. */
export function Chart({ lines, max, label }: ChartProps): () => Renderable {
  const top = computed(() => label(max.value));
  const middle = computed(() => label(max.value / 2));
  const [{ series: { end } }] = lines;
  const move = computed(() => `translate(${Math.round((WINDOW - end.value) * 10) / 10})`);
  const scale = computed(() =>
    `translate(0 100) scale(1 ${Number((-100 / max.value).toPrecision(4))})`
  );
  return () => (
    <div class="chart" aria-hidden="true">
      <svg viewBox={`0 0 ${WINDOW} 100`} preserveAspectRatio="none">
        <path class="chart-grid" d={`M0 0H${WINDOW}M0 50H${WINDOW}M0 100H${WINDOW}`} />
        <g transform={scale}>
          <g class="chart-lines" transform={move}>
            {lines.map((line) => <Line key={line.tone} {...line} />)}
          </g>
        </g>
      </svg>
      {lines.map((line) => <Tip key={line.tone} line={line} max={max} />)}
      <span class="chart-y chart-top">{top}</span>
      <span class="chart-y chart-middle">{middle}</span>
      <div class="chart-x">
        <span>{WINDOW / 60} min</span>
        <span>{WINDOW / 120} min</span>
        <span>now</span>
      </div>
    </div>
  );
}

/** A line; the first of a chart with the area below it. Each second only the last strip grows. */
function Line({ series, tone }: ChartLine): () => Renderable {
  return () => (
    <g class={`tone-${tone}`}>
      {series.strips.value.map((strip) => (
        <g key={strip.start} transform={`translate(${strip.start})`}>
          {tone === "a" && <path class="chart-area" d={strip.area} />}
          <path class="chart-stroke" d={strip.line} />
        </g>
      ))}
    </g>
  );
}

interface TipProps {
  readonly line: ChartLine;
  readonly max: ReadonlySignal<number>;
}

/** The dot at the newest value. Not in the SVG, which is stretched. */
function Tip({ line, max }: TipProps): () => Renderable {
  const style = computed(() => {
    const share = Math.min(100, (line.series.latest.value / max.value) * 100);
    return `--share:${Math.round(share * 10) / 10}`;
  });
  return () =>
    line.series.strips.value.length > 0 && (
      <span class={`chart-tip tone-${line.tone}`} style={style} />
    );
}
