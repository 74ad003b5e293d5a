/**
 * Places: from numbers to nodes.
 *
 * Nodes stand in chunks of 256, found by two array reads. Numbers are never used again, so chunks
 * empty from the front as the page goes on; {@linkcode sweep} drops what has left the document, in
 * idle time and only after as many places were added as were alive: its cost is a constant for each
 * place ever added, and a removal costs nothing.
 *
 * @module
 */
import { learn } from "./events.ts";

/** A part of the page with numbers of its own; region 0 is the body's content. */
export interface Region {
  readonly id: number;
  /** The comment `vN` that stands before its content: place 0. */
  readonly start: Node;
  /** The region around it. */
  readonly outer?: Region | undefined;
  /** Nodes by number; a chunk without living nodes is dropped. */
  readonly chunks: (Node[] | undefined)[];
  /** Number of the next place. */
  next: number;
  /** Whether it waits for its markup, because something in it is not what it must be. */
  stale?: boolean;
}

/** A node with what the player remembers on it. */
export interface PlaceNode extends Element {
  data?: string;
  /** Its number. */
  $place?: number;
  /** Region of that number, if it is not 0. */
  $region?: number;
  /** The comment that closes the place. */
  $end?: Node;
}

export const regions: Region[] = [];

let added = 0;
let alive = 1000;
let sweeping = false;

/** Makes a region whose content follows the comment `start`. */
export function addRegion(id: number, start: Node, outer?: Region): Region {
  return regions[id] = { id, start, outer, chunks: [], next: 1 };
}

/** Gives `node` the next number of the region. */
export function add(region: Region, node: PlaceNode | Node): void {
  const number = region.next++;
  (node as PlaceNode).$place = number;
  if (region.id) (node as PlaceNode).$region = region.id;
  (region.chunks[number >> 8] ??= [])[number & 255] = node;
  if (++added > alive && !sweeping) {
    sweeping = true;
    (globalThis.requestIdleCallback ?? setTimeout)(sweep);
  }
}

/** The node of a place, if there is one. */
export function nodeAt(region: Region, number: number): Node | undefined {
  return number ? region.chunks[number >> 8]?.[number & 255] : region.start;
}

/** Drops places whose nodes have left the document; returns how many are left. */
export function sweep(): number {
  sweeping = false;
  added = alive = 0;
  for (const region of regions) {
    region?.chunks.forEach((chunk, i) => {
      let left = 0;
      chunk?.forEach((node, j) => {
        if (node.isConnected) left++;
        else delete chunk[j];
      });
      alive += left;
      // The last chunk is still being filled.
      if (!left && i < region.next >> 8) region.chunks[i] = undefined;
    });
  }
  return alive = Math.max(alive, 1000);
}

/**
 * Numbers the places from `node` up to `stop`, which are siblings, in document order. Comments
 * `vN` and `/vN` on the way begin and end regions.
 */
export function scan(node: Node | null, stop?: Node | null, region?: Region): void {
  const opened: PlaceNode[] = [];
  for (; node && node !== stop; node = node.nextSibling) {
    if (node.nodeType === 1) {
      const mark = (node as Element).getAttribute("v");
      if (mark !== null && region) {
        learn(mark);
        add(region, node);
      }
      if (!mark?.includes("!")) scan(node.firstChild, null, region);
    } else if (node.nodeType === 8) {
      const { data } = node as Comment;
      if (data === "?") close(opened.pop(), node);
      else if (data === "v!") {
        while (node.nextSibling && (node as Comment).data !== "/v!") node = node.nextSibling;
      } else if (data === "" && region) {
        opened.push(node as PlaceNode);
        add(region, node);
      } else if (/^v\d+$/.test(data)) region = addRegion(+data.slice(1), node, region);
      else if (region && data === "/v" + region.id) {
        close(region.start, node);
        region = region.outer;
      }
    }
  }
}

/** Remembers the comment that ends what `start` opens. */
export function close(start: Node | undefined, end: Node): void {
  if (start) (start as PlaceNode).$end = end;
}

/** The comment that ends what the comment `start` opens, unless one of them was taken away. */
export function closing(start: PlaceNode | Node): Node | undefined {
  const { $end, parentNode } = start as PlaceNode;
  return $end?.parentNode === parentNode ? $end : undefined;
}
