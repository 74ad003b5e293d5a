/**
 * Operations on the page: each looks first whether the node is what it must be, and if not asks for
 * the region whole instead of guessing.
 *
 * @module
 */
import type { PatchOp, PlaceOp } from "../protocol/patch_reader.ts";
import { insertAll, PageBuilder, type Spot } from "./build.ts";
import type { EditedControls } from "./controls.ts";
import { type PlayerComment, type PlayerElement, type PlayerNode, PlayerText } from "./dom.ts";
import { parseNodes, templateContext } from "./parse.ts";
import { morph } from "./morph.ts";
import { closingOf, type PageRegion, type PageRegions } from "./places.ts";
import { innerMarkup } from "./serialize.ts";

/** A node is not what an operation needs. */
class Mismatch {
  readonly region: PageRegion;

  constructor(region: PageRegion) {
    this.region = region;
  }
}

/** Where a place's content stands: all siblings from `first` up to `end`. */
interface Room {
  readonly parent: PlayerElement;
  readonly first: PlayerNode | undefined;
  readonly end: PlayerNode | undefined;
}

/** What a patcher works on and tells of. */
export interface PatcherScope {
  readonly root: PlayerElement;
  readonly regions: PageRegions;
  readonly edited: EditedControls;
  /** A region must be asked for whole. */
  mismatch(region: PageRegion): void;
  focus(element: PlayerElement): void;
}

/** Applies operations to a page's tree. */
export class PagePatcher {
  readonly #scope: PatcherScope;
  readonly #builder: PageBuilder;

  constructor(scope: PatcherScope) {
    this.#scope = scope;
    this.#builder = new PageBuilder(scope.regions, (region) => {
      throw new Mismatch(region);
    });
  }

  /** Applies an operation at a place, if its region is not waiting for its markup. */
  apply(op: PlaceOp): void {
    const region = this.#scope.regions.byId.get(op.region);
    if (!region || region.stale) return;
    this.#guard(() => this.#change(op, this.#target(region, op.place), region));
  }

  /** Puts the content of an async region in the place of its placeholder, or of what stood there. */
  replaceRegion(op: Extract<PatchOp, { op: "async-replace" }>): void {
    const { byId } = this.#scope.regions;
    const waiting = byId.get(op.region);
    const old = waiting?.start.isIn(this.#scope.root) ? waiting : byId.get(op.region + 1);
    if (!old?.start.isIn(this.#scope.root)) return;
    this.#guard(() => {
      const [region, spot] = this.#openContent(op.region, old);
      this.#builder.value(op.value, region, spot);
    });
  }

  /** As {@linkcode PagePatcher.replaceRegion}, from the page's own stream. */
  streamRegion(id: number, content: PlayerElement): void {
    const waiting = this.#scope.regions.byId.get(id);
    if (!waiting?.start.isIn(this.#scope.root)) return;
    this.#guard(() => {
      const [region, spot] = this.#openContent(id, waiting);
      const context = templateContext(spot.parent);
      insertAll(
        context ? parseNodes(innerMarkup(content, { marks: true }), context) : content,
        spot,
      );
      this.#scope.regions.scan(spot.parent, region.start.next, spot.before, region);
    });
  }

  /** Empties a region and makes it the one of its content. */
  #openContent(id: number, old: PageRegion): [PageRegion, Spot] {
    this.#empty(old.start, old);
    const { parent, end } = this.#room(old.start, old);
    this.#scope.regions.byId.delete(old.id);
    old.start.data = `v${id + 1}`;
    (end as PlayerComment).data = `/v${id + 1}`;
    const region = this.#scope.regions.open(id + 1, old.start, old.outer);
    return [region, { parent, before: end }];
  }

  /** A region's whole markup: it takes the place of what stands there, and counts anew. */
  render(id: number, html: string): void {
    const { regions } = this.#scope;
    const region = regions.byId.get(id);
    if (!region) return;
    region.stale = false;
    this.#guard(() => {
      const { parent, first, end } = this.#room(region.start, region);
      this.#forget(first, end);
      morph(parent, first, end, parseNodes(html, parent), this.#scope.edited);
      region.places.clear();
      region.places.set(0, region.start);
      region.next = 1;
      regions.scan(parent, region.start.next, end, region);
    });
  }

  #guard(change: () => void): void {
    try {
      change();
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      error.region.stale = true;
      this.#scope.mismatch(error.region);
    }
  }

  #change(op: PlaceOp, node: PlayerNode, region: PageRegion): void {
    switch (op.op) {
      case "text":
        return this.#text(node, op.text, region);
      case "attr":
        element(node, region).attributes.set(op.name, op.text);
        return;
      case "remove-attr":
        element(node, region).attributes.delete(op.name);
        return;
      case "insert": {
        const { parent, end } = this.#room(node, region);
        const spot = { parent, before: this.#item(op.before, parent, region) ?? end };
        for (const value of op.values) this.#builder.item(value, region, spot);
        return;
      }
      case "remove":
        return this.#remove(node, region);
      case "move":
        return this.#move(op, node, region);
      case "replace":
        return this.#replace(node, op.value, region);
      case "value":
        return this.#scope.edited.set(element(node, region), "value", op.text);
      case "property":
        return this.#scope.edited.set(element(node, region), op.name.toLowerCase(), op.on);
      case "substitute": {
        const spot: Spot = { parent: node.parent!, before: node };
        this.#builder.item(op.value, region, spot);
        return this.#remove(node, region);
      }
      case "focus":
        return this.#scope.focus(element(node, region));
      case "swap":
        return this.#swap(node, this.#item(op.other, node.parent!, region), region);
      case "html": {
        const target = element(node, region);
        for (const child of target) child.remove();
        return insertAll(parseNodes(op.text, target), { parent: target, before: undefined });
      }
    }
  }

  /** The node of a place, which must be in the page. */
  #target(region: PageRegion, place: number): PlayerNode {
    const node = region.places.get(place);
    if (!node?.isIn(this.#scope.root)) throw new Mismatch(region);
    return node;
  }

  /** The item at a place, which must stand in `parent`; nothing for place 0. */
  #item(place: number, parent: PlayerElement, region: PageRegion): PlayerNode | undefined {
    if (place === 0) return undefined;
    const node = this.#target(region, place);
    if (node.parent !== parent) throw new Mismatch(region);
    return node;
  }

  #room(node: PlayerNode, region: PageRegion): Room {
    if (node.type === "element") return { parent: node, first: node.first, end: undefined };
    const end = node.type === "comment" ? closingOf(node) : undefined;
    if (!end) throw new Mismatch(region);
    return { parent: node.parent!, first: node.next, end };
  }

  #text(node: PlayerNode, text: string, region: PageRegion): void {
    if (node.type === "element" && node.tag === "textarea") {
      setOneText({ parent: node, first: node.first, end: undefined }, text);
      return this.#scope.edited.set(node, "value", text);
    }
    const room = this.#room(node, region);
    const { first, end } = room;
    if (first !== end && (first?.type !== "text" || first.next !== end)) throw new Mismatch(region);
    setOneText(room, text);
  }

  #replace(node: PlayerNode, value: Parameters<PageBuilder["value"]>[0], region: PageRegion): void {
    this.#empty(node, region);
    const { parent, end } = this.#room(node, region);
    this.#builder.value(value, region, { parent, before: end });
  }

  #empty(node: PlayerNode, region: PageRegion): void {
    const { first, end } = this.#room(node, region);
    this.#removeRange(first, end);
  }

  #forget(first: PlayerNode | undefined, end: PlayerNode | undefined): void {
    for (let node = first; node && node !== end; node = node.next) this.#scope.regions.drop(node);
  }

  #removeRange(first: PlayerNode | undefined, end: PlayerNode | undefined): void {
    for (let node = first; node && node !== end;) {
      const next: PlayerNode | undefined = node.next;
      this.#scope.regions.drop(node);
      node.remove();
      node = next;
    }
  }

  #remove(node: PlayerNode, region: PageRegion): void {
    this.#removeRange(node, this.#behind(node, region));
  }

  /** What follows an item: a group is all that stands from its first comment to its last. */
  #behind(node: PlayerNode, region: PageRegion): PlayerNode | undefined {
    if (node.type !== "comment") return node.next;
    const { end } = this.#room(node, region);
    return end!.next;
  }

  #move(op: Extract<PlaceOp, { op: "move" }>, node: PlayerNode, region: PageRegion): void {
    const parent = node.parent!;
    let before = this.#item(op.before, parent, region);
    if (!before) {
      const room = this.#room(this.#target(region, op.list), region);
      if (room.parent !== parent) throw new Mismatch(region);
      before = room.end;
    }
    this.#moveItem(node, before, region);
  }

  #moveItem(node: PlayerNode, before: PlayerNode | undefined, region: PageRegion): void {
    if (before === node) return;
    const parent = node.parent!;
    const end = this.#behind(node, region);
    for (let part: PlayerNode | undefined = node; part && part !== end;) {
      const next: PlayerNode | undefined = part.next;
      parent.insert(part, before);
      part = next;
    }
  }

  #swap(a: PlayerNode, b: PlayerNode | undefined, region: PageRegion): void {
    if (!b) throw new Mismatch(region);
    const afterA = this.#behind(a, region);
    const afterB = this.#behind(b, region);
    if (afterB !== a) this.#moveItem(a, afterB, region);
    if (afterA !== b) this.#moveItem(b, afterA, region);
  }
}

function element(node: PlayerNode, region: PageRegion): PlayerElement {
  if (node.type !== "element") throw new Mismatch(region);
  return node;
}

/** Makes a room, which is empty or holds one text, hold `text`. */
function setOneText({ parent, first, end }: Room, text: string): void {
  const held = first !== end && first?.type === "text" ? first : undefined;
  if (text === "") held?.remove();
  else if (held) held.data = text;
  else parent.insert(new PlayerText(text), end);
}
