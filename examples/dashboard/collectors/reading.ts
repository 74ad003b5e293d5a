/**
 * What a collector measures. Plain data: nothing here knows of pages or signals.
 *
 * @module
 */

/** What does not change while the machine runs. */
export interface Host {
  readonly name: string;
  /** Such as `Linux 6.18.4 (x86_64)`. */
  readonly system: string;
  /** Such as `AMD EPYC`; `""` where it cannot be known. */
  readonly processor: string;
  readonly cores: number;
}

/** Everything that was measured at one moment. Rates are averages since the reading before. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `portable`: without `/proc`, by what Deno itself knows; much is then missing. */
  readonly source: "proc" | "portable";
  readonly cpu: CpuReading;
  readonly memory: MemoryReading;
  /** Bytes per second in and out of the machine; `undefined` where it cannot be known. */
  readonly network: Flow | undefined;
  /** Bytes per second from and to the disks; `undefined` where it cannot be known. */
  readonly disk: Flow | undefined;
  readonly volumes: readonly Volume[];
  /** Seconds since the machine started. */
  readonly uptime: number;
  readonly processes: readonly ProcessReading[];
}

/** Shares are from 0 to 1, of all cores together; `undefined` where they cannot be known. */
export interface CpuReading {
  readonly used: number;
  readonly user: number | undefined;
  readonly system: number | undefined;
  /** Time in which a core had nothing to do but wait for a disk. */
  readonly wait: number | undefined;
  /** Share of each core; empty where it cannot be known. */
  readonly cores: readonly number[];
  /** Runnable processes, averaged over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number];
}

/** Bytes. */
export interface MemoryReading {
  readonly total: number;
  /** What programs hold and the system could not give to others. */
  readonly used: number;
  /** Files kept in memory, given up when programs need it. */
  readonly cached: number;
  readonly swapTotal: number;
  readonly swapUsed: number;
}

/** Bytes per second. */
export interface Flow {
  readonly in: number;
  readonly out: number;
}

/** A mounted file system that keeps data. Bytes. */
export interface Volume {
  readonly path: string;
  /** Such as `ext4`. */
  readonly kind: string;
  readonly total: number;
  readonly used: number;
}

/** One running process. */
export interface ProcessReading {
  /** Process ids come back, so the start belongs to what tells processes apart. */
  readonly id: string;
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** The command line; `""` for the kernel's own threads. */
  readonly command: string;
  readonly user: string;
  /** The kernel's letter: R running, S sleeping, D waiting for a disk, Z zombie, T stopped… */
  readonly state: string;
  /** Share of one core since the reading before: 2 is two cores busy. */
  readonly cpu: number;
  /** Seconds of processor time since it started. */
  readonly cpuTime: number;
  /** Bytes in memory. */
  readonly memory: number;
  readonly threads: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** `cpu` of the last minute, oldest first. The array grows in place. */
  readonly recent: readonly number[];
}

/** Measures the machine. */
export interface Collector {
  readonly host: Host;
  /** Calls must not overlap: rates are taken against the call before. */
  collect(): Promise<Reading>;
}
