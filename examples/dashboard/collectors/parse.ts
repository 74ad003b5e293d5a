/**
 * The kernel's text files under `/proc`, one function each. Source: proc(5).
 *
 * @module
 */

/** Processor time since the start, in ticks. */
export interface CpuTimes {
  readonly user: number;
  readonly system: number;
  readonly wait: number;
  readonly busy: number;
  readonly total: number;
}

/** `/proc/stat` */
export interface SystemStat {
  readonly all: CpuTimes;
  readonly cores: readonly CpuTimes[];
  /** When the machine started, in seconds since 1970. */
  readonly bootTime: number;
}

/** Reads `/proc/stat`. */
export function parseSystemStat(text: string): SystemStat {
  const cores: CpuTimes[] = [];
  let all = cpuTimes([]);
  let bootTime = 0;
  for (const line of text.split("\n")) {
    const [name = "", ...fields] = line.split(/\s+/);
    if (name === "cpu") all = cpuTimes(fields);
    else if (/^cpu\d+$/.test(name)) cores.push(cpuTimes(fields));
    else if (name === "btime") bootTime = Number(fields[0]);
  }
  return { all, cores, bootTime };
}

function cpuTimes(fields: readonly string[]): CpuTimes {
  // Guests' time, fields 8 and 9, is in user and nice already.
  const [user, nice, system, idle, wait, irq, softirq, stolen] = numbers(fields, 8);
  const busy = user! + nice! + system! + irq! + softirq! + stolen!;
  return {
    user: user! + nice!,
    system: system! + irq! + softirq!,
    wait: wait!,
    busy,
    total: busy + idle! + wait!,
  };
}

/** Reads a file of `Name:  123 kB` lines, such as `/proc/meminfo`, into bytes. */
export function parseSizes(text: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const match of text.matchAll(/^([^:\n]+):\s+(\d+) kB$/gm)) {
    sizes.set(match[1]!, Number(match[2]) * 1024);
  }
  return sizes;
}

/** Bytes since the start. */
export interface Totals {
  readonly in: number;
  readonly out: number;
}

/** Interfaces whose traffic is seen again on a physical one, or never leaves the machine. */
const INNER_INTERFACE = /^(?:lo|veth|docker|br-|virbr|ifb|tun|tap|cni|flannel|cali|dummy|bond)/;

/** Reads `/proc/net/dev`: what went in and out of the machine. */
export function parseNetwork(text: string): Totals {
  let received = 0;
  let sent = 0;
  for (const line of text.split("\n").slice(2)) {
    const colon = line.indexOf(":");
    if (colon < 0 || INNER_INTERFACE.test(line.slice(0, colon).trim())) continue;
    const fields = numbers(line.slice(colon + 1).trim().split(/\s+/), 9);
    received += fields[0]!;
    sent += fields[8]!;
  }
  return { in: received, out: sent };
}

/** Whole disks: partitions and mapped devices would count the same bytes again. */
const WHOLE_DISK = /^(?:[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
/** The unit of `/proc/diskstats`, whatever the disk's own. */
const SECTOR_BYTES = 512;

/** Reads `/proc/diskstats`: what was read from and written to the disks. */
export function parseDisks(text: string): Totals {
  let read = 0;
  let written = 0;
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/);
    if (!WHOLE_DISK.test(fields[2] ?? "")) continue;
    read += Number(fields[5]) * SECTOR_BYTES;
    written += Number(fields[9]) * SECTOR_BYTES;
  }
  return { in: read, out: written };
}

/** A line of `/proc/mounts`. */
export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly kind: string;
}

/** Reads `/proc/mounts`, leaving out what keeps no data and what is a network away. */
export function parseMounts(text: string): readonly Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split("\n")) {
    const [device = "", path = "", kind = ""] = line.split(" ").map(unescapeMount);
    const keeps = device.startsWith("/dev/") || kind === "zfs" ||
      (path === "/" && kind !== "rootfs");
    if (!keeps || kind === "squashfs" || device.startsWith("/dev/loop")) continue;
    // A device that is mounted twice is one store; the shortest path is its usual name.
    const name = device.startsWith("/dev/") ? device : path;
    const known = mounts.get(name);
    if (!known || path.length < known.path.length) mounts.set(name, { device, path, kind });
  }
  return [...mounts.values()];
}

function unescapeMount(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}

/** `/proc/[pid]/stat` */
export interface ProcessStat {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  /** Ticks of processor time. */
  readonly ticks: number;
  readonly threads: number;
  /** Ticks from the machine's start to the process's. */
  readonly start: number;
  /** Pages in memory. */
  readonly pages: number;
}

/** Reads `/proc/[pid]/stat`; `undefined` when the text is no such file. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  // The name may itself have spaces and parentheses.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const rest = text.slice(close + 2).trim().split(" ");
  if (rest.length < 22) return undefined;
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: rest[0]!,
    parent: Number(rest[1]),
    ticks: Number(rest[11]) + Number(rest[12]),
    threads: Number(rest[17]),
    start: Number(rest[19]),
    pages: Number(rest[21]),
  };
}

/** Reads `/proc/[pid]/cmdline`: arguments that end with NUL. */
export function parseCommand(text: string): string {
  return text.replace(/\0+$/, "").replaceAll("\0", " ").trim();
}

/** The effective user of `/proc/[pid]/status`. */
export function parseUserId(status: string): string {
  return /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? "";
}

/** Reads `/etc/passwd` into names by user id. */
export function parseUsers(text: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id && !users.has(id)) users.set(id, name);
  }
  return users;
}

function numbers(fields: readonly string[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number(fields[i]) || 0);
}
