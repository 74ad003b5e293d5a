/**
 * Rendering a page for a GET, and what of it a player has got.
 *
 * @module
 */
import type { HtmlOptions, HtmlWriter } from "../html/write.ts";
import type { ComponentNode } from "../jsx/node.ts";
import type { AsyncSlot } from "../tree/async_slot.ts";
import type { Region } from "../tree/live.ts";
import type { Tree } from "../tree/tree.ts";
import { createWriter } from "./restore.ts";

/**
 * Renders `root` as the content of a region.
 *
 * @param ended Whether nobody waits for the page any more.
 * @returns The markup; a promise only when an async component is in it.
 * @throws {ComponentError} when the page fails and nothing of it catches the error.
 * @throws {DOMException} `AbortError` when the page ended meanwhile.
 */
export function renderPage(
  region: Region,
  root: ComponentNode,
  options: HtmlOptions,
  ended: () => boolean,
): string | Promise<string> {
  const writer = createWriter(region, options);
  attempt(writer, () => writer.writeRegion(root));
  return result(writer, ended);
}

/** Writes what is mounted in a region again, and returns as {@linkcode renderPage} does. */
export function rewritePage(
  region: Region,
  options: HtmlOptions,
  ended: () => boolean,
): string | Promise<string> {
  const writer = createWriter(region, options);
  attempt(writer, () => writer.rewriteRegion());
  return result(writer, ended);
}

function result(writer: HtmlWriter, ended: () => boolean): string | Promise<string> {
  return writer.pending.length > 0 ? renderAfter(writer, ended) : writer.html;
}

async function renderAfter(writer: HtmlWriter, ended: () => boolean): Promise<string> {
  while (writer.pending.length > 0) {
    await Promise.all(writer.pending);
    if (ended()) throw new DOMException("the page has ended", "AbortError");
    attempt(writer, () => writer.rewriteRegion());
  }
  return writer.html;
}

/** One pass; what a failed one mounted is ended. */
function attempt(writer: HtmlWriter, pass: () => void): void {
  const undo = writer.savepoint();
  try {
    pass();
  } catch (error) {
    undo();
    throw error;
  }
  writer.settle();
}

/** Resolves when no async region shows its fallback any more, or after `most` milliseconds. */
export async function regionsSettled(tree: Tree, most: number): Promise<void> {
  const deadline = Date.now() + most;
  for (let left = most; left > 0; left = deadline - Date.now()) {
    const running = tree.running.filter((slot) => !slot.settled);
    if (running.length === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => timer = setTimeout(resolve, left));
    await Promise.race([late, ...running.map((slot) => slot.done)]);
    clearTimeout(timer);
  }
}

/** What a player counted otherwise than we did, and what has not reached it. */
export interface RegionDifference {
  readonly differing: readonly Region[];
  /** Outermost ones: an outer region that is sent brings its inner ones along. */
  readonly missing: readonly AsyncSlot[];
}

/** Compares what stands in the tree with the places that a player counted in its page. */
export function compareRegions(tree: Tree, places: ReadonlyMap<number, number>): RegionDifference {
  const differing: Region[] = [];
  const missing = new Set<AsyncSlot>();
  for (const region of tree.allRegions) {
    const { slot } = region;
    if (slot && slot.shown !== region) continue;
    const counted = places.get(region.id);
    if (counted === region.next - 1) continue;
    if (counted !== undefined || !slot) differing.push(region);
    else if (slot.complete) missing.add(slot);
  }
  const outermost = [...missing].filter(({ region: { slot } }) => !slot || !missing.has(slot));
  return { differing, missing: outermost };
}
