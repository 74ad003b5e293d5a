/**
 * This machine, as every page of this process sees it.
 *
 * @module
 */
import { computed, type ReadonlySignal } from "@vango/vango";
import { createCollector } from "../collectors/create_collector.ts";
import type { Reading } from "../collectors/reading.ts";
import { Sampler } from "./sampler.ts";

/** Signals at module level belong to no session: all sessions share them. */
export const sampler: Sampler = new Sampler(createCollector());

/** A figure of the newest reading, computed once for all pages that show it. */
export function figure<T>(read: (reading: Reading) => T): ReadonlySignal<T | undefined> {
  return computed(() => {
    const reading = sampler.reading.value;
    return reading && read(reading);
  });
}
