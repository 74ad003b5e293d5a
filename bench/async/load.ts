/**
 * Readers of streamed pages, and what they cost.
 *
 * @module
 */
import process from "node:process";
import { collectYoungGarbage } from "../measure.ts";
import type { Pace } from "./data.ts";
import type { StreamPage } from "./peers.ts";

/** Readers that read at the same time. */
const CONCURRENT = 32;

/** When the parts of one page came, in milliseconds. */
export interface Arrival {
  readonly firstByte: number;
  readonly lastRegion: number;
}

/** Reads one page alone. */
export async function readOne(page: StreamPage, pace: Pace): Promise<Arrival> {
  collectYoungGarbage();
  const start = performance.now();
  const reader = (await page(pace)).getReader();
  await reader.read();
  const firstByte = performance.now() - start;
  while (!(await reader.read()).done);
  return { firstByte, lastRegion: performance.now() - start };
}

/** The whole page as text. */
export async function textOf(page: StreamPage, pace: Pace): Promise<string> {
  return await new Response(await page(pace)).text();
}

/** What a crowd of readers got. */
export interface Throughput {
  readonly pagesPerSecond: number;
  /** Processor time of all threads for one page, in milliseconds. */
  readonly cpu: number;
}

/** Has 32 readers read one page after the other for a while. */
export async function readMany(
  page: StreamPage,
  pace: Pace,
  milliseconds: number,
): Promise<Throughput> {
  collectYoungGarbage();
  let pages = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  const read = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      const reader = (await page(pace)).getReader();
      while (!(await reader.read()).done);
      pages++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, read));
  const time = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { pagesPerSecond: pages / time * 1000, cpu: (user + system) / 1000 / pages };
}
