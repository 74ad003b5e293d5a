/**
 * What the figures were measured on.
 *
 * @module
 */

/** Processor, cores, memory, system and how busy it is otherwise, in one line. */
export async function machineText(): Promise<string> {
  const info = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /^model name\s*:\s*(.+)$/m.exec(info)?.[1] ?? "unknown processor";
  const gigabytes = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const { os, arch } = Deno.build;
  const load = Deno.loadavg()[0]!.toFixed(1);
  return `${model}, ${navigator.hardwareConcurrency} cores, ${gigabytes} GB, ${os} ${arch}, load ${load} before`;
}

/** Deno's version and those of what else took part. */
export function versionsText(versions: Readonly<Record<string, string>>): string {
  const all = { Deno: Deno.version.deno, V8: Deno.version.v8, ...versions };
  return Object.entries(all).map(([name, version]) => `${name} ${version}`).join(", ");
}
