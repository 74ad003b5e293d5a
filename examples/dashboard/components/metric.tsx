/**
 * The four cards with charts.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Renderable } from "@vango/vango";
import {
  type Amount,
  bytes,
  bytesText,
  niceCeiling,
  percent,
  rateLabel,
  rateText,
} from "../format.ts";
import { figure, sampler } from "../state/machine.ts";
import type { Series } from "../state/series.ts";
import { Chart, type ChartProps } from "./chart.tsx";

interface MetricProps {
  readonly name: string;
  /** Names the card's colours in the stylesheet. */
  readonly accent: "cpu" | "memory" | "network" | "disk";
  readonly now: ReadonlySignal<Amount | undefined>;
  readonly lines: ChartProps["lines"];
  readonly max: ReadonlySignal<number>;
  readonly label: (value: number) => string;
  readonly children: Renderable;
}

/** A figure, what it is made of, and its last minutes. */
function Metric({ name, accent, now, lines, max, label, children }: MetricProps): () => Renderable {
  const number = computed(() => now.value?.number ?? UNKNOWN);
  const unit = computed(() => now.value?.unit ?? "");
  return () => (
    <section class={["card metric", `accent-${accent}`]} aria-label={name}>
      <h2>{name}</h2>
      <p class="figure">
        <span class="number">{number}</span> <span class="unit">{unit}</span>
      </p>
      <p class="legend">{children}</p>
      <Chart lines={lines} max={max} label={label} />
    </section>
  );
}

interface PartProps {
  readonly tone?: "a" | "b";
  readonly name: string;
  readonly value: ReadonlySignal<string | undefined>;
}

/** One entry below a figure. */
function Part({ tone, name, value }: PartProps): Renderable {
  return (
    <span class="part">
      {tone && <i class={`swatch tone-${tone}`} />}
      {name} <b>{value}</b>
    </span>
  );
}

const hundred = computed(() => 100);
const percentLabel = (value: number) => `${value}%`;

/** Bytes per second below which a chart does not stretch: noise would look like work. */
const QUIET = 10_240;

function upperEnd(...lines: readonly Series[]): ReadonlySignal<number> {
  return computed(() => niceCeiling(Math.max(QUIET, ...lines.map((line) => line.highest.value))));
}

/** Processor time. */
export function CpuMetric(): Renderable {
  return (
    <Metric
      name="CPU"
      accent="cpu"
      now={cpu.now}
      lines={[{ series: sampler.history.cpu, tone: "a" }]}
      max={hundred}
      label={percentLabel}
    >
      <Part name="User" value={cpu.user} />
      <Part name="System" value={cpu.system} />
      <Part name="Disk wait" value={cpu.wait} />
    </Metric>
  );
}

/** Memory. */
export function MemoryMetric(): Renderable {
  return (
    <Metric
      name="Memory"
      accent="memory"
      now={memory.now}
      lines={[{ series: sampler.history.memory, tone: "a" }]}
      max={hundred}
      label={percentLabel}
    >
      <Part name="Used" value={memory.used} />
      <Part name="Cache" value={memory.cached} />
      <Part name="Total" value={memory.total} />
    </Metric>
  );
}

/** What goes in and out over the network. */
export function NetworkMetric(): Renderable {
  const { received, sent } = sampler.history;
  return (
    <Metric
      name="Network"
      accent="network"
      now={network.now}
      lines={[{ series: received, tone: "a" }, { series: sent, tone: "b" }]}
      max={network.max}
      label={rateLabel}
    >
      <Part tone="a" name="In" value={network.in} />
      <Part tone="b" name="Out" value={network.out} />
    </Metric>
  );
}

/** What is read from and written to the disks. */
export function DiskMetric(): Renderable {
  const { read, written } = sampler.history;
  return (
    <Metric
      name="Disk"
      accent="disk"
      now={disk.now}
      lines={[{ series: read, tone: "a" }, { series: written, tone: "b" }]}
      max={disk.max}
      label={rateLabel}
    >
      <Part tone="a" name="Read" value={disk.in} />
      <Part tone="b" name="Write" value={disk.out} />
    </Metric>
  );
}

// Made once and shared: a hundred open pages format each figure once a second, not a hundred times.

/** Where the machine does not tell. */
const UNKNOWN = "–";

const cpu = {
  now: figure(({ cpu }) => ({ number: percent(cpu.used, true), unit: "%" })),
  user: figure(({ cpu }) => share(cpu.user)),
  system: figure(({ cpu }) => share(cpu.system)),
  wait: figure(({ cpu }) => share(cpu.wait)),
};

const memory = {
  now: figure(({ memory }) => ({ number: percent(memory.used / memory.total, true), unit: "%" })),
  used: figure(({ memory }) => bytesText(memory.used)),
  cached: figure(({ memory }) => bytesText(memory.cached)),
  total: figure(({ memory }) => bytesText(memory.total)),
};

const network = {
  now: figure(({ network }) => network && perSecond(network.in + network.out)),
  in: figure(({ network }) => network ? rateText(network.in) : UNKNOWN),
  out: figure(({ network }) => network ? rateText(network.out) : UNKNOWN),
  max: upperEnd(sampler.history.received, sampler.history.sent),
};

const disk = {
  now: figure(({ disk }) => disk && perSecond(disk.in + disk.out)),
  in: figure(({ disk }) => disk ? rateText(disk.in) : UNKNOWN),
  out: figure(({ disk }) => disk ? rateText(disk.out) : UNKNOWN),
  max: upperEnd(sampler.history.read, sampler.history.written),
};

function share(of: number | undefined): string {
  return of === undefined ? UNKNOWN : `${percent(of)}%`;
}

function perSecond(value: number): Amount {
  const { number, unit } = bytes(value);
  return { number, unit: `${unit}/s` };
}
