/**
 * What stands below an opened row of the process table.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";
import type { ProcessReading } from "../collectors/reading.ts";
import { duration } from "../format.ts";
import { sampler } from "../state/machine.ts";
import { COLUMNS } from "./process_columns.ts";

/** Samples that fit into the small chart: a minute. */
const SAMPLES = 60;

/** A row with the command line and the last minute of one process. */
export function ProcessDetails({ process }: { process: ProcessReading }): Renderable {
  const parent = sampler.reading.value?.processes.find(({ pid }) => pid === process.parent);
  const highest = Math.max(0.01, ...process.recent);
  return (
    <tr class="details">
      <td colspan={COLUMNS.length}>
        <div class="details-grid">
          <p class="command">
            <code>{process.command || `[${process.name}]`}</code>
          </p>
          <dl class="facts">
            <div>
              <dt>Started by</dt>
              <dd>{parent ? `${parent.name} (${parent.pid})` : process.parent || "the kernel"}</dd>
            </div>
            <div>
              <dt>Started at</dt>
              <dd>{timeText(process.startedAt)}</dd>
            </div>
            <div>
              <dt>Processor time</dt>
              <dd>{duration(process.cpuTime)}</dd>
            </div>
          </dl>
          <figure class="spark">
            <figcaption>
              CPU, last minute <b>up to {Math.round(highest * 100)}%</b>
            </figcaption>
            <svg viewBox={`0 0 ${SAMPLES - 1} 100`} preserveAspectRatio="none" aria-hidden="true">
              <path d={sparkPath(process.recent, highest)} />
            </svg>
          </figure>
        </div>
      </td>
    </tr>
  );
}

/** The newest sample is at the right edge, however few there are. */
function sparkPath(samples: readonly number[], highest: number): string {
  const first = SAMPLES - samples.length;
  const points = samples.map((sample, i) =>
    `${first + i} ${Math.round(98 - sample / highest * 94)}`
  );
  return points.length > 0 ? `M${points.join("L")}` : "";
}

/** In the machine's own time, as its logs have it. */
function timeText(at: number): string {
  return new Intl.DateTimeFormat("en", {
    dateStyle: "medium",
    timeStyle: "medium",
    hourCycle: "h23",
  }).format(at);
}
