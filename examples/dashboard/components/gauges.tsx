/**
 * How full the machine is: gauges, cores, file systems.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Renderable } from "@vango/vango";
import { bytesText, percent } from "../format.ts";
import { figure, sampler } from "../state/machine.ts";

/** Part of the circle that a gauge fills, of 100. */
const ARC = 75;

interface GaugeProps {
  readonly name: string;
  /** From 0 to 1; `undefined` when the machine has no such thing. */
  readonly share: ReadonlySignal<number | undefined>;
  readonly detail: ReadonlySignal<string | undefined>;
}

/** A dial. Colour alone does not tell: the number stands in it. */
function Gauge({ name, share, detail }: GaugeProps): () => Renderable {
  const text = computed(() => percent(share.value ?? 0));
  const arc = computed(() => `${Number(((share.value ?? 0) * ARC).toFixed(1))} 100`);
  const level = computed(() => levelOf(share.value ?? 0));
  return () => (
    <div class="gauge" data-level={level}>
      <meter class="hidden" aria-label={name} min="0" max="100" value={text} />
      <svg viewBox="0 0 100 88" aria-hidden="true">
        <circle class="gauge-track" cx="50" cy="50" r="42" pathLength="100" />
        <circle
          class="gauge-fill"
          cx="50"
          cy="50"
          r="42"
          pathLength="100"
          stroke-dasharray={arc}
        />
      </svg>
      <p class="gauge-number" aria-hidden="true">
        {text}
        <small>%</small>
      </p>
      <p class="gauge-name" aria-hidden="true">{name}</p>
      <p class="gauge-detail">{detail}</p>
    </div>
  );
}

/** From here on a share is worth a look, and worth a worry. */
function levelOf(share: number): "calm" | "high" | "full" {
  return share >= 0.92 ? "full" : share >= 0.75 ? "high" : "calm";
}

/** Load, memory and the fullest disk as dials. */
export function Gauges(): Renderable {
  return (
    <section class="card gauges" aria-label="Capacity">
      <h2>Capacity</h2>
      <div class="gauge-row">
        <Gauge name="Load" share={load.share} detail={load.detail} />
        <Gauge name="Memory" share={memory.share} detail={memory.detail} />
        <Gauge name="Disk" share={fullest.share} detail={fullest.detail} />
      </div>
    </section>
  );
}

/** Cores of which each gets a number; more are drawn as a field of colours. */
const NAMED_CORES = 32;

/** One bar for each core. */
export function Cores(): () => Renderable {
  return () => {
    const shares = cores.value ?? [];
    return (
      <section class="card" aria-label="Cores">
        <h2>
          Cores <span class="aside">{sampler.host.cores}</span>
        </h2>
        {shares.length > 0
          ? (
            <ul class={["cores", { dense: shares.length > NAMED_CORES }]}>
              {shares.map((share, i) => (
                <li key={i} style={`--share:${share}%`}>
                  <span class="core-name">{i}</span>
                  <span class="core-bar" />
                  <span class="core-number">{share}%</span>
                </li>
              ))}
            </ul>
          )
          : <p class="missing">This system does not tell about single cores.</p>}
      </section>
    );
  };
}

/** Mounted file systems, and how full they are. */
export function Volumes(): () => Renderable {
  return () => (
    <section class="card" aria-label="File systems">
      <h2>File systems</h2>
      <ul class="volumes">
        {(volumes.value ?? []).map(({ path, kind, total, used }) => (
          <li
            key={path}
            data-level={levelOf(used / total)}
            style={`--share:${percent(used / total)}%`}
          >
            <p class="volume-name">
              <code>{path}</code> <span class="aside">{kind}</span>
            </p>
            <p class="volume-size">
              <b>{bytesText(used)}</b> of {bytesText(total)}
            </p>
            <div class="bar" />
          </li>
        ))}
      </ul>
    </section>
  );
}

const cores = figure(({ cpu }) => cpu.cores.map((share) => Math.round(share * 100)));
const volumes = figure((reading) => reading.volumes);

const load = {
  share: figure(({ cpu }) => Math.min(1, cpu.load[0] / sampler.host.cores)),
  detail: figure(({ cpu }) => `${cpu.load[0].toFixed(2)} on ${sampler.host.cores} cores`),
};

const memory = {
  share: figure(({ memory }) => memory.used / memory.total),
  detail: figure(({ memory }) => `${bytesText(memory.total - memory.used)} free`),
};

const fullestVolume = computed(() => {
  const all = volumes.value ?? [];
  return all.toSorted((a, b) => b.used / b.total - a.used / a.total)[0];
});

const fullest = {
  share: computed(() =>
    fullestVolume.value && fullestVolume.value.used / fullestVolume.value.total
  ),
  detail: computed(() =>
    fullestVolume.value && `${bytesText(fullestVolume.value.total - fullestVolume.value.used)} free`
  ),
};
