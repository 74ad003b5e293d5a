/**
 * The collector that fits the machine.
 *
 * @module
 */
import { PortableCollector } from "./portable_collector.ts";
import { ProcCollector } from "./proc_collector.ts";
import type { Collector } from "./reading.ts";
import { machineSource } from "./source.ts";

/** Takes `/proc` where it is there and may be read, else what Deno itself knows. */
export function createCollector(): Collector {
  const source = machineSource();
  return source.read("/proc/stat") ? new ProcCollector(source) : new PortableCollector(source);
}
