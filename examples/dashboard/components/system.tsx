/**
 * What kind of machine this is, and since when it runs.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Renderable } from "@vango/vango";
import { duration } from "../format.ts";
import { figure, sampler } from "../state/machine.ts";

/** Facts about the machine. */
export function System(): Renderable {
  const { host } = sampler;
  return (
    <section class="card system" aria-label="System">
      <h2>System</h2>
      <dl class="facts">
        {host.processor && <Fact name="Processor">{host.processor}</Fact>}
        <Fact name="Up for">{uptime}</Fact>
        <Fact name="Load">{loads}</Fact>
        <Fact name="Processes">{processes}</Fact>
        <Fact name="Threads">{threads}</Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: Renderable }): Renderable {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Says what is missing where there is no `/proc`. */
export function PortableNotice(): Renderable {
  return (
    <p class="notice" hidden={hasProc}>
      This system has no readable{" "}
      <code>/proc</code>, so the page shows what Deno itself knows: load, memory, one disk and this
      process. Cores, traffic and other processes are left out, and the CPU figure is estimated from
      the load.
    </p>
  );
}

const hasProc: ReadonlySignal<boolean> = computed(() =>
  sampler.reading.value?.source !== "portable"
);
const uptime = figure((reading) => duration(reading.uptime));
const loads = figure(({ cpu }) => cpu.load.map((load) => load.toFixed(2)).join("  "));
const processes = figure((reading) => reading.processes.length);
const threads = figure(({ processes }) => processes.reduce((sum, { threads }) => sum + threads, 0));
