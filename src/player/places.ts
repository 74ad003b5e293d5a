/**
 * Places: from numbers to nodes, as `docs/protocol.md` §3 counts them.
 *
 * ```
 * <!--v0--><p v>Hi <!>Ada<?></p><ul v><li v>…</li></ul><!--/v0-->
 *          1       2            3     4
 * ```
 *
 * @module
 */
import { following, type PlayerComment, type PlayerElement, type PlayerNode, walk } from "./dom.ts";

const REGION_START = /^v(\d+)$/;

/** A part of the page with numbers of its own. */
export class PageRegion {
  readonly id: number;
  /** The comment `vN` before its content: place 0. */
  readonly start: PlayerComment;
  /** The region that it stands in. */
  readonly outer: PageRegion | undefined;
  readonly places: Map<number, PlayerNode> = new Map();
  /** Number of the next place. */
  next = 1;
  /** Whether something in it was not what it must be, and its markup was asked for. */
  stale = false;

  constructor(id: number, start: PlayerComment, outer: PageRegion | undefined) {
    this.id = id;
    this.start = start;
    this.outer = outer;
    this.places.set(0, start);
  }

  /** Gives `node` the next number. */
  add(node: PlayerNode): void {
    node.place = this.next++;
    node.region = this.id;
    this.places.set(node.place, node);
  }
}

/** All regions of a page. */
export class PageRegions {
  readonly byId: Map<number, PageRegion> = new Map();

  /** Makes a region whose content follows `start`; one of the same number is forgotten. */
  open(id: number, start: PlayerComment, outer: PageRegion | undefined): PageRegion {
    const region = new PageRegion(id, start, outer);
    this.byId.set(id, region);
    return region;
  }

  /** How many places each region has, for HELLO. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { id, next } of this.byId.values()) counts[id] = next - 1;
    return counts;
  }

  /**
   * Numbers the places behind `from` and before `stop`, its sibling, in document order.
   *
   * @param region The region that the nodes belong to, if any.
   */
  scan(
    root: PlayerElement,
    from: PlayerNode | undefined,
    stop?: PlayerNode,
    region?: PageRegion,
  ): void {
    let node = from;
    while (node && node !== stop) {
      let into = true;
      if (node.type === "element") {
        const mark = node.get("v");
        if (mark !== undefined && region) region.add(node);
        into = !isRawMark(mark);
      } else if (node.type === "comment") {
        const { data } = node;
        const opens = REGION_START.exec(data);
        if (data === "") region?.add(node);
        else if (data === "v!") node = closingOf(node) ?? node;
        else if (opens) region = this.open(Number(opens[1]), node, region);
        else if (region && data === `/v${region.id}`) region = region.outer;
      }
      node = following(node, root, into);
    }
  }

  /** Forgets the places and regions at and below a node that leaves the page. */
  drop(node: PlayerNode): void {
    this.#drop(node);
    if (node.type === "element") { for (const below of walk(node)) this.#drop(below); }
  }

  #drop(node: PlayerNode): void {
    if (node.place > 0) {
      const places = this.byId.get(node.region)?.places;
      if (places?.get(node.place) === node) places.delete(node.place);
    } else if (node.type === "comment") {
      const opens = REGION_START.exec(node.data);
      const region = opens && this.byId.get(Number(opens[1]));
      if (region && region.start === node) this.byId.delete(region.id);
    }
  }
}

/** Whether a mark says that the element's content is raw HTML. */
export function isRawMark(mark: string | undefined): boolean {
  return mark !== undefined && mark.split(" ").includes("!");
}

/** The comment that ends what the comment `start` opens, `undefined` when it is not there. */
export function closingOf(start: PlayerComment): PlayerComment | undefined {
  const known = start.closing;
  if (known && known.parent === start.parent && known.parent) return known;
  const close = start.data === "" ? "?" : "/" + start.data;
  let depth = 0;
  for (let node = start.next; node; node = node.next) {
    if (node.type !== "comment") continue;
    if (node.data === close && depth-- === 0) return start.closing = node;
    if (node.data === start.data) depth++;
    // Raw HTML has comments of its own.
    else if (node.data === "v!") node = closingOf(node) ?? node;
  }
  return undefined;
}
