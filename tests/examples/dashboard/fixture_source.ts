/**
 * A machine in memory, for tests of the collectors.
 *
 * @module
 */
import type { Source } from "../../../examples/dashboard/collectors/source.ts";

/** A machine whose files tests write. */
export class FixtureSource implements Source {
  readonly files: Map<string, string> = new Map(Object.entries(FILES));
  /** Milliseconds since 1970. */
  time = 1_800_000_000_000;

  read(path: string): string | undefined {
    return this.files.get(path);
  }

  processIds(): number[] {
    return [...this.files.keys()].flatMap((path) => {
      const id = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1];
      return id ? [Number(id)] : [];
    });
  }

  space(path: string): Promise<{ total: number; used: number } | undefined> {
    return Promise.resolve(path === "/gone" ? undefined : { total: 1000, used: 400 });
  }

  now(): number {
    return this.time;
  }

  /** Writes a process; `ticks` of processor time, `start` in ticks after the machine's. */
  setProcess(pid: number, options: ProcessOptions): void {
    const { name = "app", ticks = 0, start = 100, state = "S", pages = 10, threads = 1 } = options;
    const { command = "", uid = 0 } = options;
    const user = Math.floor(ticks / 2);
    this.files.set(
      `/proc/${pid}/stat`,
      `${pid} (${name}) ${state} 1 1 1 0 -1 0 0 0 0 0 ${user} ${
        ticks - user
      } 0 0 20 0 ${threads} ` +
        `0 ${start} 1000000 ${pages} 18446744073709551615 0 0\n`,
    );
    this.files.set(`/proc/${pid}/status`, `Name:\t${name}\nUid:\t0\t${uid}\t0\t0\nVmRSS:\t 4 kB\n`);
    this.files.set(`/proc/${pid}/cmdline`, command);
  }

  /** Ends a process. */
  endProcess(pid: number): void {
    for (const file of ["stat", "status", "cmdline"]) this.files.delete(`/proc/${pid}/${file}`);
  }
}

/** What {@linkcode FixtureSource.setProcess} takes. */
export interface ProcessOptions {
  readonly name?: string;
  readonly ticks?: number;
  readonly start?: number;
  readonly state?: string;
  readonly pages?: number;
  readonly threads?: number;
  readonly command?: string;
  readonly uid?: number;
}

const FILES = {
  "/proc/sys/kernel/hostname": "box\n",
  "/proc/sys/kernel/ostype": "Linux\n",
  "/proc/sys/kernel/osrelease": "6.1.0\n",
  "/proc/cpuinfo": "processor\t: 0\nmodel name\t: Test CPU 3000\n",
  "/proc/stat": "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 50 0 50 350 50 0 0 0 0 0\n" +
    "cpu1 50 0 50 350 50 0 0 0 0 0\nintr 1 2 3\nbtime 1799999000\n",
  "/proc/loadavg": "0.50 0.25 0.10 1/100 999\n",
  "/proc/meminfo": "MemTotal:       1000 kB\nMemFree:         300 kB\nMemAvailable:    600 kB\n" +
    "Buffers:          50 kB\nCached:          200 kB\nSReclaimable:     50 kB\n" +
    "SwapTotal:       100 kB\nSwapFree:         75 kB\n",
  "/proc/net/dev": "Inter-|   Receive\n face |bytes\n" +
    "    lo: 9999 1 0 0 0 0 0 0 9999 1 0 0 0 0 0 0\n" +
    "  eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n" +
    "docker0: 5000 1 0 0 0 0 0 0 5000 1 0 0 0 0 0 0\n",
  "/proc/diskstats": "   8  0 sda 1 0 10 0 1 0 20 0 0 0 0\n   8  1 sda1 1 0 10 0 1 0 20 0 0 0 0\n" +
    " 259  0 nvme0n1 1 0 1 0 1 0 2 0 0 0 0\n   7  0 loop0 9 0 9 0 9 0 9 0 0 0 0\n",
  "/proc/mounts":
    "proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\n/dev/sda1 /mnt/again ext4 rw 0 0\n" +
    "/dev/sdb1 /my\\040disk xfs rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/loop0 /snap squashfs ro 0 0\n" +
    "nas:/x /nas nfs rw 0 0\n/dev/sdc1 /gone ext4 rw 0 0\n",
  "/proc/uptime": "1000.50 1800.00\n",
  "/proc/self/stat": "7 (deno) R 1 7 7 0 -1 0 0 0 0 0 1 1 0 0 20 0 4 0 50 1000 256 0\n",
  "/proc/self/status": "Name:\tdeno\nVmRSS:\t    4096 kB\n",
  "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n",
};
