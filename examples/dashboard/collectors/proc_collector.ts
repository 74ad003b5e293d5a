/**
 * The machine's figures from Linux's `/proc`.
 *
 * @module
 */
import {
  type CpuTimes,
  parseDisks,
  parseMounts,
  parseNetwork,
  parseSizes,
  parseSystemStat,
  type SystemStat,
  type Totals,
} from "./parse.ts";
import { ProcessWatch } from "./process_watch.ts";
import type {
  Collector,
  CpuReading,
  Flow,
  Host,
  MemoryReading,
  Reading,
  Volume,
} from "./reading.ts";
import type { Source } from "./source.ts";

/** Space changes slowly, and asking a sick disk can take long. */
const VOLUMES_EVERY_MS = 10_000;

/** Measures a Linux machine. */
export class ProcCollector implements Collector {
  readonly host: Host;
  readonly #source: Source;
  readonly #processes: ProcessWatch;
  #stat: SystemStat | undefined;
  #network: Totals | undefined;
  #disks: Totals | undefined;
  #at = 0;
  #volumes: readonly Volume[] = [];
  #volumesAt = -Infinity;

  constructor(source: Source) {
    this.#source = source;
    this.#processes = new ProcessWatch(source);
    const read = (path: string) => source.read(path)?.trim() ?? "";
    const info = read("/proc/cpuinfo");
    this.host = {
      name: read("/proc/sys/kernel/hostname"),
      system: `${read("/proc/sys/kernel/ostype")} ${read("/proc/sys/kernel/osrelease")}`,
      processor: /^model name\s*:\s*(.+)$/m.exec(info)?.[1]?.trim() ?? "",
      cores: parseSystemStat(read("/proc/stat")).cores.length,
    };
  }

  async collect(): Promise<Reading> {
    const source = this.#source;
    const at = source.now();
    const seconds = (at - this.#at) / 1000;
    const stat = parseSystemStat(source.read("/proc/stat") ?? "");
    const network = parseNetwork(source.read("/proc/net/dev") ?? "");
    const disks = parseDisks(source.read("/proc/diskstats") ?? "");
    if (at - this.#volumesAt >= VOLUMES_EVERY_MS) {
      this.#volumesAt = at;
      this.#volumes = await readVolumes(source);
    }
    const reading: Reading = {
      at,
      source: "proc",
      cpu: cpuReading(stat, this.#stat, source.read("/proc/loadavg") ?? ""),
      memory: memoryReading(source.read("/proc/meminfo") ?? ""),
      network: flow(network, this.#network, seconds),
      disk: flow(disks, this.#disks, seconds),
      volumes: this.#volumes,
      uptime: parseFloat(source.read("/proc/uptime") ?? "0"),
      processes: await this.#processes.collect(stat.bootTime),
    };
    this.#at = at;
    this.#stat = stat;
    this.#network = network;
    this.#disks = disks;
    return reading;
  }
}

/** Shares since `before`; without it, since the machine started. */
function cpuReading(now: SystemStat, before: SystemStat | undefined, load: string): CpuReading {
  const share = (part: "user" | "system" | "wait" | "busy", a: CpuTimes, b?: CpuTimes) => {
    const total = a.total - (b?.total ?? 0);
    return total > 0 ? Math.min(1, Math.max(0, (a[part] - (b?.[part] ?? 0)) / total)) : 0;
  };
  const [one = 0, five = 0, fifteen = 0] = load.split(" ").map(Number);
  return {
    used: share("busy", now.all, before?.all),
    user: share("user", now.all, before?.all),
    system: share("system", now.all, before?.all),
    wait: share("wait", now.all, before?.all),
    cores: now.cores.map((core, i) => share("busy", core, before?.cores[i])),
    load: [one, five, fifteen],
  };
}

function memoryReading(text: string): MemoryReading {
  const sizes = parseSizes(text);
  const size = (name: string) => sizes.get(name) ?? 0;
  const total = size("MemTotal");
  const cached = size("Buffers") + size("Cached") + size("SReclaimable");
  // Kernels before 3.14 do not say what is available.
  const available = sizes.get("MemAvailable") ?? size("MemFree") + cached;
  return {
    total,
    used: total - available,
    cached,
    swapTotal: size("SwapTotal"),
    swapUsed: size("SwapTotal") - size("SwapFree"),
  };
}

function flow(now: Totals, before: Totals | undefined, seconds: number): Flow {
  if (!before || seconds <= 0) return { in: 0, out: 0 };
  // Counters start again when a device is taken away.
  return {
    in: Math.max(0, now.in - before.in) / seconds,
    out: Math.max(0, now.out - before.out) / seconds,
  };
}

async function readVolumes(source: Source): Promise<Volume[]> {
  const volumes: Volume[] = [];
  for (const { path, kind } of parseMounts(source.read("/proc/mounts") ?? "")) {
    const space = await source.space(path);
    if (space && space.total > 0) volumes.push({ path, kind, ...space });
  }
  return volumes;
}
