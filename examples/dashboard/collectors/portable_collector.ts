/**
 * The machine's figures by what Deno itself knows, for systems without `/proc`.
 *
 * @module
 */
import process from "node:process";
import type { Collector, Host, MemoryReading, ProcessReading, Reading, Volume } from "./reading.ts";
import type { Source } from "./source.ts";

/** Measures any machine that Deno runs on; of the processes it knows only its own. */
export class PortableCollector implements Collector {
  readonly host: Host;
  readonly #source: Pick<Source, "now" | "space">;
  readonly #startedAt: number;
  #ownTime = 0;
  #at = 0;

  constructor(source: Pick<Source, "now" | "space">) {
    this.#source = source;
    this.#startedAt = source.now() - performance.now();
    this.host = {
      name: Deno.hostname(),
      system: `${SYSTEM_NAMES.get(Deno.build.os) ?? Deno.build.os} ${Deno.osRelease()}`,
      processor: "",
      cores: navigator.hardwareConcurrency,
    };
  }

  async collect(): Promise<Reading> {
    const [one = 0, five = 0, fifteen = 0] = Deno.loadavg();
    // How many want to run, over how many can: the nearest to a share of time that there is.
    const used = Math.min(1, one / this.host.cores);
    return {
      at: this.#source.now(),
      source: "portable",
      cpu: {
        used,
        user: undefined,
        system: undefined,
        wait: undefined,
        cores: [],
        load: [one, five, fifteen],
      },
      memory: memoryReading(),
      network: undefined,
      disk: undefined,
      volumes: await this.#volumes(),
      uptime: Deno.osUptime(),
      processes: [this.#ownProcess()],
    };
  }

  async #volumes(): Promise<Volume[]> {
    const path = Deno.build.os === "windows" ? "C:\\" : "/";
    const space = await this.#source.space(path);
    return space ? [{ path, kind: "", ...space }] : [];
  }

  #ownProcess(): ProcessReading {
    const { user, system } = process.cpuUsage();
    const cpuTime = (user + system) / 1e6;
    const now = this.#source.now();
    const cpu = (cpuTime - this.#ownTime) * 1000 / Math.max(1, now - (this.#at || this.#startedAt));
    this.#ownTime = cpuTime;
    this.#at = now;
    return {
      id: String(Deno.pid),
      pid: Deno.pid,
      parent: Deno.ppid,
      name: "deno",
      command: ["deno", "run", Deno.mainModule].join(" "),
      user: "",
      state: "R",
      cpu,
      cpuTime,
      memory: Deno.memoryUsage().rss,
      threads: 0,
      startedAt: this.#startedAt,
      recent: [],
    };
  }
}

const SYSTEM_NAMES: ReadonlyMap<string, string> = new Map([
  ["darwin", "macOS"],
  ["windows", "Windows"],
  ["linux", "Linux"],
  ["freebsd", "FreeBSD"],
]);

function memoryReading(): MemoryReading {
  const info = Deno.systemMemoryInfo();
  return {
    total: info.total,
    used: info.total - info.available,
    cached: info.buffers + info.cached,
    swapTotal: info.swapTotal,
    swapUsed: info.swapTotal - info.swapFree,
  };
}
