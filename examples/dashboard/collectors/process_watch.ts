/**
 * Figures of every process: what changes is read each time, what stays is read once.
 *
 * @module
 */
import {
  parseCommand,
  parseProcessStat,
  parseSizes,
  parseUserId,
  parseUsers,
  type ProcessStat,
} from "./parse.ts";
import type { ProcessReading } from "./reading.ts";
import type { Source } from "./source.ts";

/** Ticks per second in which the kernel reports time: 100 on every platform that Deno runs on. */
export const TICKS = 100;
/** Samples kept of each process. */
const RECENT = 60;
/** Processes read before other work gets a turn. */
const SLICE = 250;

interface Known {
  name: string;
  command: string;
  user: string;
  ticks: number;
  readonly recent: number[];
  /** The collection in which it was last there. */
  seen: number;
}

/** Remembers the processes from one collection to the next. */
export class ProcessWatch {
  readonly #source: Source;
  readonly #users: ReadonlyMap<string, string>;
  readonly #pageBytes: number;
  readonly #known: Map<string, Known> = new Map();
  #round = 0;
  #before = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#users = parseUsers(source.read("/etc/passwd") ?? "");
    this.#pageBytes = pageBytes(source);
  }

  /** @param bootTime When the machine started, in seconds since 1970. */
  async collect(bootTime: number): Promise<ProcessReading[]> {
    const source = this.#source;
    const now = source.now();
    const elapsed = (now - this.#before) / 1000;
    const first = this.#round++ === 0;
    this.#before = now;
    const readings: ProcessReading[] = [];
    let read = 0;
    for (const pid of source.processIds()) {
      if (++read % SLICE === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      const stat = parseProcessStat(source.read(`/proc/${pid}/stat`) ?? "");
      if (!stat) continue;
      const id = `${pid}-${stat.start}`;
      const known = this.#recall(id, stat);
      const startedAt = (bootTime + stat.start / TICKS) * 1000;
      // The first time there is nothing to compare with: the average since it started, as `ps` has.
      const used = first ? stat.ticks : Math.max(0, stat.ticks - known.ticks);
      const span = first ? Math.max(1, (now - startedAt) / 1000) : elapsed;
      const cpu = used / TICKS / span;
      known.ticks = stat.ticks;
      known.recent.push(cpu);
      if (known.recent.length > RECENT) known.recent.shift();
      readings.push({
        id,
        pid,
        parent: stat.parent,
        name: stat.name,
        command: known.command,
        user: known.user,
        state: stat.state,
        cpu,
        cpuTime: stat.ticks / TICKS,
        memory: stat.pages * this.#pageBytes,
        threads: stat.threads,
        startedAt,
        recent: known.recent,
      });
    }
    for (const [id, known] of this.#known) if (known.seen !== this.#round) this.#known.delete(id);
    return readings;
  }

  #recall(id: string, stat: ProcessStat): Known {
    let known = this.#known.get(id);
    if (!known) {
      // A process that began since the last round used all its time since then.
      known = {
        name: "",
        command: "",
        user: "",
        ticks: 0,
        recent: [],
        seen: 0,
      };
      this.#known.set(id, known);
    }
    // Another name is another program in the same process: its command line changed with it.
    if (known.name !== stat.name) {
      const userId = parseUserId(this.#source.read(`/proc/${stat.pid}/status`) ?? "");
      known.name = stat.name;
      known.command = parseCommand(this.#source.read(`/proc/${stat.pid}/cmdline`) ?? "");
      known.user = this.#users.get(userId) ?? userId;
    }
    known.seen = this.#round;
    return known;
  }
}

/** `stat` counts pages and `status` kilobytes: together they tell the size of a page. */
function pageBytes(source: Source): number {
  const stat = parseProcessStat(source.read("/proc/self/stat") ?? "");
  const bytes = parseSizes(source.read("/proc/self/status") ?? "").get("VmRSS");
  if (!stat?.pages || !bytes) return 4096;
  return 2 ** Math.round(Math.log2(bytes / stat.pages));
}
